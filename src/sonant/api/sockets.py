"""The text to speech sockets: `stream-input`, which carries one text, and `multi-stream-input`, which carries several.

    read messages -> SpokenContext (buffer -> phrases -> narrations) -> send messages

Reading never waits for speaking, so that a flush, a close or a client's leaving is seen at once.
"""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any

import orjson
import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from sonant.api.depends import Services, services_of
from sonant.api.errors import INTERNAL_ERROR, close_code
from sonant.api.socket_context import Casting, SpokenContext
from sonant.api.socket_messages import ClientMessage, SocketQuery, parse_message, parse_query
from sonant.core.errors import InvalidRequest, SonantError
from sonant.services.accounts import Caller, Scope, TokenPurpose
from sonant.services.speech import SpeechRequest
from sonant.services.stage import Narration

DEFAULT_CONTEXT = "default"
MOST_CONTEXTS = 5
NORMAL_CLOSURE = 1000
DRAIN_SECONDS, LONGEST_DRAIN_SECONDS = 0.1, 1.0
LONGEST_REASON_BYTES = 123  # RFC 6455, section 5.5

router = APIRouter(prefix="/v1/text-to-speech")

_log = structlog.get_logger(__name__)


class InputTimeout(InvalidRequest):
    """The client has been silent for longer than the socket waits."""

    status = "input_timeout_exceeded"


@router.websocket("/{voice_id}/stream-input")
async def stream_input(websocket: WebSocket, voice_id: str) -> None:
    """Speak one text that arrives in pieces."""
    await _SingleSession(websocket, voice_id).run()


@router.websocket("/{voice_id}/multi-stream-input")
async def multi_stream_input(websocket: WebSocket, voice_id: str) -> None:
    """Speak several texts that arrive in pieces, each in a context of its own."""
    await _MultiSession(websocket, voice_id).run()


