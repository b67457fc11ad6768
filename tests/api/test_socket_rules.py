"""What docs/compatibility.md says about the sockets and no SDK relies on, against a real server."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from serving import KEY, Served
from speaking import VOICE, Asker

OPENING = {"text": " ", "xi-api-key": KEY}


@contextmanager
def socket(server: Served, path: str = "stream-input", **query: object) -> Iterator[ClientConnection]:
    asked = urlencode({"output_format": "pcm_16000", **query})
    with connect(f"{server.socket_url}/v1/text-to-speech/{VOICE}/{path}?{asked}") as connection:
        yield connection


def say(connection: ClientConnection, *messages: object) -> None:
    for message in messages:
        connection.send(json.dumps(message))


def heard(connection: ClientConnection) -> tuple[list[dict], int | None]:
    """Every message until the server closes, and its close code."""
    messages = []
    with suppress(ConnectionClosed):
        while True:
            messages.append(json.loads(connection.recv(timeout=20)))
    return messages, connection.protocol.close_code


def spoken(messages: Sequence[dict]) -> str:
    return "".join("".join(message["alignment"]["chars"]) for message in messages if message.get("alignment"))


def test_what_follows_the_space_of_the_first_message_is_spoken(server):
    with socket(server) as connection:
        say(connection, {**OPENING, "text": " Hello. "}, {"text": ""})
        messages, code = heard(connection)

    assert (spoken(messages).strip(), code) == ("Hello.", 1000)


@pytest.mark.parametrize("message", [{"text": " "}, {"text": "Hello "}])
def test_any_message_keeps_a_socket_open(server, message):
    with socket(server, inactivity_timeout=1) as connection:
        say(connection, OPENING)
        for _ in range(3):
            time.sleep(0.6)
            say(connection, message)
        say(connection, {"text": "there. "}, {"text": ""})
        messages, code = heard(connection)

    assert code == 1000
    assert "there." in spoken(messages)


@pytest.mark.parametrize("seconds", [0, 181, "soon"])
def test_the_inactivity_timeout_has_a_range(server, seconds):
    with socket(server, inactivity_timeout=seconds) as connection:
        say(connection, OPENING)
        messages, code = heard(connection)

    assert (messages[-1]["error"], code) == ("invalid_request", 1008)


def test_each_phrase_is_an_item_of_the_history(server):
    with socket(server) as connection, Asker(server) as asker:
        say(
            connection,
            OPENING,
            {"text": "One apple. ", "flush": True},
            {"text": "Two pears. ", "flush": True},
            {"text": ""},
        )
        heard(connection)
        items = asker.http.get("/v1/history", params={"page_size": 2}).json()["history"]

    assert [item["text"].strip() for item in items] == ["Two pears.", "One apple."]


@pytest.mark.parametrize("logged", ["true", "false"])
def test_nothing_is_kept_of_a_socket_without_logging(server, logged):
    with socket(server, enable_logging=logged) as connection, Asker(server) as asker:
        say(connection, OPENING, {"text": f"Nobody knows {logged}. "}, {"text": ""})
        heard(connection)
        found = asker.http.get("/v1/history", params={"search": f"Nobody knows {logged}"}).json()["history"]

    assert len(found) == (logged == "true")


def test_a_token_is_used_up_by_the_first_message_and_not_by_connecting(server):
    with Asker(server) as asker:
        token = asker.http.post("/v1/single-use-token/tts_websocket").json()["token"]
    with socket(server, single_use_token=token):
        pass
    codes = []
    for _ in range(2):
        with socket(server, single_use_token=token) as connection:
            say(connection, {"text": " "}, {"text": "Hi. "}, {"text": ""})
            codes.append(heard(connection)[1])

    assert codes == [1000, 1008]


def test_messages_without_a_context_belong_to_one_and_closing_speaks_what_waits(server):
    with socket(server, "multi-stream-input") as connection:
        say(
            connection,
            OPENING,
            {"text": "Hello there. "},
            {"text": "Goodbye. ", "context_id": "b"},
            {"close_socket": True},
        )
        messages, code = heard(connection)

    assert code == 1000
    assert {message["contextId"] for message in messages} == {"default", "b"}
    assert spoken([m for m in messages if m["contextId"] == "default"]) == "Hello there. "
    assert spoken([m for m in messages if m["contextId"] == "b"]) == "Goodbye. "


def test_a_key_without_the_permission_is_told_so(server):
    """The narrow permission of a single-use token doesn't reach the other operations."""
    with Asker(server) as asker:
        token = asker.http.post("/v1/single-use-token/realtime_scribe").json()["token"]
    with socket(server, single_use_token=token) as connection:
        say(connection, {"text": " "})
        messages, code = heard(connection)

    assert (messages[-1]["error"], code) == ("invalid_api_key", 1008)
