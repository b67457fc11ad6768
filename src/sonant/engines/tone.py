"""A synthesizer for tests: what it yields can be computed with a pocket calculator."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sonant.core.audio import Audio
from sonant.core.engine import Capability, Control, EngineInfo, EngineSpec, SpeakerInfo
from sonant.core.errors import InvalidRequest
from sonant.core.speech import SpeechChunk, Utterance, WordTiming

SAMPLE_RATE = 24_000
SECONDS_PER_CHARACTER = 0.05
AMPLITUDE = 0.5
LOWEST_HZ = 200
SPAN_HZ = 8_000
HIGHEST_HZ = 0.45 * SAMPLE_RATE
FADE_SAMPLES = 120
FIRST_CHUNK_CHARACTERS = 2
CHUNK_CHARACTERS = 10
SPEAKER = "tone"

_WORD = re.compile(r"\S+")


class ToneSynthesizer:
    """One 50 ms tone per character, white space too; its pitch is the character's code point.

    The wave runs on from tone to tone without a jump, and fades over 5 ms at both ends of the utterance.
    """

    def synthesize(self, utterance: Utterance, /) -> Iterator[SpeechChunk]:
        """Yield a short first chunk and longer later ones.

        Raises:
            InvalidRequest: There is no such speaker.
        """
        if utterance.speaker != SPEAKER:
            raise InvalidRequest(f"The engine tone has one speaker, {SPEAKER}.")
        edges = _edges(utterance)
        words = _words(utterance.text, edges)
        gain = AMPLITUDE * 10 ** ((utterance.delivery.volume_db + utterance.timbre.gain_db) / 20)
        phase = 0.0
        for first, last in _cuts(len(utterance.text)):
            wave, phase = _wave(_frequencies(utterance, first, last), np.diff(edges[first : last + 1]), phase)
            wave *= gain * _envelope(edges[first], edges[last], edges[-1])
            samples = np.clip(wave, -1.0, 1.0).astype(np.float32)
            begun = tuple(word for word in words if first <= word.first < last)
            yield SpeechChunk(Audio(samples[None], SAMPLE_RATE), begun)


def _edges(utterance: Utterance) -> npt.NDArray[np.int64]:
    """The samples at which the characters begin, and the one at which the last ends; shape `(characters + 1,)`."""
    seconds = SECONDS_PER_CHARACTER / (utterance.delivery.rate * utterance.timbre.rate)
    edges: npt.NDArray[np.int64] = np.rint(np.arange(len(utterance.text) + 1) * seconds * SAMPLE_RATE).astype(np.int64)
    return edges


def _words(text: str, edges: npt.NDArray[np.int64]) -> list[WordTiming]:
    seconds = edges / SAMPLE_RATE
    return [
        WordTiming(word.start(), word.end(), float(seconds[word.start()]), float(seconds[word.end()]))
        for word in _WORD.finditer(text)
    ]


def _cuts(length: int) -> Iterator[tuple[int, int]]:
    """The first and last (exclusive) character of each chunk."""
    first, last = 0, min(FIRST_CHUNK_CHARACTERS, length)
    while first < length:
        yield first, last
        first, last = last, min(last + CHUNK_CHARACTERS, length)


def _frequencies(utterance: Utterance, first: int, last: int) -> npt.NDArray[np.float64]:
    """Hz of the characters `first` to `last` (exclusive), never above `HIGHEST_HZ`."""
    points = np.array([ord(character) for character in utterance.text[first:last]], np.float64)
    natural = LOWEST_HZ + points % SPAN_HZ
    frequencies: npt.NDArray[np.float64] = natural * utterance.delivery.pitch * utterance.timbre.pitch
    return np.minimum(frequencies, HIGHEST_HZ)


def _wave(
    frequencies: npt.NDArray[np.float64], lengths: npt.NDArray[np.int64], phase: float
) -> tuple[npt.NDArray[np.float64], float]:
    """Tones one after another, and the phase (in turns) at which the next one goes on."""
    turns = phase + np.concatenate([[0.0], np.cumsum(np.repeat(frequencies / SAMPLE_RATE, lengths))])
    return np.sin(2 * np.pi * turns[:-1]), float(turns[-1] % 1.0)


def _envelope(first: int, last: int, end: int) -> npt.NDArray[np.float64]:
    """The utterance's fades, for its samples `first` to `last` (exclusive) of `end`."""
    position = np.arange(first, last)
    envelope: npt.NDArray[np.float64] = np.clip(np.minimum(position, end - 1 - position) / FADE_SAMPLES, 0.0, 1.0)
    return envelope


def _load(_models: Path) -> ToneSynthesizer:
    return ToneSynthesizer()


ENGINE = EngineSpec(
    EngineInfo(
        name="tone",
        capability=Capability.SYNTHESIS,
        sample_rate=SAMPLE_RATE,
        languages=(),
        licence="Apache-2.0",
        description="A tone for each character, for tests and for trying out the server. It does not speak.",
        speakers=(SpeakerInfo(SPEAKER, "mul", "A tone for each character."),),
        controls=frozenset({Control.RATE, Control.PITCH}),
        aligned=True,
    ),
    load=_load,
)
