"""Bad requests for speech over HTTP: each gets an answer that says what is wrong, and the server goes on."""

import json

import httpx
import pytest

from speaking import SENTENCE, VOICE, Asker, refusal

OPERATIONS = ("", "/stream", "/with-timestamps", "/stream/with-timestamps")
URL = f"/v1/text-to-speech/{VOICE}"
QUERY = {"output_format": "pcm_16000"}
LOCATOR = {"pronunciation_dictionary_id": "x"}
LOCATORS = "pronunciation_dictionary_locators"


@pytest.fixture(scope="module")
def asker(server):
    with Asker(server) as asker:
        yield asker


def places(response: httpx.Response) -> list[list[str | int]]:
    """Where a 422 says that something is wrong."""
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"]
    items = response.json()["detail"]
    assert all(set(item) == {"loc", "msg", "type"} for item in items)
    return [item["loc"] for item in items]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, ["body", "text"]),
        ({"text": None}, ["body", "text"]),
        ({"text": 17}, ["body", "text"]),
        ({"text": ["Hi."]}, ["body", "text"]),
        ({"text": "Hi.", "apply_text_normalization": "maybe"}, ["body", "apply_text_normalization"]),
        ({"text": "Hi.", "seed": -1}, ["body", "seed"]),
        ({"text": "Hi.", "seed": 2**32}, ["body", "seed"]),
        ({"text": "Hi.", "seed": 10**400}, ["body", "seed"]),
        ({"text": "Hi.", "seed": 1.5}, ["body", "seed"]),
        ({"text": "Hi.", "seed": "one"}, ["body", "seed"]),
        ({"text": "Hi.", LOCATORS: [LOCATOR] * 4}, ["body", LOCATORS]),
        ({"text": "Hi.", LOCATORS: [{}]}, ["body", LOCATORS, 0, "pronunciation_dictionary_id"]),
        ({"text": "Hi.", "previous_request_ids": ["a"] * 4}, ["body", "previous_request_ids"]),
        ({"text": "Hi.", "next_request_ids": ["a"] * 4}, ["body", "next_request_ids"]),
        ({"text": "Hi.", "voice_settings": {"stability": 1.1}}, ["body", "voice_settings", "stability"]),
        ({"text": "Hi.", "voice_settings": {"similarity_boost": -0.1}}, ["body", "voice_settings", "similarity_boost"]),
        ({"text": "Hi.", "voice_settings": {"style": "much"}}, ["body", "voice_settings", "style"]),
        ({"text": "Hi.", "voice_settings": {"speed": 0.24}}, ["body", "voice_settings", "speed"]),
        ({"text": "Hi.", "voice_settings": {"speed": 4.1}}, ["body", "voice_settings", "speed"]),
        ({"text": "Hi.", "voice_settings": "loud"}, ["body", "voice_settings"]),
        (["text"], ["body"]),
        ("text", ["body"]),
        (None, ["body"]),
    ],
)
def test_a_body_that_is_wrong_says_where(asker, operation, body, place):
    assert places(asker.ask(body, operation)) == [place]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"output_format": "mp3_44100_1000"}, "output_format"),
        ({"output_format": ""}, "output_format"),
        ({"optimize_streaming_latency": 5}, "optimize_streaming_latency"),
        ({"optimize_streaming_latency": -1}, "optimize_streaming_latency"),
        ({"enable_logging": "perhaps"}, "enable_logging"),
    ],
)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_query_that_is_wrong_says_where(asker, operation, query, place):
    found = places(asker.ask({"text": "Hi."}, operation, query=query))

    assert {tuple(loc[:2]) for loc in found} == {("query", place)}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": ""}, (400, "empty_text")),
        ({"text": " \t\n"}, (400, "empty_text")),
        ({"text": "a" * 100_001}, (400, "max_character_limit_exceeded")),
        ({"text": "<speak>Hello"}, (400, "invalid_ssml")),
        ({"text": "<speak><blink>Hello</blink></speak>"}, (400, "invalid_ssml")),
        ({"text": '<!DOCTYPE x [<!ENTITY a "b">]><speak>&a;</speak>'}, (400, "invalid_ssml")),
        ({"text": '<speak><!DOCTYPE x [<!ENTITY a "b">]>&a;</speak>'}, (400, "invalid_ssml")),
        ({"text": "Hello.", "model_id": "no_such_model"}, (400, "model_not_found")),
        ({"text": "Hello.", "model_id": "eleven_multilingual_sts_v2"}, (400, "model_not_found")),
        ({"text": "Hello.", LOCATORS: [LOCATOR]}, (404, "pronunciation_dictionary_not_found")),
    ],
)
def test_what_can_not_be_spoken_is_refused_in_words(asker, operation, body, expected):
    response = asker.ask(body, operation, query=QUERY)

    assert ((200, "") if response.status_code == 200 else refusal(response)) == expected


