"""Listening sockets, and one port for plain HTTP and TLS."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from small_server import PATIENT, PIECE_SECONDS, Running, rest, served
from sonant.api.certificates import Certificates
from sonant.api.listening import AddressUnavailable, bind
from sonant.api.server import ServerOptions


@pytest.fixture(scope="module")
def both(certificates: Certificates) -> Iterator[Running]:
    with served(ServerOptions(timeouts=replace(PATIENT, headers=0.4), tls=certificates.context())) as running:
        yield running


@pytest.fixture(scope="module")
def trust(certificates: Certificates) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificates.authority))


def test_one_port_speaks_http_and_https(both: Running, trust: ssl.SSLContext) -> None:
    assert httpx.get(f"http://127.0.0.1:{both.port}/health").text == "ok"
    assert httpx.get(f"https://127.0.0.1:{both.port}/health", verify=trust).text == "ok"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_one_port_speaks_ws_and_wss(both: Running, trust: ssl.SSLContext, host: str) -> None:
    for scheme, context in (("ws", None), ("wss", trust)):
        with connect(f"{scheme}://{host}:{both.port}/talk", ssl=context) as client:
            client.send("abc")
            assert client.recv() == "ABC"


def test_the_certificate_is_not_for_other_names(both: Running, trust: ssl.SSLContext) -> None:
    with both.socket() as sock, pytest.raises(ssl.SSLCertVerificationError):
        trust.wrap_socket(sock, server_hostname="example.org")


def test_a_half_made_handshake_is_dropped_and_disturbs_nobody(both: Running, trust: ssl.SSLContext) -> None:
    with both.socket() as sock:
        sock.sendall(b"\x16\x03\x01")
        assert httpx.get(f"https://127.0.0.1:{both.port}/health", verify=trust).text == "ok"
        started = time.monotonic()
        rest(sock)
    assert time.monotonic() - started < 2


def test_garbage_after_the_first_byte_is_dropped(both: Running) -> None:
    with both.socket() as sock:
        sock.sendall(b"\x16garbage garbage garbage\r\n\r\n")
        assert b"HTTP" not in rest(sock)


def test_connections_have_no_delay(both: Running) -> None:
    """A response's small pieces leave at once: Nagle's algorithm would hold them for the client's next packet."""
    with httpx.Client() as client, client.stream("GET", f"{both.url}/stream") as response:
        arrivals = [time.monotonic() for _ in response.iter_raw()]
    assert len(arrivals) == 4
    assert arrivals[-1] - arrivals[0] == pytest.approx(3 * PIECE_SECONDS, abs=0.1)


def test_a_taken_port_is_named() -> None:
    (first,) = bind("127.0.0.1", 0)
    with first:
        port = first.getsockname()[1]
        with pytest.raises(AddressUnavailable, match=f"Port {port} of 127.0.0.1 is taken"):
            bind("127.0.0.1", port)


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(AddressUnavailable, match="The host no such host is unknown"):
        bind("no such host", 0)


def test_a_foreign_address_is_refused() -> None:
    with pytest.raises(AddressUnavailable, match=r"192\.0\.2\.1"):
        bind("192.0.2.1", 0)


def test_all_addresses_of_a_name_get_the_same_port() -> None:
    sockets = bind("localhost", 0)
    assert len({sock.getsockname()[1] for sock in sockets}) == 1
    for sock in sockets:
        sock.close()


STARVED = """
import resource, sys, threading
from pathlib import Path
from small_server import PATIENT, made_certificates, served
from sonant.api.certificates import server_names
from sonant.api.server import ServerOptions

tls = None
if len(sys.argv) > 1:
    tls = made_certificates(Path(sys.argv[1]), server_names("127.0.0.1")).context()
resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
with served(ServerOptions(timeouts=PATIENT, grace=0, tls=tls)) as running:
    print(running.port, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("kind", ["plain", "tls"])
def test_running_out_of_descriptors_is_survived(kind: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARVED, *([str(tmp_path)] if kind == "tls" else [])]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())
        crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(150)]
        time.sleep(0.2)
        assert server.poll() is None
        for connection in crowd:
            connection.close()
        assert httpx.get(f"http://127.0.0.1:{port}/health", timeout=10).text == "ok"
        server.stdin.close()
        assert server.wait(10) == 0
