"""One line of log for each request and socket: what was called and how it ended, never what was said.

Query strings stay out, because they may hold tokens.
"""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUIET_PATHS = frozenset({"/health", "/metrics"})
REQUEST_ID_HEADERS = frozenset({b"request-id", b"x-request-id"})

_log = structlog.get_logger(__name__)


class LogAccess:
    """Logs each request when its response has been sent, and each socket when it is closed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and watch its answer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, send)
        try:
            await self._app(scope, receive, visit.send)
        except Exception:
            if not visit.complete:
                raise
            # The framework raises again what it has answered and logged already.
        finally:
            visit.log()


class _Visit:
    """One request or socket, under way."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.complete = False
        self._scope = scope
        self._send = send
        self._started_at = time.perf_counter()
        self._ending: dict[str, object] = {}

    async def send(self, message: Message) -> None:
        """Send, and note what the log is to say."""
        kind = message["type"]
        if kind in ("http.response.start", "websocket.http.response.start"):
            self._ending["status"] = message["status"]
            for name, value in message["headers"]:
                if name in REQUEST_ID_HEADERS:
                    self._ending["request_id"] = value.decode("latin-1")
        elif kind == "websocket.close":
            self._ending["close_code"] = message.get("code", 1000)
        await self._send(message)
        if kind == "http.response.body" and not message.get("more_body"):
            self.complete = True

    def log(self) -> None:
        """Write the line."""
        scope = self._scope
        socket = scope["type"] == "websocket"
        write = _log.debug if scope["path"] in QUIET_PATHS else _log.info
        write(
            "socket closed" if socket else "request answered" if self.complete else "request cut short",
            method="WEBSOCKET" if socket else scope["method"],
            path=scope["path"],
            client=scope["client"][0] if scope.get("client") else None,
            seconds=round(time.perf_counter() - self._started_at, 4),
            **self._ending,
        )
