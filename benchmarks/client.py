"""A client that costs as little as possible, so that what is measured is the server."""

import http.client
import json
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from serving import KEY, Served

VOICE = "JBFqnCBsd6RMkjVDRZzb"
SENTENCE = "The birch canoe slid on the smooth planks."
HEADERS_END, CHUNKS_END = b"\r\n\r\n", b"\r\n0\r\n\r\n"
LEAST_BODY = 8  # bytes: a chunk's size in hexadecimal, a new line, and some sound


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status.
        first: Seconds to the first byte of the body.
        total: Seconds to its end.
        content: The body.
        headers: Lower-case names.
    """

    status: int
    first: float
    total: float
    content: bytes
    headers: dict[str, str]


class Caller:
    """One connection that is used again and again."""

    def __init__(self, served: Served) -> None:
        parts = urlsplit(served.url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)

    def first_audio(self, text: str, *, output_format: str) -> float:
        """Seconds from sending a request to receiving the first byte of its sound."""
        request = self._written(text, output_format)
        if self._connection.sock is None:
            self._connection.connect()
        connection = self._connection.sock
        assert connection is not None
        began = time.perf_counter()
        connection.sendall(request)
        received = b""
        while len(received.partition(HEADERS_END)[2]) < LEAST_BODY:
            received += connection.recv(65536)
        seconds = time.perf_counter() - began
        while not received.endswith(CHUNKS_END):
            received += connection.recv(65536)
        return seconds

    def _written(self, text: str, output_format: str) -> bytes:
        body = json.dumps({"text": text}).encode()
        path = f"/v1/text-to-speech/{VOICE}/stream?output_format={output_format}"
        head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nxi-api-key: {KEY}\r\ncontent-type: application/json\r\n"
        return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body

    def speak(self, text: str, *, voice: str = VOICE, path: str = "/stream", **query: str) -> Answer:
        """Ask for speech and read all of it."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        body = json.dumps({"text": text}).encode()
        headers = {"xi-api-key": KEY, "content-type": "application/json"}
        began = time.perf_counter()
        self._connection.request("POST", f"/v1/text-to-speech/{voice}{path}?{asked}", body, headers)
        response = self._connection.getresponse()
        first = response.read1(65536)
        after = time.perf_counter()
        content = first + response.read()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, after - began, time.perf_counter() - began, content, received)

    def get(self, path: str) -> Answer:
        """Ask for anything else."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"xi-api-key": KEY})
        response = self._connection.getresponse()
        content = response.read()
        total = time.perf_counter() - began
        return Answer(response.status, total, total, content, {})

    def begin(self, text: str, *, voice: str = VOICE, **query: str) -> http.client.HTTPResponse:
        """Ask for a stream and read its first bytes only."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        body = json.dumps({"text": text}).encode()
        headers = {"xi-api-key": KEY, "content-type": "application/json"}
        self._connection.request("POST", f"/v1/text-to-speech/{voice}/stream?{asked}", body, headers)
        response = self._connection.getresponse()
        response.read1(1)
        return response

    def close(self) -> None:
        """Leave, whatever is under way."""
        self._connection.close()
