"""How large a request's body may be."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sonant.api.errors import error_response


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Bytes of a body: of one with files (a multipart form), and of any other."""

    body_bytes: int = 4 * 1024 * 1024
    upload_bytes: int = 1024**3


class LimitBodies:
    """Answers 413 where a body is larger than it may be; the application sees its client leave."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, within the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length: bytes | None = None
        chunked = False
        limit = self._limits.body_bytes
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"transfer-encoding":
                chunked = True
            elif name == b"content-type" and value.lower().startswith(b"multipart/form-data"):
                limit = self._limits.upload_bytes
        if length is not None and int(length) > limit:
            await _too_large(limit)(scope, receive, send)
        elif chunked:
            await _Counted(scope, receive, send, limit).run(self._app)
        else:
            await self._app(scope, receive, send)  # the length is known, and the parser holds the client to it


def _too_large(limit: int) -> ASGIApp:
    return error_response(413, "request_too_large", f"The request's body is larger than {limit} bytes.")


class _Counted:
    """One request whose length nobody has told."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._limit = limit
        self._received = 0
        self._answered = False
        self._refused = False

    async def run(self, app: ASGIApp) -> None:
        """Call the application with its body counted."""
        await app(self._scope, self._counted, self._guarded)

    async def _counted(self) -> Message:
        if self._refused:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received <= self._limit:
            return message
        self._refused = True
        if not self._answered:
            await _too_large(self._limit)(self._scope, self._receive, self._send)
        return {"type": "http.disconnect"}

    async def _guarded(self, message: Message) -> None:
        self._answered = True
        if not self._refused:
            await self._send(message)
