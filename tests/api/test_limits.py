"""How large bodies, headers and messages may be."""

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from small_server import Running, error, rest
from sonant.api.connection import MAX_HEADER_BYTES


def test_a_body_that_is_announced_too_large_is_refused(brisk: Running) -> None:
    response = httpx.post(f"{brisk.url}/length", content=b"x" * 10_001)
    assert response.status_code == 413
    assert response.json()["detail"]["status"] == "request_too_large"


def test_a_body_that_turns_out_too_large_is_refused(brisk: Running) -> None:
    response = httpx.post(f"{brisk.url}/length", content=(b"x" * 1000 for _ in range(11)))
    assert response.status_code == 413
    assert response.json()["detail"]["status"] == "request_too_large"


def test_a_body_of_unknown_length_within_the_limit_arrives(brisk: Running) -> None:
    assert httpx.post(f"{brisk.url}/length", content=(b"x" * 1000 for _ in range(10))).text == "10000"


def test_a_form_with_files_may_be_larger(brisk: Running) -> None:
    form = {"content-type": "multipart/form-data; boundary=b"}
    assert httpx.post(f"{brisk.url}/length", content=b"x" * 200_000, headers=form).text == "200000"
    assert httpx.post(f"{brisk.url}/length", content=b"x" * 200_001, headers=form).status_code == 413


def test_endless_headers_are_refused(brisk: Running) -> None:
    with brisk.socket() as sock:
        sock.sendall(b"GET /health HTTP/1.1\r\n" + b"x: " + b"y" * (MAX_HEADER_BYTES + 1))
        assert error(rest(sock)) == (431, "headers_too_large")


def test_what_is_not_http_is_refused_in_the_form_of_the_api(brisk: Running) -> None:
    with brisk.socket() as sock:
        sock.sendall(b"\x00\xff garbage \r\n\r\n")
        assert error(rest(sock)) == (400, "invalid_request")


def test_an_oversized_message_closes_the_socket_with_1009(brisk: Running) -> None:
    with connect(f"ws://127.0.0.1:{brisk.port}/talk", max_size=None) as client:
        client.send("a" * 10_000)
        assert client.recv() == "A" * 10_000
        client.send("a" * 10_001)
        with pytest.raises(ConnectionClosedError) as closed:
            client.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
