"""From passages to one continuous stream of sound with character times.

    Script of Lines -> engine call per line, one line ahead -> seams smoothed, pauses inserted -> NarratedChunk

One text to speech request, a dialogue and a socket's generation are all scripts; they differ in who speaks which line.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from sonant.codecs.resample import Resampler
from sonant.core.alignment import Alignment, PassageAligner
from sonant.core.audio import Audio, Samples, concatenate, silence
from sonant.core.engine import synthesize
from sonant.core.speech import SpeechChunk, Utterance
from sonant.core.text import Passage
from sonant.runtime.host import EngineHost

SEAM_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Line:
    """A passage and who speaks it.

    Attributes:
        part: Index of the caller's text that the passage belongs to.
        passage: What is said.
        engine: Name of the engine.
        utterance: The passage for that engine; None where there is only a pause.
    """

    part: int
    passage: Passage
    engine: str
    utterance: Utterance | None


@dataclass(frozen=True, slots=True)
class NarratedChunk:
    """The next stretch of a narration.

    Attributes:
        audio: One channel at the narration's rate.
        part: Index of the caller's text it belongs to; a chunk belongs to one only.
        start: Seconds of audio before it.
        alignment: Characters of the caller's text that begin in it, seconds from the start of all audio. None if there
            are none, or none were asked for.
        normalized_alignment: The same of the spoken text.
    """

    audio: Audio
    part: int
    start: float
    alignment: Alignment | None = None
    normalized_alignment: Alignment | None = None


Stream: TypeAlias = AsyncGenerator[NarratedChunk, None]


@dataclass(frozen=True, slots=True)
class _Call:
    """A line whose engine has begun; what it makes waits in the runtime until it is read."""

    line: Line
    chunks: AsyncGenerator[SpeechChunk, None] | None
    first: SpeechChunk | None


class Narrator:
    """Speaks scripts.

    Args:
        engines: Where the engines run.
    """

    def __init__(self, engines: EngineHost) -> None:
        self._engines = engines

    async def narrate(
        self, script: Iterator[Line], texts: Sequence[str], sample_rate: int, *, aligned: bool = False
    ) -> Stream:
        """Speak the lines of `script` one after another.

        The engine works one line ahead of the reader, so that a reader in real time never waits, and memory doesn't
        grow with the length of the text.

        Args:
            script: Lines in order; taken one at a time, the first at once and the others in a thread.
            texts: The caller's texts that the lines' parts index.
            sample_rate: Hz of the narration.
            aligned: Whether chunks carry alignments.

        Raises:
            EngineBusy: Too many wait for the engine of the first line.
            EngineUnavailable, EngineFailed: As the engine host says.
        """
        elapsed = 0
        call = await self._start(next(script, None), admitted=False)
        ahead: asyncio.Task[_Call | None] | None = None
        try:
            while call is not None:
                ahead = None
                voicing = _Voicing(call.line, texts, sample_rate, elapsed, aligned=aligned)
                async with aclosing(_lines_chunks(call, voicing)) as chunks:
                    async for chunk in chunks:
                        elapsed += chunk.audio.samples.shape[1]
                        yield chunk
                        ahead = ahead or asyncio.create_task(self._start_next(script))
                call = await (ahead or self._start_next(script))
        finally:
            if ahead is not None:
                await _abandon(ahead)

    async def _start_next(self, script: Iterator[Line]) -> _Call | None:
        """Begin the next line. A request that was let in waits however full the queue is."""
        return await self._start(await asyncio.to_thread(next, script, None), admitted=True)

    async def _start(self, line: Line | None, *, admitted: bool) -> _Call | None:
        """Begin a line, and wait for its first sound."""
        if line is None:
            return None
        if line.utterance is None:
            return _Call(line, None, None)
        chunks = self._engines.stream(line.engine, synthesize(line.utterance), admitted=admitted)
        try:
            first = await anext(chunks, None)
        except BaseException:
            await chunks.aclose()
            raise
        return _Call(line, chunks, first)


async def _abandon(ahead: "asyncio.Task[_Call | None]") -> None:
    """Free the engine of a call that was begun and will not be read."""
    ahead.cancel()
    await asyncio.wait([ahead])
    if ahead.cancelled() or ahead.exception() is not None:
        return
    call = ahead.result()
    if call is not None and call.chunks is not None:
        await call.chunks.aclose()


async def _lines_chunks(call: _Call, voicing: "_Voicing") -> Stream:
    """Everything of one line."""
    if call.chunks is None or call.first is None:
        yield voicing.finish()
        return
    async with aclosing(call.chunks) as chunks:
        yield voicing.add(call.first)
        async for chunk in chunks:
            yield voicing.add(chunk)
    yield voicing.finish()


class _Voicing:
    """One line's way from engine chunks to narrated ones: rate, seams, pause and character times."""

    def __init__(self, line: Line, texts: Sequence[str], sample_rate: int, elapsed: int, *, aligned: bool) -> None:
        self._line = line
        self._sample_rate = sample_rate
        self._elapsed = elapsed
        self._made = 0
        self._seam = _Seam(round(SEAM_SECONDS * sample_rate))
        self._resampler: Resampler | None = None
        self._aligner: PassageAligner | None = None
        if aligned:
            self._aligner = PassageAligner(line.passage, texts[line.part], elapsed / sample_rate)

    def add(self, chunk: SpeechChunk) -> NarratedChunk:
        """The engine's next chunk."""
        if self._aligner is not None:
            self._aligner.add(chunk.words)
        return self._chunk(self._seam.add(self._at_rate(chunk.audio)))

    def finish(self) -> NarratedChunk:
        """What was held back, the pause, and the rest of the characters."""
        rest = self._seam.finish(None if self._resampler is None else self._resampler.flush().samples)
        audio = concatenate([Audio(rest, self._sample_rate), silence(self._line.passage.pause, self._sample_rate)])
        chunk = self._chunk(audio.samples)
        if self._aligner is None:
            return chunk
        source, spoken = self._aligner.finish(self._made / self._sample_rate)
        return replace(chunk, alignment=source if source.text else None, normalized_alignment=spoken)

    def _chunk(self, samples: Samples) -> NarratedChunk:
        start = (self._elapsed + self._made) / self._sample_rate
        self._made += samples.shape[1]
        chunk = NarratedChunk(Audio(samples, self._sample_rate), self._line.part, start)
        if self._aligner is None:
            return chunk
        source, spoken = self._aligner.take(self._made / self._sample_rate)
        if not source.text and not spoken.text:
            return chunk
        return replace(chunk, alignment=source, normalized_alignment=spoken)

    def _at_rate(self, audio: Audio) -> Samples:
        if self._resampler is None:
            if audio.sample_rate == self._sample_rate:
                return audio.samples
            self._resampler = Resampler(audio.sample_rate, self._sample_rate)
        return self._resampler.process(audio).samples


