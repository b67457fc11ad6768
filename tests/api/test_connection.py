"""Deadlines: what becomes of clients that are slow, silent or gone."""

import socket
import time

import httpx
import pytest

from small_server import Running, error, eventually, rest


def dribble(sock: socket.socket, content: bytes) -> None:
    """Send a byte at a time, 50 a second."""
    for position in range(len(content)):
        sock.sendall(content[position : position + 1])
        time.sleep(0.02)


def test_half_sent_headers_are_answered_and_closed(brisk: Running) -> None:
    started = time.monotonic()
    with brisk.socket() as sock:
        sock.sendall(b"GET /health HTTP/1.1\r\nhost: a")
        assert error(rest(sock)) == (408, "request_timeout")
    assert 0.3 < time.monotonic() - started < 1.5


def test_headers_sent_a_byte_at_a_time_get_no_longer(brisk: Running) -> None:
    started = time.monotonic()
    with brisk.socket() as sock, pytest.raises((BrokenPipeError, ConnectionResetError)):
        dribble(sock, b"GET /health HTTP/1.1\r\n" + b"x: y\r\n" * 1000)
    assert time.monotonic() - started < 1.5


def test_a_connection_that_says_nothing_is_closed_without_a_word(brisk: Running) -> None:
    started = time.monotonic()
    with brisk.socket() as sock:
        assert rest(sock) == b""
    assert 0.3 < time.monotonic() - started < 1.5


def test_a_half_sent_body_is_answered_and_closed(brisk: Running) -> None:
    with brisk.socket() as sock:
        sock.sendall(b"POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf")
        assert error(rest(sock)) == (408, "request_timeout")
    assert "length" in brisk.app.ended


def test_a_body_that_dribbles_is_cut(brisk: Running) -> None:
    started = time.monotonic()
    with brisk.socket() as sock:
        sock.sendall(b"POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n\r\n")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            dribble(sock, b"x" * 5000)
    assert time.monotonic() - started < 2


def test_a_slow_body_that_keeps_coming_arrives(brisk: Running) -> None:
    with brisk.socket() as sock:
        sock.sendall(b"POST /length HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 9000\r\n\r\n")
        for _ in range(9):
            sock.sendall(b"x" * 1000)
            time.sleep(0.1)
        assert rest(sock).endswith(b"\r\n\r\n9000")


def test_an_idle_connection_is_closed(brisk: Running) -> None:
    with brisk.socket() as sock:
        sock.sendall(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n")
        started = time.monotonic()
        assert rest(sock).endswith(b"ok")
    assert 0.3 < time.monotonic() - started < 1.5


def test_a_connection_is_idle_too_when_its_body_came_after_the_answer(brisk: Running) -> None:
    with brisk.socket() as sock:
        sock.sendall(b"POST /early HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n")
        assert sock.recv(65536).endswith(b"early")
        sock.sendall(b"abc")
        assert rest(sock) == b""


def test_a_client_that_reads_nothing_is_dropped(brisk: Running) -> None:
    with brisk.socket() as sock:
        sock.sendall(b"GET /flood HTTP/1.1\r\nhost: a\r\n\r\n")
        eventually(lambda: "flood" in brisk.app.ended)
    brisk.app.ended.remove("flood")


def test_a_socket_client_that_reads_nothing_is_dropped(brisk: Running) -> None:
    handshake = b"GET /talk HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    handshake += b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    with brisk.socket() as sock:
        sock.sendall(handshake)
        assert sock.recv(12) == b"HTTP/1.1 101"
        message = b"\x81\xfe\x26\x00\x00\x00\x00\x00" + b"a" * 0x2600
        with pytest.raises((BrokenPipeError, ConnectionResetError, TimeoutError)):
            sock.sendall(message * 20_000)
    eventually(lambda: any(end.startswith("socket") for end in brisk.app.ended))


def test_a_healthy_connection_serves_many_requests(brisk: Running) -> None:
    with httpx.Client(base_url=brisk.url) as client:
        for size in (0, 1, 9_999):
            assert client.post("/length", content=b"x" * size).text == str(size)
            time.sleep(0.2)
