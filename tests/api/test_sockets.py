"""The text to speech sockets, spoken to with a bare WebSocket client against a real server."""

import base64
import json
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from serving import KEY

VOICE = "JBFqnCBsd6RMkjVDRZzb"
SENTENCE = "The birch canoe slid on the smooth planks. "
OPENING = {"text": " ", "xi-api-key": KEY}
RATE = 16000


@asynccontextmanager
async def socket(server, *, path="stream-input", voice=VOICE, headers=None, **query):
    asked = urlencode({"output_format": "pcm_16000", "model_id": "eleven_flash_v2_5", **query})
    url = f"{server.socket_url}/v1/text-to-speech/{voice}/{path}?{asked}"
    async with connect(url, additional_headers=headers or {}) as connection:
        yield connection


async def say(connection, *messages) -> None:
    for message in messages:
        await connection.send(json.dumps(message))


async def heard(connection) -> tuple[list[dict], int, str]:
    """Every message until the server closes, the code and the reason it closes with."""
    messages = []
    try:
        while True:
            messages.append(json.loads(await connection.recv()))
    except ConnectionClosed as closed:
        return messages, closed.rcvd.code, closed.rcvd.reason


async def conversation(server, *messages, **more) -> tuple[list[dict], int]:
    async with socket(server, **more) as connection:
        await say(connection, *messages)
        answers, code, _ = await heard(connection)
        return answers, code


async def posted(server, path, body=None) -> dict:
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers) as client:
        answer = await client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def sound(messages) -> bytes:
    return b"".join(base64.b64decode(message["audio"]) for message in messages if message.get("audio"))


def characters(messages, key="alignment") -> str:
    return "".join(char for message in messages if message.get(key) for char in message[key]["chars"])


async def test_a_text_is_spoken_and_the_socket_closes_normally(server):
    messages, code = await conversation(server, OPENING, {"text": SENTENCE}, {"text": ""})

    assert code == 1000
    assert messages[-1] == {"audio": None, "isFinal": True}
    assert all(message["isFinal"] is None for message in messages[:-1])
    assert characters(messages) == SENTENCE
    samples = np.frombuffer(sound(messages), "<i2")
    assert 2 < samples.size / RATE < 5
    assert np.abs(samples).max() > 1000


@pytest.mark.parametrize("output_format", ["pcm_16000", "pcm_44100"])
async def test_times_count_from_the_sound_of_their_own_message(server, output_format):
    messages, _ = await conversation(server, OPENING, {"text": SENTENCE}, {"text": ""}, output_format=output_format)

    for message in messages[:-1]:
        alignment = message["alignment"]
        if alignment is None:
            continue
        length_ms = 1000 * len(base64.b64decode(message["audio"])) / 2 / int(output_format.split("_")[1])
        assert len({len(alignment[key]) for key in ("chars", "charStartTimesMs", "charDurationsMs")}) == 1
        assert all(isinstance(time, int) for time in alignment["charStartTimesMs"] + alignment["charDurationsMs"])
        assert all(duration >= 0 for duration in alignment["charDurationsMs"])
        assert all(-1 <= start <= length_ms + 1 for start in alignment["charStartTimesMs"])


async def test_every_message_has_times_when_they_are_asked_to_be_in_step(server):
    messages, _ = await conversation(server, OPENING, {"text": SENTENCE}, {"text": ""}, sync_alignment="true")

    assert all(message["alignment"] is not None for message in messages[:-1])


@pytest.mark.parametrize("output_format", ["mp3_44100_128", "opus_48000_64", "ulaw_8000"])
async def test_all_phrases_are_one_continuous_stream(server, output_format):
    from listening import duration

    told = [OPENING, {"text": SENTENCE, "flush": True}, {"text": SENTENCE}, {"text": ""}]
    messages, code = await conversation(server, *told, output_format=output_format)
    pcm, _ = await conversation(server, *told)

    assert code == 1000
    assert duration(sound(messages), output_format) == pytest.approx(len(sound(pcm)) / 2 / RATE, abs=0.06)