class _Seam:
    """Ramps the two ends of a line, so that no engine's first or last sample makes a click.

    Args:
        length: Samples of each ramp.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._held = np.zeros((1, 0), np.float32)
        self._ramped = 0

    def add(self, samples: Samples) -> Samples:
        """Everything but the last `length` samples so far."""
        joined = np.concatenate([self._held, self._ramped_in(samples)], axis=1)
        cut = max(0, joined.shape[1] - self._length)
        self._held = joined[:, cut:]
        return joined[:, :cut]

    def finish(self, last: Samples | None) -> Samples:
        """The held samples, ramped to zero."""
        ready = self.add(last) if last is not None else np.zeros((1, 0), np.float32)
        count = self._held.shape[1]
        ramp = np.arange(count, 0, -1, dtype=np.float32) / np.float32(count + 1)
        return np.concatenate([ready, self._held * ramp], axis=1)

    def _ramped_in(self, samples: Samples) -> Samples:
        count = min(self._length - self._ramped, samples.shape[1])
        if count <= 0:
            return samples
        ramp = np.arange(self._ramped + 1, self._ramped + count + 1, dtype=np.float32) / np.float32(self._length + 1)
        self._ramped += count
        return np.concatenate([samples[:, :count] * ramp, samples[:, count:]], axis=1)
