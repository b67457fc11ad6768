"""The certificates of a server that speaks TLS: given, or made here and renewed before they end."""

import json
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path

DAY = 86_400.0
AUTHORITY_SECONDS = 3650 * DAY
SERVER_SECONDS = 820 * DAY  # browsers accept 825 days from an authority that people added themselves
RENEWAL_SECONDS = 30 * DAY
RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files of a server that speaks TLS.

    Attributes:
        chain: PEM, the server's certificate first.
        key: PEM, its private key.
        authority: PEM, what clients have to be told to trust; None where they trust already.
    """

    chain: Path
    key: Path
    authority: Path | None = None

    def context(self) -> ssl.SSLContext:
        """What connections are made with.

        Raises:
            OSError: A file is missing, unreadable, or not what it should be.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(self.chain, self.key)
        return context


@dataclass(frozen=True, slots=True)
class _Record:
    """What the files in the folder are, so that a start need not parse them."""

    names: list[str]
    authority_ends_at: float
    server_ends_at: float


def server_names(host: str) -> list[str]:
    """Names and addresses by which clients may call a server that listens on `host`."""
    try:
        listening = [] if ip_address(host).is_unspecified else [str(ip_address(host))]
    except ValueError:
        listening = [host.lower()]
    return list(dict.fromkeys(["localhost", "127.0.0.1", "::1", socket.gethostname().lower(), *listening]))


def current_certificates(folder: Path, names: Sequence[str], now: float | None = None) -> Certificates | None:
    """The local authority's certificates, if they are there, and good for a while yet.

    Args:
        folder: Where `make_certificates` put them.
        names: What the server is called.
        now: Unix seconds; the present if None.
    """
    record = _read_record(folder)
    renewed_at = (time.time() if now is None else now) + RENEWAL_SECONDS
    if record is None or not set(names) <= set(record.names) or record.server_ends_at < renewed_at:
        return None
    return Certificates(folder / "server.pem", folder / "server.key", folder / "authority.pem")


def make_certificates(folder: Path, names: Sequence[str], now: float | None = None) -> None:
    """Make certificates of the local authority, which is kept while it lasts and can vouch for the names.

    Args:
        folder: Made if it is missing, for its owner only.
        names: What the server is called.
        now: Unix seconds; the present if None.

    Raises:
        OSError: The folder can't be written.
    """
    from sonant.api import authority  # noqa: PLC0415 - cryptography costs 90 ms and 20 MiB that most starts don't need

    now = time.time() if now is None else now
    record = _read_record(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / RECORD).unlink(missing_ok=True)  # it describes the files, so it goes first and comes back last
    ends_at = now + SERVER_SECONDS
    # A certificate must not outlive who vouches for it.
    if record is None or not set(names) <= set(record.names) or record.authority_ends_at < ends_at:
        record = _Record(list(names), now + AUTHORITY_SECONDS, 0.0)
        authority.make_authority(folder, record.names, now, record.authority_ends_at)
    record = _Record(record.names, record.authority_ends_at, ends_at)
    authority.make_server_certificate(folder, record.names, now, ends_at)
    authority.write(folder / RECORD, json.dumps(asdict(record)).encode())


def _read_record(folder: Path) -> _Record | None:
    try:
        return _Record(**json.loads((folder / RECORD).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


if __name__ == "__main__":
    make_certificates(Path(sys.argv[1]), sys.argv[2:])