class _Session(ABC):
    """What both sockets have in common: the opening, the clock, errors and the close."""

    query: SocketQuery
    caller: Caller

    def __init__(self, websocket: WebSocket, voice_id: str) -> None:
        self.voice_id = voice_id
        self.services: Services = services_of(websocket)
        self._websocket = websocket
        self._speaking: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the socket from its opening to its close."""
        await self._websocket.accept()
        try:
            await self._serve()
            await self._close(NORMAL_CLOSURE)
        except WebSocketDisconnect:
            pass  # the client has left; there is nobody to tell
        except SonantError as error:
            await self._refuse(error.message, error.status, close_code(error))
        except Exception as error:  # noqa: BLE001 - the boundary of the socket: a client must never wait for a dead one
            _log.error("internal error on a socket", error=type(error).__name__)
            await self._refuse("Something went wrong in the server.", SonantError.status, INTERNAL_ERROR)
        finally:
            for task in self._speaking:
                task.cancel()
            await asyncio.gather(*self._speaking, return_exceptions=True)

    @abstractmethod
    async def take(self, message: ClientMessage) -> bool:
        """Handle a message. False says that it was the last one."""

    def speak(self, context: SpokenContext) -> "asyncio.Task[None]":
        """Let a context speak until its end."""
        task = asyncio.create_task(context.run())
        self._speaking.add(task)
        return task

    def open(self, opening: ClientMessage, context_id: str | None = None) -> SpokenContext:
        """A new context, as its opening message wants it."""

        async def speak(request: SpeechRequest) -> Narration:
            return await self.services.speech.speak(self.caller, request, aligned=True)

        async def send(message: dict[str, Any]) -> None:
            await self._send(message if context_id is None else {**message, "contextId": context_id})

        casting = Casting.from_messages(self.voice_id, self.query, opening)
        return SpokenContext(speak, casting, self.query, send, self.services.speech.max_characters)

    async def _serve(self) -> None:
        opening = await self._opening()
        self.caller = await self._authenticate(opening)
        await asyncio.to_thread(self.services.voices.get, self.caller.account_id, self.voice_id)
        goes_on = await self.take(opening)
        while goes_on:
            goes_on = await self.take(await self._next_message())
        await self._until_silent()

    async def _opening(self) -> ClientMessage:
        """The first message. A bad query is refused after it, when the client listens."""
        try:
            self.query = parse_query(dict(self._websocket.query_params))
        except InvalidRequest:
            self.query = SocketQuery()
            await self._receive()
            raise
        return await self._receive()

    async def _next_message(self) -> ClientMessage:
        """Wait for a message, and for a context to fail."""
        receiving = asyncio.ensure_future(self._receive())
        try:
            while not receiving.done():
                await asyncio.wait({receiving, *self._speaking}, return_when=asyncio.FIRST_COMPLETED)
                self._reap()
            return receiving.result()
        finally:
            receiving.cancel()

    async def _until_silent(self) -> None:
        """Wait until every context has finished, or the client leaves."""
        leaving = asyncio.ensure_future(self._left())
        try:
            while self._speaking:
                await asyncio.wait({leaving, *self._speaking}, return_when=asyncio.FIRST_COMPLETED)
                if leaving.done():
                    raise WebSocketDisconnect
                self._reap()
        finally:
            leaving.cancel()

    def _reap(self) -> None:
        """Forget contexts that have finished; raise what one of them failed with."""
        for finished in [speaking for speaking in self._speaking if speaking.done()]:
            self._speaking.discard(finished)
            finished.result()

    async def _left(self) -> None:
        while (await self._websocket.receive())["type"] != "websocket.disconnect":
            pass

    async def _receive(self) -> ClientMessage:
        try:
            async with asyncio.timeout(self.query.inactivity_timeout):
                event = await self._websocket.receive()
        except TimeoutError:
            seconds = self.query.inactivity_timeout
            raise InputTimeout(f"No message came for {seconds} seconds; send a space to keep waiting.") from None
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", NORMAL_CLOSURE))
        frame = event.get("text")
        return parse_message(frame if frame is not None else event.get("bytes"))

    async def _authenticate(self, opening: ClientMessage) -> Caller:
        """Find the key in the header, the query or the opening message, or else a single-use token.

        Raises:
            Unauthorized: None of them is good.
        """
        accounts = self.services.accounts
        in_query = self.query.authorization or opening.authorization or ""
        key = self._websocket.headers.get("xi-api-key") or opening.xi_api_key or in_query.removeprefix("Bearer ")
        if key:
            caller = await asyncio.to_thread(accounts.authenticate, key)
        elif self.query.single_use_token:
            token = self.query.single_use_token
            caller = await asyncio.to_thread(accounts.redeem_token, token, TokenPurpose.TTS_WEBSOCKET)
        else:
            caller = await asyncio.to_thread(accounts.authenticate, None)  # an open server lets anybody in
        accounts.require(caller, Scope.TEXT_TO_SPEECH)
        return caller

    async def _send(self, message: dict[str, Any]) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # the reader notices that the client has left
            await self._websocket.send_text(orjson.dumps(message).decode())

    async def _refuse(self, message: str, status: str, code: int) -> None:
        await self._send({"message": message, "error": status, "code": code})
        await self._drain()
        await self._close(code, message)

    async def _drain(self) -> None:
        """Read what the client has sent meanwhile: closing before would reset the connection, and lose the error."""
        with suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(LONGEST_DRAIN_SECONDS):
                while True:
                    async with asyncio.timeout(DRAIN_SECONDS):
                        event = await self._websocket.receive()
                    if event["type"] == "websocket.disconnect":
                        return

    async def _close(self, code: int, reason: str = "") -> None:
        """Close, with what went wrong as the reason: some clients tell people that and nothing else."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.close(code, reason.encode()[:LONGEST_REASON_BYTES].decode(errors="ignore"))


class _SingleSession(_Session):
    """One text. An empty message ends it."""

    _context: SpokenContext | None = None

    async def take(self, message: ClientMessage) -> bool:
        """Handle a message. The first one fixes the settings; its text is a space, and anything more is spoken."""
        if message.text is None:
            raise InvalidRequest("The message has no text.")
        opening = self._context is None
        if self._context is None:
            self._context = self.open(message)
            self.speak(self._context)
        if not message.text:
            self._context.end()
            return False
        if not opening or message.text != " ":
            self._context.take(message)
        return True


class _MultiSession(_Session):
    """Several texts, each in a context that the client names."""

    def __init__(self, websocket: WebSocket, voice_id: str) -> None:
        super().__init__(websocket, voice_id)
        self._contexts: dict[str, SpokenContext] = {}

    async def take(self, message: ClientMessage) -> bool:
        """Handle a message. A context's first one fixes its settings; an empty text keeps it waiting."""
        if message.close_socket:
            for context in self._contexts.values():
                context.end()
            return False
        context_id = message.context_id or DEFAULT_CONTEXT
        known = self._contexts.get(context_id)
        if known is None:
            self._begin(context_id, message)
        elif message.text or message.flush:
            known.take(message)
        if message.close_context and context_id in self._contexts:
            self._contexts.pop(context_id).end()
        return True

    def _begin(self, context_id: str, message: ClientMessage) -> None:
        if message.text is None:
            return  # a flush or a close of a context that has ended
        if len(self._contexts) >= MOST_CONTEXTS:
            raise InvalidRequest(f"A connection may have {MOST_CONTEXTS} contexts at a time.")
        context = self._contexts[context_id] = self.open(message, context_id)
        self.speak(context)
        if message.text.strip() or message.flush:
            context.take(message)
