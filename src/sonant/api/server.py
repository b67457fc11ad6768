"""Running an application: from listening sockets to an orderly end.

uvicorn does the protocols; accepting connections, deadlines, limits and the end of the work are Sonant's own.
"""

import asyncio
import signal
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from sonant.api.access import LogAccess
from sonant.api.connection import HttpConnection, SocketConnection, Timeouts
from sonant.api.limits import BodyLimits, LimitBodies
from sonant.api.listening import BACKLOG, TwoWayListener

LEAVE_TAKING_SECONDS = 2.0
TICK_SECONDS = 0.02

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How to serve.

    Attributes:
        timeouts: How long clients may take.
        limits: How large bodies may be; a WebSocket message as large as a JSON body.
        grace: Seconds for running requests when the server is to stop.
        tls: Speak TLS too, on the same port.
    """

    timeouts: Timeouts = field(default_factory=Timeouts)
    limits: BodyLimits = field(default_factory=BodyLimits)
    grace: float = 10.0
    tls: ssl.SSLContext | None = None


async def serve(
    app: ASGIApp,
    opening: AbstractAsyncContextManager[object],
    sockets: Sequence[socket.socket],
    options: ServerOptions,
    ready: Callable[[], Awaitable[None]],
) -> None:
    """Open the application, serve it on sockets that listen already, until SIGTERM, SIGINT or `stop`, and close it.

    Idle connections are closed then, running requests may finish within the grace time, and what runs still is cut, the
    way it would be if its client left. A second signal cuts at once.

    Args:
        app: What answers.
        opening: Entered before the first request and left after the last one.
        sockets: Of `listening.bind`. Who connects before the application is open, waits.
        options: How to serve.
        ready: Awaited when the application is open, before the first request.
    """
    server = Server(app, sockets, options)
    with _stopped_by_signals(server):
        async with opening:
            await ready()
            await server.serve(sockets=[])


@contextmanager
def _stopped_by_signals(server: "Server") -> Iterator[None]:
    """Stop in order when told to; a server that was told to stop has not failed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class Server(uvicorn.Server):
    """uvicorn's server with Sonant's connections, and with an end of its own."""

    def __init__(self, app: ASGIApp, sockets: Sequence[socket.socket], options: ServerOptions) -> None:
        super().__init__(
            uvicorn.Config(
                LogAccess(LimitBodies(app, options.limits)),
                http=HttpConnection,
                ws=cast("type[asyncio.Protocol]", partial(SocketConnection, options.timeouts)),
                ws_max_size=options.limits.body_bytes,
                ws_per_message_deflate=False,  # the payload is encoded audio: it costs time and saves nothing
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,  # uvicorn's holds query strings, and those may hold tokens
                server_header=False,
            )
        )
        self._options = options
        self._sockets = sockets
        self._two_way: list[TwoWayListener] = []

    def stop(self) -> None:
        """End the work in order; when called again, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            if self._options.tls is None:
                self.servers.append(await loop.create_server(self._make_connection, sock=sock, backlog=BACKLOG))
            else:
                seconds = self._options.timeouts.headers
                self._two_way.append(TwoWayListener(sock, self._make_connection, self._options.tls, seconds))

    def _make_connection(self) -> asyncio.Protocol:
        return HttpConnection(self._options.timeouts, self.config, self.server_state, self.lifespan.state)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Stop listening, let running requests finish within the grace time, cut the rest."""
        listeners: list[asyncio.AbstractServer | TwoWayListener] = [*self.servers, *self._two_way]
        for listener in listeners:
            listener.close()
        for connection in list(self.server_state.connections):
            if isinstance(connection, HttpConnection):
                connection.shutdown()
        if not await self._finished(self._options.grace, unless_forced=True):
            connections = cast("set[HttpConnection | SocketConnection]", self.server_state.connections)
            _log.warning("cutting what still runs", connections=len(connections))
            for connection in list(connections):
                connection.cut()
            if not await self._finished(LEAVE_TAKING_SECONDS):
                for connection in list(connections):
                    connection.transport.abort()  # it waits for a client to take what was sent
                for task in self.server_state.tasks:
                    task.cancel()
                await self._finished(LEAVE_TAKING_SECONDS)

    async def _finished(self, seconds: float, *, unless_forced: bool = False) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.server_state.connections or self.server_state.tasks:
            if loop.time() >= deadline or (unless_forced and self.force_exit):
                return False
            await asyncio.sleep(TICK_SECONDS)
        return True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: they are heard by `serve`, also while the application opens and closes."""
        yield


def loop_factory() -> asyncio.AbstractEventLoop:
    """The event loop that a server runs on."""
    return cast("asyncio.AbstractEventLoop", uvloop.new_event_loop())
