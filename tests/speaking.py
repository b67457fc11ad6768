"""Asking a real server to speak, over plain HTTP, and reading what comes back."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt

from serving import Served

VOICE = "hmTb8dx1csZxlqXk7iAp"
"""A base speaker without a transform. Its engine makes 16 kHz, so `pcm_16000` is its sound to the bit."""
OTHER_VOICE = "lmu3WjC51QOVPPZH6Uj2"
"""Another speaker of the same engine."""
RATE = 16_000
SENTENCE = "The birch canoe slid on the smooth planks."

Samples = npt.NDArray[np.float32]
Json = dict[str, Any]


class Asker:
    """A client of one server.

    Args:
        served: The server.
        key: An API key; None sends none.
    """

    def __init__(self, served: Served, key: str | None = "") -> None:
        headers = served.headers if key == "" else {} if key is None else {"xi-api-key": key}
        self.http = httpx.Client(base_url=served.url, headers=headers, timeout=60)

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    def ask(
        self,
        body: object,
        operation: str = "",
        *,
        voice: str = VOICE,
        query: Mapping[str, str | int] | None = None,
    ) -> httpx.Response:
        """Text to speech with this body."""
        return self.http.post(f"/v1/text-to-speech/{voice}{operation}", json=body, params=query)

    def speak(
        self, text: str, *, voice: str = VOICE, query: Mapping[str, str | int] | None = None, **body: object
    ) -> httpx.Response:
        """Text to speech at the engine's own rate, which must succeed."""
        response = self.ask({"text": text, **body}, voice=voice, query={"output_format": "pcm_16000", **(query or {})})
        assert response.status_code == 200, response.text
        return response

    def sound(self, text: str, **more: Any) -> Samples:
        """The samples of that, shape `(time,)`."""
        return samples_of(self.speak(text, **more).content)

    def timed(
        self, text: str, *, voice: str = VOICE, query: Mapping[str, str | int] | None = None, **body: Any
    ) -> Json:
        """The same with character times."""
        asked = {"output_format": "pcm_16000", **(query or {})}
        response = self.ask({"text": text, **body}, "/with-timestamps", voice=voice, query=asked)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    def converse(
        self, *turns: tuple[str, str], operation: str = "", output_format: str = "pcm_16000", **body: object
    ) -> httpx.Response:
        """A dialogue of voice ids and texts."""
        inputs = [{"voice_id": voice, "text": text} for voice, text in turns]
        query = {"output_format": output_format}
        return self.http.post(f"/v1/text-to-dialogue{operation}", json={"inputs": inputs, **body}, params=query)

    def figures(self) -> dict[str, float]:
        """The metrics: values by name and labels, as they are written."""
        lines = self.http.get("/metrics").text.splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


def samples_of(content: bytes) -> Samples:
    """What is in `pcm_*`, full scale ±1."""
    return np.frombuffer(content, "<i2").astype(np.float32) / np.float32(32768)


def sound_in(answers: list[Json]) -> bytes:
    """The joined audio of answers with timestamps."""
    return b"".join(base64.b64decode(answer["audio_base64"]) for answer in answers)


def lines_of(response: httpx.Response) -> list[Json]:
    """The objects of a streamed answer, each on a line that is ended."""
    assert response.status_code == 200, response.text
    assert response.content.endswith(b"\n")
    return [json.loads(line) for line in response.content.splitlines()]


def text_of(answer: Json, key: str = "alignment") -> str:
    """The characters of an alignment."""
    return "".join(answer[key]["characters"])


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status code and status word of an error in the API's form."""
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"]
    detail = response.json()["detail"]
    assert set(detail) == {"status", "message"}
    assert detail["message"].endswith(".")
    return response.status_code, detail["status"]


def frame_seconds(output_format: str) -> float:
    """How far a format's duration may be off: one MP3 frame."""
    return {"mp3_22050_32": 576 / 22050, "mp3_24000_48": 576 / 24000}.get(output_format, 1152 / 44100)