async def test_a_flush_speaks_at_once_and_keeps_the_socket_open(server):
    async with socket(server) as connection:
        await say(connection, OPENING, {"text": "Hello. ", "flush": True})
        first = []
        while characters(first) != "Hello. ":
            first.append(json.loads(await connection.recv()))
        await say(connection, {"text": "And goodbye. "}, {"text": ""})
        rest, code, _ = await heard(connection)

    assert code == 1000
    assert characters(first + rest) == "Hello. And goodbye. "
    assert rest[-1]["isFinal"] is True


@pytest.mark.parametrize(
    ("opening", "message", "due"),
    [
        ({"generation_config": {"chunk_length_schedule": [50]}}, {"text": SENTENCE * 2}, True),
        ({}, {"text": SENTENCE * 2}, False),
        ({}, {"text": SENTENCE * 2, "try_trigger_generation": True}, True),
        ({}, {"text": "Short. ", "try_trigger_generation": True}, False),
    ],
)
async def test_speech_begins_when_the_schedule_or_a_trigger_says_so(server, opening, message, due):
    import asyncio

    async with socket(server) as connection:
        await say(connection, {**OPENING, **opening}, message)
        if due:
            assert json.loads(await connection.recv())["audio"]
        else:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(connection.recv(), 0.4)


async def test_automatic_mode_speaks_each_sentence_as_it_is_complete(server):
    async with socket(server, auto_mode="true") as connection:
        await say(connection, OPENING, {"text": "One short sentence. "}, {"text": "Two"})
        assert json.loads(await connection.recv())["audio"]


@pytest.mark.parametrize("way", ["header", "query", "bearer", "message", "message authorization", "token"])
async def test_there_are_several_ways_to_authenticate(server, way):
    opening, headers, query = {"text": " "}, {}, {}
    match way:
        case "header":
            headers = {"xi-api-key": KEY}
        case "query":
            query = {"authorization": KEY}
        case "bearer":
            query = {"authorization": f"Bearer {KEY}"}
        case "message":
            opening["xi-api-key"] = KEY
        case "message authorization":
            opening["authorization"] = f"Bearer {KEY}"
        case "token":
            query = {"single_use_token": (await posted(server, "/v1/single-use-token/tts_websocket"))["token"]}

    messages, code = await conversation(server, opening, {"text": "Hi. "}, {"text": ""}, headers=headers, **query)
    assert code == 1000
    assert sound(messages)

    if way == "token":
        messages, code = await conversation(server, opening, {"text": "Hi. "}, {"text": ""}, **query)
        assert (code, messages[0]["error"]) == (1008, "invalid_api_key")


async def test_markup_is_obeyed_only_where_it_is_asked_for(server):
    text = 'One <break time="1.5s"/> two. '
    plain, _ = await conversation(server, OPENING, {"text": text}, {"text": ""}, enable_ssml_parsing="true")
    literal, _ = await conversation(server, OPENING, {"text": "One two. "}, {"text": ""})

    assert characters(plain) == text
    assert len(sound(plain)) / 2 / RATE > len(sound(literal)) / 2 / RATE + 1.0


async def test_a_dictionary_named_in_the_opening_applies(server):
    rules = [{"type": "alias", "string_to_replace": "SQL", "alias": "sequel"}]
    made = await posted(server, "/v1/pronunciation-dictionaries/add-from-rules", {"name": "Socket", "rules": rules})
    locator = {"pronunciation_dictionary_id": made["id"], "version_id": made["version_id"]}

    messages, _ = await conversation(
        server, {**OPENING, "pronunciation_dictionary_locators": [locator]}, {"text": "I like SQL. "}, {"text": ""}
    )

    assert characters(messages) == "I like SQL. "
    assert characters(messages, "normalizedAlignment").strip() == "I like sequel."


async def test_the_slowest_and_the_fastest_speed_differ_in_length(server):
    lengths = []
    for speed in (0.7, 1.2):
        opening = {**OPENING, "voice_settings": {"speed": speed}}
        messages, _ = await conversation(server, opening, {"text": SENTENCE}, {"text": ""})
        lengths.append(len(sound(messages)))

    assert lengths[0] / lengths[1] == pytest.approx(1.2 / 0.7, rel=0.15)


