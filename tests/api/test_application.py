"""The whole application from outside: web pages, base path, metrics, permissions, credits, and what it keeps."""

import base64
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from websockets.sync.client import connect

from serving import KEY, Served, serving, stop
from sonant.services.accounts import Accounts
from sonant.store.database import Database
from speaking import OTHER_VOICE, SENTENCE, VOICE, Asker, refusal

EXPOSED = {"request-id", "history-item-id", "x-character-count", "character-cost", "x-request-id", "x-sonant-engine"}
PAGE = {"origin": "https://app.example.org"}
ENGINE_FIGURES = ("workers", "busy", "queue_length", "calls_total", "failures_total", "restarts_total")


@pytest.fixture(scope="module")
def asker(server):
    with Asker(server) as asker:
        yield asker


def sonant(served: Served, *arguments: str) -> str:
    """A command on the data folder of a running server."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SONANT_")}
    return subprocess.run(
        [sys.executable, "-m", "sonant", *arguments, "--data-dir", str(served.data_dir)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def limited_key(served: Served, credit_limit: int) -> str:
    """A key with a limit, made beside the running server."""
    db = Database(f"sqlite:///{served.data_dir / 'sonant.db'}")
    try:
        return Accounts(db).create_key("Tests", credit_limit=credit_limit)[1]
    finally:
        db.close()


def test_a_web_page_may_send_what_the_javascript_sdk_sends(asker):
    asked = "xi-api-key,content-type,x-fern-language,x-fern-sdk-name,x-fern-sdk-version,x-fern-runtime"
    preflight = asker.http.options(
        f"/v1/text-to-speech/{VOICE}",
        headers={**PAGE, "access-control-request-method": "POST", "access-control-request-headers": asked},
    )

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] in ("*", PAGE["origin"])
    assert "POST" in preflight.headers["access-control-allow-methods"]
    allowed = preflight.headers["access-control-allow-headers"].replace(" ", "").lower().split(",")
    assert set(asked.split(",")) <= set(allowed)


@pytest.mark.parametrize("operation", ["", "/stream", "/with-timestamps"])
def test_a_web_page_may_read_what_programs_read(asker, operation):
    response = asker.http.post(f"/v1/text-to-speech/{VOICE}{operation}", json={"text": "Hi."}, headers=PAGE)

    assert response.headers["access-control-allow-origin"] == "*"
    exposed = response.headers["access-control-expose-headers"].replace(" ", "").split(",")
    assert set(exposed) == EXPOSED
    assert set(EXPOSED) - {"x-request-id"} <= set(response.headers)


def test_a_web_page_may_read_errors_too(asker):
    for path, body in (
        (f"/v1/text-to-speech/{VOICE}", {}),
        ("/v1/nothing", {}),
        (f"/v1/text-to-speech/{VOICE}", {"text": ""}),
    ):
        response = asker.http.post(path, json=body, headers=PAGE)
        assert response.status_code >= 400
        assert response.headers["access-control-allow-origin"] == "*"
        assert "x-request-id" in response.headers["access-control-expose-headers"]


def test_health_needs_no_key_and_everything_else_does(server, asker):
    with Asker(server, key=None) as stranger:
        assert stranger.http.get("/health").json() == {
            "status": "ok",
            "version": asker.http.get("/health").json()["version"],
        }
        assert stranger.http.get("/metrics").status_code == 200
        for path in ("/v1/models", "/v2/voices", "/v1/history", "/v1/user", "/v1/pronunciation-dictionaries"):
            assert refusal(stranger.http.get(path)) == (401, "needs_authorization")
        assert refusal(stranger.ask({"text": "Hi."})) == (401, "needs_authorization")
    for wrong in (
        b"x",
        b"sk_" + b"0" * 64,
        KEY[:-1].encode(),
        KEY.encode() + b" x",
        b"\xc3\xa9",
        b"\xff",
        b"k" * 10_000,
    ):
        response = asker.http.post(f"/v1/text-to-speech/{VOICE}", json={"text": "Hi."}, headers={"xi-api-key": wrong})
        assert refusal(response) == (401, "invalid_api_key")


def test_metrics_tell_about_each_engine_and_never_what_was_said(server, asker):
    asker.speak("A sentence about marmalade.")
    asker.ask({"text": "A sentence about marmalade."}, voice="marmalade")
    figures = asker.figures()
    text = asker.http.get("/metrics").text

    assert all(f'sonant_engine_{name}{{engine="flite"}}' in figures for name in ENGINE_FIGURES)
    assert figures['sonant_first_audio_seconds_count{engine="flite"}'] >= 1
    assert figures['sonant_real_time_factor_count{engine="flite"}'] >= 1
    assert figures['sonant_audio_seconds_total{engine="flite"}'] > 1
    route = 'method="POST",route="/v1/text-to-speech/{voice_id}"'
    assert figures[f'sonant_http_requests_total{{{route},status="200"}}'] >= 1
    assert figures[f'sonant_http_requests_total{{{route},status="404"}}'] >= 1
    assert figures[f"sonant_http_request_seconds_count{{{route}}}"] >= 2
    assert "marmalade" not in text
    assert VOICE not in text
    assert KEY not in text


def test_paths_and_methods_that_are_made_up_do_not_grow_the_metrics(asker):
    before = len(asker.figures())
    for number in range(20):
        asker.http.get(f"/v1/made-up/{number}")
        asker.http.request(f"BREW{'X' * number}", f"/v1/text-to-speech/{number}")

    assert len(asker.figures()) <= before + 60  # counted together, whatever they are called


def test_a_key_may_do_only_what_its_scopes_say(server, asker):
    with Asker(
        server, key=sonant(server, "keys", "create", "--scope", "voices_read", "--scope", "models_read").strip()
    ) as reader:
        assert reader.http.get("/v2/voices").status_code == 200
        assert reader.http.get("/v1/models").status_code == 200
        for response in (
            reader.ask({"text": "Hi."}),
            reader.ask({"text": "Hi."}, "/stream/with-timestamps"),
            reader.converse((VOICE, "Hi.")),
            reader.http.get("/v1/history"),
            reader.http.get("/v1/user"),
            reader.http.post(f"/v1/voices/{VOICE}/settings/edit", json={}),
            reader.http.post("/v1/single-use-token/tts_websocket"),
            reader.http.get("/v1/pronunciation-dictionaries"),
        ):
            assert refusal(response) == (403, "missing_permissions")


def test_a_revoked_key_is_refused_within_two_seconds(server):
    key = sonant(server, "keys", "create").strip()
    with Asker(server, key=key) as caller:
        assert caller.http.get("/v1/models").status_code == 200
        (key_id,) = [line.split()[0] for line in sonant(server, "keys", "list").splitlines() if f" {key[-4:]} " in line]
        sonant(server, "keys", "revoke", key_id)
        deadline = time.monotonic() + 2.5
        while (response := caller.http.get("/v1/models")).status_code == 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    assert refusal(response) == (401, "invalid_api_key")


def test_a_key_is_never_overspent_however_many_ask_at_once(server):
    key = limited_key(server, 100)
    text = "Ten chars."
    with Asker(server, key=key) as caller, ThreadPoolExecutor(24) as crowd:
        together = list(
            crowd.map(lambda _: caller.ask({"text": text}, query={"output_format": "pcm_16000"}), range(24))
        )
        spoken = sum(response.status_code == 200 for response in together)
        used = caller.http.get("/v1/user/subscription").json()
        while (response := caller.ask({"text": text})).status_code == 200:
            spoken += 1
        left_over = caller.ask({"text": "x"})

    assert {refusal(answer) for answer in together if answer.status_code != 200} == {(401, "quota_exceeded")}
    assert used["character_count"] <= used["character_limit"] == 100
    assert spoken == 10
    assert refusal(response) == refusal(left_over) == (401, "quota_exceeded")


def test_a_refused_request_costs_nothing(server):
    with Asker(server, key=limited_key(server, 5)) as caller:
        assert refusal(caller.ask({"text": "Too long for that."}, "/stream")) == (401, "quota_exceeded")
        assert refusal(caller.ask({"text": "<speak>"})) == (400, "invalid_ssml")
        assert caller.ask({"text": "Five."}).status_code == 200
        assert refusal(caller.converse((VOICE, "x"))) == (401, "quota_exceeded")


def test_a_full_queue_is_a_429_that_says_when_to_try_again_and_other_limits_hold(tmp_path):
    settings = {
        "SONANT_ENGINE_WORKERS": "1",
        "SONANT_QUEUE_LENGTH": "0",
        "SONANT_MAX_CHARACTERS": "2000",
        "SONANT_OPEN": "1",
    }
    long = f"{SENTENCE[:-1]} and on " * 30
    with (
        serving(tmp_path, settings=settings) as served,
        Asker(served, key=None) as caller,
        ThreadPoolExecutor(6) as crowd,
    ):
        assert caller.ask({"text": "Hi."}).status_code == 200
        answers = list(crowd.map(lambda _: caller.ask({"text": long}, query={"output_format": "pcm_16000"}), range(6)))
        busy = [answer for answer in answers if answer.status_code != 200]
        assert refusal(caller.ask({"text": "a" * 2001})) == (400, "max_character_limit_exceeded")
        assert "access-control-allow-origin" not in caller.http.get("/health", headers=PAGE).headers

    assert 0 < len(busy) < 6
    assert {refusal(answer) for answer in busy} == {(429, "system_busy")}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in busy)


def test_a_base_path_holds_for_everything(tmp_path):
    with serving(
        tmp_path, settings={"SONANT_ROOT_PATH": "/sonant", "SONANT_CORS_ORIGINS": "https://a.example"}
    ) as served:
        for base in ("", "/sonant"):
            with httpx.Client(base_url=served.url + base, headers=served.headers, timeout=30) as client:
                assert client.get("/health").status_code == 200
                assert client.post(f"/v1/text-to-speech/{VOICE}/stream", json={"text": "Hi."}).status_code == 200
                assert refusal(client.get("/v1/nothing")) == (404, "not_found")
                assert client.get("/openapi.json").status_code == 200
                origin = {"origin": "https://b.example"}
                assert "access-control-allow-origin" not in client.get("/health", headers=origin).headers
        url = f"{served.socket_url}/sonant/v1/text-to-speech/{VOICE}/stream-input"
        with connect(url, additional_headers=served.headers) as socket:
            for text in (" ", "Hi. ", ""):
                socket.send(json.dumps({"text": text}))
            assert any(json.loads(message)["audio"] for message in socket)


def forms_of(secret: str) -> list[bytes]:
    """A text as it may lie in a file: plain, in other encodings, escaped, or coded."""
    plain = secret.encode()
    shifted = [base64.b64encode(b"-" * shift + plain)[4:-4] for shift in range(3)]
    escaped = json.dumps(secret)[1:-1].encode()
    wide = [secret.encode("utf-16-le"), secret.encode("utf-16-be")]
    return [plain, *wide, *shifted, escaped, quote(secret).encode(), plain.hex().encode()]


def places_of(folder: Path, secrets: list[str]) -> list[str]:
    """Files under a folder that hold any of these texts in any form."""
    wanted = [form for secret in secrets for form in forms_of(secret)]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(form in path.read_bytes() for form in wanted)]


def ask_without_logging(caller: Asker, text: str) -> None:
    """The same text through every door, well and badly."""
    quiet = {"enable_logging": "false"}
    for operation in ("", "/stream", "/with-timestamps", "/stream/with-timestamps"):
        response = caller.ask({"text": text, "previous_text": text, "next_text": text}, operation, query=quiet)
        assert response.status_code == 200
        assert "history-item-id" not in response.headers
        for wrong in (
            {"text": f"<speak>{text}"},
            {"text": [text]},
            {"text": text, "model_id": "none"},
            {"text": "", "next_text": text},
        ):
            assert caller.ask(wrong, operation, query=quiet).status_code in (400, 422)
    inputs = [{"voice_id": voice, "text": text} for voice in (VOICE, OTHER_VOICE)]
    assert caller.http.post("/v1/text-to-dialogue", json={"inputs": inputs}, params=quiet).status_code == 200
    url = str(caller.http.base_url).replace("http://", "ws://").rstrip("/")
    key = caller.http.headers["xi-api-key"]
    with connect(f"{url}/v1/text-to-speech/{VOICE}/stream-input?enable_logging=false&authorization={key}") as socket:
        for words in (" ", f"{text} ", ""):
            socket.send(json.dumps({"text": words, "xi-api-key": key}))
        assert any(json.loads(message).get("isFinal") for message in socket)


def test_without_logging_nothing_is_kept_and_keys_never_are(tmp_path):
    secret, public = "Nobody may read this déjà vu of marmalade.", "Everybody may read about the quince."
    with serving(tmp_path, settings={"SONANT_LOG_LEVEL": "debug"}) as served, Asker(served) as caller:
        ask_without_logging(caller, secret)
        assert list((tmp_path / "blobs").rglob("*.*")) == []
        assert caller.http.get("/v1/history").json()["history"] == []
        assert places_of(tmp_path, [secret, secret[12:-4], KEY]) == []

        caller.speak(public)
        assert caller.http.get("/v1/user").json()["subscription"]["character_count"] > len(public)
        stop(served)
        assert places_of(tmp_path, [secret, secret[12:-4], KEY]) == []
        assert "sonant.db" in places_of(tmp_path, [public])
        assert "server.log" not in places_of(tmp_path, [public])
