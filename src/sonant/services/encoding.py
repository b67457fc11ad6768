"""From chunks of sound to encoded bytes, without holding up the event loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol, TypeVar

from sonant.codecs.encode import Encoder
from sonant.core.audio import Audio


class HasAudio(Protocol):
    """A chunk of anything that carries sound."""

    @property
    def audio(self) -> Audio:
        """Its sound."""
        ...


C = TypeVar("C", bound=HasAudio)


async def encode(encoder: Encoder, audio: Audio) -> bytes:
    """Encode in a thread what would hold up the event loop, and the rest at once."""
    if encoder.heavy:
        return await asyncio.to_thread(encoder.encode, audio)
    return encoder.encode(audio)


async def flush(encoder: Encoder) -> bytes:
    """The encoder's last bytes."""
    return await asyncio.to_thread(encoder.flush) if encoder.heavy else encoder.flush()


async def encoded(chunks: AsyncGenerator[C, None], encoder: Encoder) -> AsyncGenerator[bytes, None]:
    """The encoded stream. Yields no empty bytes."""
    async with aclosing(chunks):
        async for chunk in chunks:
            if piece := await encode(encoder, chunk.audio):
                yield piece
    if piece := await flush(encoder):
        yield piece