@pytest.mark.parametrize(
    ("messages", "query", "status"),
    [
        ([{"text": " "}], {}, "needs_authorization"),
        ([{"text": " ", "xi-api-key": "sk_wrong"}], {}, "invalid_api_key"),
        ([OPENING], {"voice": "nobodynobodynobody00"}, "voice_not_found"),
        ([OPENING, {"text": "Hi. "}, {"text": ""}], {"model_id": "no_such_model"}, "model_not_found"),
        ([OPENING], {"output_format": "wav_44100"}, "invalid_request"),
        ([OPENING], {"inactivity_timeout": "0"}, "invalid_request"),
        ([OPENING], {"seed": "-1"}, "invalid_request"),
        ([{**OPENING, "voice_settings": {"speed": 2.0}}], {}, "invalid_request"),
        ([{**OPENING, "generation_config": {"chunk_length_schedule": [5]}}], {}, "invalid_request"),
        ([OPENING, {"text": "a", "voice_settings": {"speed": 1.1}}], {}, "invalid_request"),
        (
            [{**OPENING, "pronunciation_dictionary_locators": [{"pronunciation_dictionary_id": "x"}] * 4}],
            {},
            "invalid_request",
        ),
        ([OPENING, {"no_text": 1}], {}, "invalid_request"),
        ([OPENING, ["a", "list"]], {}, "invalid_request"),
        ([OPENING, {"text": 17}], {}, "invalid_request"),
        ([OPENING, {"text": "word " * 20_001}], {}, "max_character_limit_exceeded"),
    ],
)
async def test_what_is_wrong_is_said_and_the_socket_closed(server, messages, query, status):
    answers, code = await conversation(server, *messages, **query)

    error = answers[-1]
    assert code == error["code"] == 1008
    assert error["error"] == status
    assert error["message"]


@pytest.mark.parametrize("frame", [b"\x00\xff\xfe garbage", "not json", '{"text": "\\ud800"}', "[" * 100_000])
async def test_garbage_closes_the_socket_with_an_error(server, frame):
    async with socket(server) as connection:
        await say(connection, OPENING)
        await connection.send(frame)
        messages, code, _ = await heard(connection)

    assert code == 1008
    assert messages[-1]["error"] == "invalid_request"


async def test_an_oversized_message_is_refused(server):
    async def send() -> None:
        async with socket(server) as connection:
            await say(connection, OPENING)
            await connection.send('{"text": "' + "a" * (5 * 1024 * 1024) + '"}')
            await connection.recv()

    with pytest.raises(ConnectionClosed) as closed:
        await send()
    assert closed.value.rcvd.code == 1009


async def test_a_silent_client_is_told_and_let_go(server):
    messages, code = await conversation(server, OPENING, inactivity_timeout="1")

    assert code == 1008
    assert messages[-1]["error"] == "input_timeout_exceeded"


async def test_several_contexts_speak_on_one_socket(server):
    async with socket(server, path="multi-stream-input") as connection:
        await say(
            connection,
            {**OPENING, "context_id": "a"},
            {"text": "First context. ", "context_id": "a"},
            {"text": "Second context. ", "context_id": "b"},
            {"context_id": "b", "flush": True},
            {"text": "", "context_id": "b"},
            {"context_id": "a", "close_context": True},
            {"close_socket": True},
        )
        messages, code, _ = await heard(connection)

    by_context = {name: [m for m in messages if m["contextId"] == name] for name in ("a", "b")}
    assert code == 1000
    assert characters(by_context["a"]) == "First context. "
    assert characters(by_context["b"]) == "Second context. "
    assert all(part[-1]["isFinal"] is True for part in by_context.values())


async def test_a_connection_may_have_five_contexts(server):
    async with socket(server, path="multi-stream-input") as connection:
        await say(connection, OPENING, *({"text": "Hi. ", "context_id": str(number)} for number in range(5)))
        messages, code, _ = await heard(connection)

    assert code == 1008
    assert "contexts" in messages[-1]["message"]