@pytest.mark.parametrize("text", ["🙂", "👩‍👩‍👧‍👦 🎉", "…", "—", "\u200b", "\ufeff", "\x00", "\x07\x1b"])
def test_a_text_without_a_word_is_spoken_as_something_or_refused_as_empty(asker, text):
    response = asker.ask({"text": text}, query=QUERY)

    if response.status_code != 200:
        assert refusal(response) == (400, "empty_text")


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b",
        "Bell\x07 and escape\x1b[31m.",
        "Right\u202eto left.",
        "\ufeffMark.",
        "e\u0301\u0301\u0301",
        "line\r\nline\u2028line",
        "½ ℵ ﷽",
        "\U0010ffff x",
    ],
)
def test_odd_characters_are_spoken_and_all_come_back_with_times(asker, text):
    answer = asker.timed(text)

    assert "".join(answer["alignment"]["characters"]) == text
    starts = answer["alignment"]["character_start_times_seconds"]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\x00\xff\xfe garbage",
        b'{"text": "caf\xe9"}',
        b'{"text": "\\ud800"}',
        b'{"text": "Hi.", "previous_text": "\\udfff"}',
        b'{"text": "Hi.", "model_id": "\\ud800"}',
        b'{"text": "Hi.", "seed": NaN}',
        b'{"text": "Hi.", "voice_settings": {"stability": NaN}}',
        b'{"text": "Hi.", "voice_settings": {"speed": Infinity}}',
        b'{"text": "Hi.", "voice_settings": {"style": -Infinity}}',
        b'{"text": "Hi.", "seed": 1e400}',
        b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 200_000,
        b'{"text": "Hi."',
        b'{"text": "Hi."} and more',
        json.dumps({"text": "Hi."}).encode("utf-16-le") + b"\xd8",
        b"1" * 5_000,
    ],
    ids=range(18),
)
def test_what_is_not_such_a_body_is_a_clear_error(asker, content):
    response = asker.http.post(URL, content=content, headers={"content-type": "application/json"})

    if response.status_code == 422:
        assert places(response)
    else:
        assert refusal(response) == (400, "invalid_request")


def test_an_unknown_key_may_hold_anything(asker):
    content = b'{"text": "Hi.", "\\ud800": {"deep": [[[[NaN]]]]}, "x": 1e999, "text ": null}'
    response = asker.http.post(URL, content=content, headers={"content-type": "application/json"}, params=QUERY)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""]
)
def test_a_body_of_another_type_is_refused(asker, content_type):
    response = asker.http.post(URL, content=b'{"text": "Hi."}', headers={"content-type": content_type})

    assert places(response) == [["body"]]


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/vnd.api+json", "APPLICATION/JSON"]
)
def test_a_json_body_is_taken_whatever_its_type_is_called(asker, content_type):
    headers = {"content-type": content_type}

    assert asker.http.post(URL, content=b'{"text": "Hi."}', headers=headers, params=QUERY).status_code == 200


@pytest.mark.parametrize(
    "voice",
    [
        "nobodynobodynobody00",
        "%C3%BCber",
        "..%2F..%2Fetc%2Fpasswd",
        "a%2Fstream",
        "%00",
        "%FF",
        "%ED%A0%80",
        "a" * 5_000,
        "%20",
        "%0d%0aset-cookie:x",
    ],
)
def test_an_unknown_voice_is_not_found(asker, voice):
    response = asker.ask({"text": SENTENCE}, voice=voice)

    assert refusal(response)[0] == 404
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/", "/v1/text-to-speech", f"{URL}/", f"{URL}/unknown", "//v1/models", "/v1/%2e%2e"]
)
def test_a_path_that_leads_nowhere_is_an_error_in_the_api_s_form(asker, path):
    for method in ("GET", "POST"):
        assert refusal(asker.http.request(method, path)) == (404, "not_found")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_refused_with_those_that_are_allowed(asker, method):
    response = asker.http.request(method, URL)

    assert refusal(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_a_method_that_http_does_not_know_is_refused(asker):
    assert refusal(asker.http.request("BREW", URL)) == (400, "invalid_request")


@pytest.mark.parametrize(("path", "code"), [(URL, 405), ("/v1/nothing", 404)])
def test_a_head_request_has_no_body(asker, path, code):
    response = asker.http.head(path)

    assert (response.status_code, response.content) == (code, b"")
    assert asker.http.get("/health").status_code == 200
