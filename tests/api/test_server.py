"""An orderly end: streams are finished or cut, and nothing keeps the server up."""

import socket
import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from small_server import PATIENT, PIECE, App, eventually, rest, served
from sonant.api.certificates import Certificates
from sonant.api.server import ServerOptions


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_running_stream_is_finished() -> None:
    with (
        served(ServerOptions(timeouts=PATIENT, grace=5), App(pieces=10)) as running,
        httpx.Client() as client,
        client.stream("GET", f"{running.url}/stream") as response,
    ):
        running.stop()
        assert len(b"".join(response.iter_raw())) == 10 * len(PIECE)
        assert running.ended(2)
    assert running.app.ended == ["application"]


def test_a_stream_that_outlasts_the_grace_is_cut_and_its_source_closed() -> None:
    with (
        served(ServerOptions(timeouts=PATIENT, grace=0.2), App(pieces=1000)) as running,
        httpx.Client() as client,
        client.stream("GET", f"{running.url}/stream") as response,
    ):
        running.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            b"".join(response.iter_raw())
        assert running.ended(2)
    assert running.app.ended == ["stream", "application"]


def test_a_client_that_reads_nothing_is_cut_too_and_its_source_closed() -> None:
    with served(ServerOptions(timeouts=PATIENT, grace=0.2)) as running, running.socket() as sock:
        sock.sendall(b"GET /flood HTTP/1.1\r\nhost: a\r\n\r\n")
        time.sleep(0.3)
        running.stop()
        assert running.ended(4)
    assert running.app.ended == ["flood", "application"]


def test_told_twice_it_does_not_wait() -> None:
    with (
        served(ServerOptions(timeouts=PATIENT, grace=30), App(pieces=1000)) as running,
        httpx.Client() as client,
        client.stream("GET", f"{running.url}/stream"),
    ):
        running.stop()
        running.stop()
        assert running.ended(2)


def test_idle_connections_do_not_hold_it_up() -> None:
    with served(ServerOptions(timeouts=PATIENT, grace=30)) as running, httpx.Client() as client:
        client.get(f"{running.url}/health")
        running.stop()
        assert running.ended(2)


def test_a_connection_that_has_said_nothing_does_not_hold_it_up(certificates: Certificates) -> None:
    options = ServerOptions(timeouts=PATIENT, grace=30, tls=certificates.context())
    with served(options) as running, running.socket() as sock:
        httpx.get(f"{running.url}/health")
        running.stop()
        assert rest(sock) == b""
        assert running.ended(2)


def test_an_open_socket_is_told_that_the_service_restarts() -> None:
    with (
        served(ServerOptions(timeouts=PATIENT, grace=0.2)) as running,
        connect(f"ws://127.0.0.1:{running.port}/talk") as client,
    ):
        running.stop()
        client.send("still here")
        assert client.recv() == "STILL HERE"
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert running.ended(2)
    assert running.app.ended == ["socket 1012", "application"]


def test_new_connections_are_refused_while_it_finishes() -> None:
    with (
        served(ServerOptions(timeouts=PATIENT, grace=5), App(pieces=20)) as running,
        httpx.Client() as client,
        client.stream("GET", f"{running.url}/stream"),
    ):
        running.stop()
        eventually(lambda: refused(running.port))
