"""How a narration becomes a response: whole or streamed, bare or with character times."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import aclosing
from typing import Any, TypeVar

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Send

from sonant.codecs.encode import Encoder, encoder_for
from sonant.codecs.format import AudioFormat
from sonant.core.alignment import Alignment, joined
from sonant.services.encoding import encode, encoded, flush
from sonant.services.narration import NarratedChunk
from sonant.services.stage import Narration

NDJSON = "application/x-ndjson"

T = TypeVar("T")


class ClosingStreamingResponse(StreamingResponse):
    """A streamed response that closes its stream, however it ends."""

    body_iterator: AsyncGenerator[bytes, None]

    async def stream_response(self, send: Send) -> None:
        """Send the stream, and close it in this task: that frees the engine before the connection is given up."""
        async with aclosing(self.body_iterator):
            await super().stream_response(send)


def narration_headers(narration: Narration) -> dict[str, str]:
    """The headers that every generation carries, before its first byte."""
    headers = {
        "request-id": narration.request_id,
        "x-character-count": str(narration.characters),
        "character-cost": str(narration.credits),
        "x-sonant-engine": narration.engine,
    }
    if narration.history_item_id is not None:
        headers["history-item-id"] = narration.history_item_id
    return headers


async def streamed(body: AsyncGenerator[bytes, None], media_type: str, headers: Mapping[str, str]) -> Response:
    """Wait for the first bytes, so that a refusal is an error body and not a broken download, then stream."""
    try:
        first = await anext(body, b"")
    except BaseException:
        await body.aclose()
        raise

    async def whole() -> AsyncGenerator[bytes, None]:
        async with aclosing(body):
            yield first
            async for piece in body:
                yield piece

    return ClosingStreamingResponse(whole(), media_type=media_type, headers=dict(headers))


async def unless_left(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do the work that comes before a response, but drop it at once when the client leaves.

    Raises:
        ClientDisconnect: The client has left.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait([working, watching], return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return await working
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.wait([working, watching])


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def streamed_audio(request: Request, narration: Narration, audio_format: AudioFormat) -> Response:
    """The sound as it is made."""
    encoder = encoder_for(audio_format)
    body = encoded(narration.chunks, encoder)
    return await unless_left(request, streamed(body, encoder.media_type, narration_headers(narration)))


async def whole_audio(request: Request, narration: Narration, audio_format: AudioFormat) -> Response:
    """The sound in one piece, with its length."""
    encoder = encoder_for(audio_format)
    content = await unless_left(request, _collected(narration, encoder))
    return Response(content, media_type=encoder.media_type, headers=narration_headers(narration))


async def _collected(narration: Narration, encoder: Encoder) -> bytes:
    async with aclosing(encoded(narration.chunks, encoder)) as pieces:
        return encoder.sized(b"".join([piece async for piece in pieces]))


class Timestamps:
    """Responses with character times. A dialogue adds its segments in a subclass."""

    def view(self, content: bytes, chunks: list[NarratedChunk]) -> dict[str, object]:
        """One JSON object: the sound and the times of the characters in it."""
        return {
            "audio_base64": base64.b64encode(content).decode(),
            "alignment": alignment_view([chunk.alignment for chunk in chunks]),
            "normalized_alignment": alignment_view([chunk.normalized_alignment for chunk in chunks]),
        }

    async def whole(self, request: Request, narration: Narration, audio_format: AudioFormat) -> Response:
        """One object for everything."""
        encoder = encoder_for(audio_format)
        content = await unless_left(request, self._whole(narration, encoder))
        return Response(content, media_type="application/json", headers=narration_headers(narration))

    async def streamed(self, request: Request, narration: Narration, audio_format: AudioFormat) -> Response:
        """One object per line, each line ended: a client may drop a line that isn't."""
        body = self._lines(narration, encoder_for(audio_format))
        return await unless_left(request, streamed(body, NDJSON, narration_headers(narration)))

    async def _whole(self, narration: Narration, encoder: Encoder) -> bytes:
        pieces, chunks = [], []
        async with aclosing(narration.chunks) as narrated:
            async for chunk in narrated:
                pieces.append(await encode(encoder, chunk.audio))
                chunks.append(chunk)
        pieces.append(await flush(encoder))
        return orjson.dumps(self.view(encoder.sized(b"".join(pieces)), chunks))

    async def _lines(self, narration: Narration, encoder: Encoder) -> AsyncGenerator[bytes, None]:
        async with aclosing(narration.chunks) as narrated:
            async for chunk in narrated:
                content = await encode(encoder, chunk.audio)
                if content or chunk.alignment or chunk.normalized_alignment:
                    yield orjson.dumps(self.view(content, [chunk])) + b"\n"
        if content := await flush(encoder):
            yield orjson.dumps(self.view(content, [])) + b"\n"


def alignment_view(alignments: list[Alignment | None]) -> dict[str, object] | None:
    """Alignments as one, in the API's form; None if there are no characters."""
    alignment = joined(part for part in alignments if part is not None)
    if not alignment.text:
        return None
    return {
        "characters": list(alignment.text),
        "character_start_times_seconds": [round(start, 4) for start in alignment.starts],
        "character_end_times_seconds": [round(end, 4) for end in alignment.ends],
    }
