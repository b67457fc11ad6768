"""HTTP and WebSocket connections with a clock on the client.

uvicorn's protocols wait for ever for the rest of a request and for a client that stops reading. These are the same
protocols with deadlines, with a bound on the size of headers, and with errors in the API's form.
"""

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from sonant.api.errors import error_response

MAX_HEADER_BYTES = 64 * 1024
BODY_BYTES_PER_SECOND = 4 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a client may take, in seconds.

    Attributes:
        headers: From the connection, or a request's first byte, to the end of its headers.
        body: For the body, prolonged by a second with every `BODY_BYTES_PER_SECOND` received.
        idle: Between two requests.
        stalled: While it takes nothing of what is being sent to it.
    """

    headers: float = 10.0
    body: float = 30.0
    idle: float = 75.0
    stalled: float = 300.0


class _Awaited(Enum):
    """The part of a request that is yet to come."""

    HEADERS = auto()
    BODY = auto()
    NOTHING = auto()


class _ReaderWatch:
    """Aborts a connection whose other end takes nothing of what is being sent to it."""

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport = transport
        self._seconds = seconds
        self._unsent = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self.stop()
        self._unsent = self._transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._check)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        if self._transport.get_write_buffer_size() < self._unsent:
            self.start()
        else:
            self._transport.abort()


class HttpConnection(HttpToolsProtocol):
    """uvicorn's HTTP protocol with deadlines."""

    def __init__(
        self, timeouts: Timeouts, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.timeout_keep_alive = timeouts.idle  # type: ignore[assignment] # it goes to call_later, which takes floats
        self._timeouts = timeouts
        self._awaited = _Awaited.HEADERS
        self._timed = _Awaited.NOTHING
        self._timer: asyncio.TimerHandle | None = None
        self._received_bytes = 0
        self._begun = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn's
        """Start to wait for the first headers."""
        super().connection_made(transport)
        self._reader = _ReaderWatch(transport, self._timeouts.stalled)
        self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._stop_timer()
        self._reader.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and set the clock for what is still to come."""
        if self.transport.is_closing():
            return
        self._received_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._stop_timer()
        elif self._awaited is _Awaited.HEADERS and self._received_bytes > MAX_HEADER_BYTES:
            self._refuse(431, "headers_too_large", f"The headers are larger than {MAX_HEADER_BYTES} bytes.")
        else:
            self._set_timer()

    def on_message_begin(self) -> None:
        """Note a request's first byte."""
        self._begun = True
        self._awaited = _Awaited.HEADERS
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note the end of its headers."""
        self._awaited = _Awaited.BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note its end."""
        self._awaited = _Awaited.NOTHING
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request, or wait for the reader to take the rest of the last response."""
        super().on_response_complete()
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._reader.start()

    def pause_writing(self) -> None:
        """Watch whether the client takes anything."""
        self._reader.start()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It does."""
        self._reader.stop()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # closing would wait for a reader that isn't there
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """Refuse what isn't HTTP."""
        self._refuse(400, "invalid_request", msg)

    def cut(self) -> None:
        """End the connection as if the client had left: a response that is not complete stays so, and shows it."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.flow.resume_writing()  # or who waits to send would wait for a client that reads nothing
        self.transport.close()

    def _set_timer(self) -> None:
        """Start the clock of the part that is awaited now, unless it runs already."""
        if self._awaited is self._timed and self._timer is not None:
            return
        self._stop_timer()
        self._timed = self._awaited
        self._received_bytes = 0
        if self._awaited is _Awaited.HEADERS:
            self._timer = self.loop.call_later(self._timeouts.headers, self._headers_late)
        elif self._awaited is _Awaited.BODY:
            self._timer = self.loop.call_later(self._timeouts.body, self._body_late)
        elif self.cycle.response_complete and self.timeout_keep_alive_task is None:
            # A body that ended after its response: uvicorn has stopped its idle clock, and won't start it again.
            self.timeout_keep_alive_task = self.loop.call_later(self._timeouts.idle, self.timeout_keep_alive_handler)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _headers_late(self) -> None:
        if self._begun:
            self._refuse(408, "request_timeout", "The request's headers did not arrive in time.")
        else:
            self.transport.close()

    def _body_late(self) -> None:
        if self.flow.read_paused:
            seconds = self._timeouts.body  # it is the application that doesn't read
        elif self.cycle is not None and not self.cycle.response_complete:
            seconds = self._received_bytes / BODY_BYTES_PER_SECOND
        else:
            seconds = 0.0
        self._received_bytes = 0
        if seconds:
            self._timer = self.loop.call_later(seconds, self._body_late)
        else:
            self._refuse(408, "request_timeout", "The request's body did not arrive in time.")

    def _refuse(self, status_code: int, status: str, message: str) -> None:
        """Answer with an error body, unless a response is under way, and close."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            response = error_response(status_code, status, message)
            lines = [STATUS_LINE[status_code], b"connection: close\r\n"]
            lines += [b"%s: %s\r\n" % header for header in self.server_state.default_headers + response.raw_headers]
            self.transport.write(b"".join([*lines, b"\r\n", bytes(response.body)]))
        self.cut()


class SocketConnection(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, which gives up on a client that stops reading."""

    def __init__(
        self, timeouts: Timeouts, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._stalled = timeouts.stalled

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, with the handshake's request already read."""
        super().connection_made(transport)
        self._reader = _ReaderWatch(self.transport, self._stalled)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._reader.stop()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Watch whether the client takes anything."""
        self._reader.start()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It does."""
        self._reader.stop()
        super().resume_writing()

    def keepalive_timeout(self) -> None:
        """Drop a client that doesn't answer pings."""
        super().keepalive_timeout()
        self.transport.abort()  # closing would wait until the client, which doesn't answer, has read everything

    def cut(self) -> None:
        """Close with the code for a restart of the service."""
        self.shutdown()
