"""The local authority: who trusts it, what it may vouch for, and when its certificates are renewed."""

import json
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from small_server import made_certificates
from sonant.api.authority import make_server_certificate
from sonant.api.certificates import Certificates, server_names

NAMES = ["localhost", "127.0.0.1", "::1", "studio"]
DAY = 86_400.0
NOW = 1_800_000_000.0


def handshake(files: Certificates, name: str) -> None:
    """Let a client that trusts the authority greet the server as `name`, in memory."""
    trust = ssl.create_default_context(cafile=str(files.authority))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(to_client, to_server, server_hostname=name)
    server = files.context().wrap_bio(to_server, to_client, server_side=True)
    waiting = [client, server]
    while waiting:
        side = waiting.pop(0)
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            waiting.append(side)


@pytest.mark.parametrize("name", NAMES)
def test_a_client_that_trusts_the_authority_trusts_the_server(tmp_path: Path, name: str) -> None:
    handshake(made_certificates(tmp_path / "tls", NAMES), name)


def test_a_client_refuses_the_server_under_another_name(tmp_path: Path) -> None:
    files = made_certificates(tmp_path / "tls", NAMES)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, "example.org")


def test_the_authority_cannot_vouch_for_the_rest_of_the_world(tmp_path: Path) -> None:
    files = made_certificates(tmp_path, NAMES)
    now = json.loads((tmp_path / "record.json").read_bytes())["server_ends_at"] - 820 * DAY

    make_server_certificate(tmp_path, ["localhost", "bank.example"], now, now + DAY)

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(files, "bank.example")


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    made_certificates(folder, NAMES)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "authority.key": 0o600,
        "authority.pem": 0o644,
        "record.json": 0o600,
        "server.key": 0o600,
        "server.pem": 0o644,
    }


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_certificates_that_last_are_kept(tmp_path: Path) -> None:
    made_certificates(tmp_path, NAMES, NOW)
    before = contents(tmp_path)

    made_certificates(tmp_path, NAMES[:2], NOW + 700 * DAY)

    assert contents(tmp_path) == before


def test_a_kept_certificate_costs_no_cryptography(tmp_path: Path) -> None:
    made_certificates(tmp_path, NAMES)
    code = (
        "import sys; from pathlib import Path; from sonant.api.certificates import current_certificates\n"
        f"current_certificates(Path({str(tmp_path)!r}), {NAMES!r}).context(); assert 'cryptography' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_server_certificate_is_renewed_before_it_ends_and_clients_need_no_new_trust(tmp_path: Path) -> None:
    made_certificates(tmp_path, NAMES, NOW)
    before = contents(tmp_path)

    made_certificates(tmp_path, NAMES, NOW + 800 * DAY)

    after = contents(tmp_path)
    assert after["server.pem"] != before["server.pem"]
    assert after["authority.pem"] == before["authority.pem"]


def test_an_authority_is_renewed_before_a_server_certificate_would_outlive_it(tmp_path: Path) -> None:
    now = NOW
    made_certificates(tmp_path, NAMES, now)
    first = contents(tmp_path)["authority.pem"]
    while contents(tmp_path)["authority.pem"] == first:
        record = json.loads((tmp_path / "record.json").read_bytes())
        assert record["server_ends_at"] <= record["authority_ends_at"]
        now += 400 * DAY
        made_certificates(tmp_path, NAMES, now)
    assert now < NOW + 3650 * DAY


def test_another_name_needs_another_authority(tmp_path: Path) -> None:
    made_certificates(tmp_path, NAMES)
    before = contents(tmp_path)

    files = made_certificates(tmp_path, [*NAMES, "elsewhere"])

    assert contents(tmp_path)["authority.pem"] != before["authority.pem"]
    handshake(files, "elsewhere")


def test_a_record_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    files = made_certificates(tmp_path, NAMES)
    (tmp_path / "record.json").write_text('{"names": [')

    made_certificates(tmp_path, NAMES)

    handshake(files, "localhost")


def test_a_server_on_all_addresses_has_no_such_name() -> None:
    assert server_names("0.0.0.0") == server_names("::") == server_names("127.0.0.1")
    assert server_names("192.168.1.5") == [*server_names("127.0.0.1"), "192.168.1.5"]
    assert server_names("Studio.Example")[-1] == "studio.example"
