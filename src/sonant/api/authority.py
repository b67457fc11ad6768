"""A certificate authority for this machine alone, so that its server can speak TLS before anybody buys a certificate.

The authority can vouch only for the names it was made with and for private addresses (RFC 5280, name constraints): who
steals its key can't use it against the people who trust it.
"""

import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

PRIVATE_NETWORKS = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
MAX_COMMON_NAME = 64


def make_authority(folder: Path, names: Sequence[str], now: float, ends_at: float) -> None:
    """Write `authority.key` and `authority.pem`.

    Args:
        folder: Where.
        names: Host names and IP addresses that it may vouch for, besides private addresses.
        now: Unix seconds.
        ends_at: Unix seconds.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    permitted: list[x509.GeneralName] = [x509.IPAddress(ip_network(network)) for network in PRIVATE_NETWORKS]
    for name in names:
        address = _address(name)
        permitted.append(x509.DNSName(name) if address is None else x509.IPAddress(ip_network(address)))
    subject = _subject(f"Sonant authority of {socket.gethostname()}")
    certificate = (
        _builder(subject, subject, key.public_key(), now, ends_at)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(folder / "authority.key", key)
    write(folder / "authority.pem", certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def make_server_certificate(folder: Path, names: Sequence[str], now: float, ends_at: float) -> None:
    """Write `server.key` and `server.pem`, signed by the authority in the same folder.

    Raises:
        OSError: The authority's files can't be read.
    """
    authority = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    signer = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), password=None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise OSError(f"{folder / 'authority.key'} is not a key that was made here")
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [
        x509.DNSName(name) if (address := _address(name)) is None else x509.IPAddress(address) for name in names
    ]
    certificate = (
        _builder(_subject("Sonant server"), authority.subject, key.public_key(), now, ends_at)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_key(folder / "server.key", key)
    write(folder / "server.pem", certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put a file in place at once, whole, and with its permissions from the first byte on."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    temporary.replace(path)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    form = serialization.PrivateFormat.PKCS8
    write(path, key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:MAX_COMMON_NAME])])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: float, ends_at: float
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(now, UTC) - timedelta(days=1))  # clocks differ
        .not_valid_after(datetime.fromtimestamp(ends_at, UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
