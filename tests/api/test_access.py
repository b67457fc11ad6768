"""The access log: what was called and how it ended, never what was said."""

import httpx
import pytest
from structlog.testing import capture_logs
from websockets.sync.client import connect

from small_server import PIECE_SECONDS, Running, eventually


def test_a_request_is_logged_without_its_query(brisk: Running) -> None:
    with capture_logs() as logs:
        httpx.get(f"{brisk.url}/stream?single_use_token=secret")
        eventually(lambda: bool(logs))
    assert logs[0]["event"] == "request answered"
    assert (logs[0]["method"], logs[0]["path"], logs[0]["status"]) == ("GET", "/stream", 200)
    assert logs[0]["request_id"] == "r1"
    assert logs[0]["seconds"] == pytest.approx(4 * PIECE_SECONDS, abs=0.2)
    assert "secret" not in str(logs)


def test_a_socket_is_logged_when_it_ends(brisk: Running) -> None:
    with capture_logs() as logs:
        with connect(f"ws://127.0.0.1:{brisk.port}/talk?authorization=secret") as client:
            client.send("a")
            client.recv()
        eventually(lambda: bool(logs))
    assert (logs[0]["event"], logs[0]["path"]) == ("socket closed", "/talk")
    assert "secret" not in str(logs)


def test_an_error_that_was_answered_is_not_told_twice(brisk: Running, caplog: pytest.LogCaptureFixture) -> None:
    with capture_logs() as logs:
        assert httpx.get(f"{brisk.url}/fail").status_code == 500
        eventually(lambda: bool(logs))
    assert logs[0]["status"] == 500
    assert "what the caller said" not in str(logs) + caplog.text
