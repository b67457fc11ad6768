"""A small application behind the real server, in a thread: for tests of the server itself, from outside."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from sonant.api.certificates import Certificates, current_certificates, make_certificates
from sonant.api.connection import Timeouts
from sonant.api.listening import bind
from sonant.api.server import Server, ServerOptions, loop_factory

BRISK = Timeouts(headers=0.4, body=0.4, idle=0.4, stalled=0.4)
PATIENT = Timeouts(headers=30, body=30, idle=30, stalled=30)
PIECE = b"p" * 1000
PIECE_SECONDS = 0.05


@dataclass
class App:
    """An application that counts, streams and echoes."""

    pieces: int = 4
    ended: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.talk(receive, send)
        else:
            await getattr(self, scope["path"].removeprefix("/"))(receive, send)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        yield
        self.ended.append("application")

    async def talk(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        code = None
        try:
            while (message := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "text": message["text"].upper()})
            code = message["code"]
        finally:
            self.ended.append(f"socket {code}")

    async def health(self, receive: Receive, send: Send) -> None:
        await answer(send, b"ok")

    async def length(self, receive: Receive, send: Send) -> None:
        received = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.ended.append("length")
                return
            received += len(message["body"])
            more = message["more_body"]
        await answer(send, str(received).encode())

    async def early(self, receive: Receive, send: Send) -> None:
        await answer(send, b"early")

    async def stream(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"request-id", b"r1")]})
        leaving = asyncio.create_task(left(receive))
        for _ in range(self.pieces):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            done, _ = await asyncio.wait([leaving], timeout=PIECE_SECONDS)
            if done:
                self.ended.append("stream")
                return
        leaving.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def flood(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        leaving = asyncio.create_task(left(receive))
        while not leaving.done():
            await send({"type": "http.response.body", "body": PIECE * 100, "more_body": True})
            await asyncio.sleep(0)
        self.ended.append("flood")

    async def fail(self, receive: Receive, send: Send) -> None:
        await answer(send, b"sorry", status=500)
        raise RuntimeError("what the caller said")


async def left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def answer(send: Callable[[Message], Any], body: bytes, status: int = 200) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass
class Running:
    """A server in a thread."""

    app: App
    port: int
    server: Server
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.server.stop)

    def ended(self, seconds: float) -> bool:
        self.thread.join(seconds)
        return not self.thread.is_alive()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def socket(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)


@contextmanager
def served(options: ServerOptions, app: App | None = None) -> Iterator[Running]:
    app = app or App()
    ready = threading.Event()
    running: list[Running] = []

    async def main() -> None:
        sockets = bind("127.0.0.1", 0)
        server = Server(app, sockets, options)
        loop = asyncio.get_running_loop()
        running.append(Running(app, sockets[0].getsockname()[1], server, loop, thread))
        ready.set()
        async with app.open():
            await server.serve(sockets=[])

    def work() -> None:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(main())

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(10)
    try:
        yield running[0]
    finally:
        if thread.is_alive():
            running[0].stop()
            running[0].stop()
        assert running[0].ended(10)


def rest(sock: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    received = b""
    while piece := sock.recv(65536):
        received += piece
    return received


def error(response: bytes) -> tuple[int, Any]:
    head, _, body = response.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    return int(head.split()[1]), json.loads(body)["detail"]["status"]


def eventually(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def made_certificates(folder: Path, names: Sequence[str], now: float | None = None) -> Certificates:
    """The certificates in a folder, made first where necessary."""
    certificates = current_certificates(folder, names, now)
    if certificates is None:
        make_certificates(folder, names, now)
        certificates = current_certificates(folder, names, now)
    assert certificates is not None
    return certificates
