"""From the library's pieces of sound to chunks: trimmed, cut where words begin, with their words."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sonant.core.audio import from_int16
from sonant.core.speech import SpeechChunk
from sonant.enginekit.forked import Emit
from sonant.engines.espeak.library import Mark
from sonant.engines.espeak.script import Script
from sonant.engines.espeak.words import Word, WordTracker

LEAD, TAIL = 0.05, 0.12
"""Seconds that are left before the first and after the last sound."""

_QUIET = 32  # -60 dBFS
_FADE = 0.005
_CHUNK_SECONDS = (0.12, 0.4, 1.0)  # at least; the last counts for all that follow


class ChunkMaker:
    """Takes what the library hands over, and emits chunks.

    A chunk ends where a word begins whose end is not known yet.

    Args:
        text: The utterance's.
        script: What the library reads.
        sample_rate: Hz.
        emit: Takes the chunks.
    """

    def __init__(self, text: str, script: Script, sample_rate: int, emit: Emit[SpeechChunk]) -> None:
        self._script = script
        self._rate = sample_rate
        self._emit = emit
        self._tracker = WordTracker(text, script.tokens)
        self._words: list[Word] = []
        self._held: list[npt.NDArray[np.int16]] = []
        self._received = 0
        self._emitted = 0  # samples that have left, in the library's count
        self._origin: int | None = None  # the library's sample at which the utterance begins
        self._chunks = 0

    def receive(self, samples: npt.NDArray[np.int16], marks: list[Mark]) -> None:
        """Take the next samples and the marks that fall into them."""
        self._held.append(samples)
        self._received += len(samples)
        for mark in marks:
            self._words += self._tracker.accept(replace(mark, position=self._script.origin(mark.position)))
        least = _CHUNK_SECONDS[min(self._chunks, len(_CHUNK_SECONDS) - 1)] * self._rate
        cut = min(self._tracker.began, self._received)
        if self._words and cut - self._emitted >= least:
            self._emit_until(cut)

    def finish(self) -> None:
        """Emit the rest, without the silence at its end."""
        self._words += self._tracker.finish(self._received)
        rest = np.concatenate([*self._held, np.zeros(round(TAIL * self._rate), np.int16)])
        if self._origin is None:
            rest = self._trim_start(rest)
        loud = np.flatnonzero(np.abs(rest) >= _QUIET)
        last = int(loud[-1]) + 1 if len(loud) else 0
        rest = rest[: last + round(TAIL * self._rate)].astype(np.float64)
        fade = min(len(rest), round(_FADE * self._rate))
        rest[len(rest) - fade :] *= np.linspace(1, 0, fade)
        self._send(rest.astype(np.int16))

    def _emit_until(self, cut: int) -> None:
        held = np.concatenate(self._held)
        ready, kept = np.split(held, [cut - self._emitted])
        if self._origin is None:
            if not np.any(np.abs(ready) >= _QUIET):
                return
            ready = self._trim_start(ready)
        self._held, self._emitted = [kept], cut
        self._send(ready)

    def _trim_start(self, samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
        """The utterance's first samples, with as much silence before the first sound as is wanted."""
        loud = np.flatnonzero(np.abs(samples) >= _QUIET)
        self._origin = (int(loud[0]) if len(loud) else 0) - round(LEAD * self._rate)
        if self._origin >= 0:
            return samples[self._origin :]
        return np.concatenate([np.zeros(-self._origin, np.int16), samples])

    def _send(self, samples: npt.NDArray[np.int16]) -> None:
        words = tuple(word.timing(self._origin or 0, self._rate) for word in self._words)
        self._words = []
        self._chunks += 1
        self._emit(SpeechChunk(from_int16(samples, self._rate), words))
