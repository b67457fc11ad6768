"""Open JTalk with the HTS voice Mei: Japanese, read with its accents, at 48 kHz.

Pronunciations and context are not honoured: the reader takes no phonemes, and the voice knows one kind of ending.
"""

import contextlib
import io
import math
import random
import warnings
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sonant.core.audio import from_int16, silence
from sonant.core.engine import Capability, Control, EngineInfo, EngineSpec, SpeakerInfo
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import SpeechChunk, Utterance
from sonant.core.text import Delivery
from sonant.enginekit.forked import Emit, forked
from sonant.enginekit.timbre import compensated, rendered
from sonant.engines.openjtalk.hts import HtsVoice, Manner
from sonant.engines.openjtalk.reading import read

SAMPLE_RATE = 48_000
SPEAKER = "mei"
LEAD, TAIL = 0.05, 0.12
"""Seconds that are left before the first and after the last sound."""

_QUIET = 32  # -60 dBFS
_FADE = 0.005
_RATE_JITTER, _PITCH_JITTER, _RANGE_JITTER = 0.04, 0.05, 0.15
_WEIGHTS = 0.02, 4.0
_WARM_UP = "風が強い。"  # has characters of several readings, whose dictionary is loaded when first met


_Pcm: TypeAlias = npt.NDArray[np.int16]


class OpenJTalkSynthesizer:
    """Speaks each utterance in a forked child, phrase by phrase.

    Args:
        reader: The module `pyopenjtalk`, warm.
        voice: Loaded.
    """

    def __init__(self, reader: Any, voice: HtsVoice) -> None:
        self._reader = reader
        self._voice = voice

    def synthesize(self, utterance: Utterance, /) -> Iterator[SpeechChunk]:
        """Yield each phrase as soon as it is spoken; cuts are at pauses.

        Raises:
            UnsupportedLanguage: It isn't Japanese.
            InvalidRequest: There is no such speaker.
        """
        if utterance.speaker != SPEAKER:
            raise InvalidRequest(f"The engine openjtalk has one speaker, {SPEAKER}.")
        if utterance.language.lower().replace("_", "-").split("-")[0] != "ja":
            raise UnsupportedLanguage("The engine openjtalk speaks Japanese only.")
        manner = _choose_manner(compensated(utterance.delivery, utterance.timbre), utterance.seed)
        work = partial(self._speak, utterance.text, manner)
        return rendered(forked(work), utterance.timbre, utterance.delivery, utterance.seed)

    def _speak(self, text: str, manner: Manner, emit: Emit[SpeechChunk]) -> None:
        rate = self._voice.sample_rate
        phrases = read(text, self._reader)
        phrase = next(phrases, None)
        if phrase is None:
            emit(SpeechChunk(silence(LEAD + TAIL, rate)))
            return
        position: int | None = None  # the utterance's sample at which the phrase begins
        while phrase is not None:
            following = next(phrases, None)
            samples, lengths = self._voice.speak(phrase.labels, manner)
            if position is None:
                samples, taken = _trim_start(samples, round(LEAD * rate))
                position = -taken
            words = phrase.words(lengths, position / rate, rate)
            position += sum(lengths)
            if following is None:
                samples = _trim_end(samples, round(TAIL * rate), round(_FADE * rate))
            emit(SpeechChunk(from_int16(samples, rate), words))
            phrase = following


def _trim_start(samples: _Pcm, lead: int) -> tuple[_Pcm, int]:
    """The samples with `lead` of them before the first sound, and how many were taken away; below 0, added."""
    loud = np.flatnonzero(np.abs(samples) >= _QUIET)
    surplus = (int(loud[0]) if len(loud) else 0) - lead
    if surplus >= 0:
        return samples[surplus:], surplus
    return np.concatenate([np.zeros(-surplus, np.int16), samples]), surplus


def _trim_end(samples: _Pcm, tail: int, fade: int) -> _Pcm:
    """The samples with `tail` of them after the last sound, faded."""
    loud = np.flatnonzero(np.abs(samples) >= _QUIET)
    end = (int(loud[-1]) + 1 if len(loud) else 0) + tail
    kept = np.concatenate([samples, np.zeros(max(0, end - len(samples)), np.int16)])[:end].astype(np.float64)
    fade = min(fade, len(kept))
    kept[len(kept) - fade :] *= np.linspace(1, 0, fade)
    return kept.astype(np.int16)


def _choose_manner(delivery: Delivery, seed: int) -> Manner:
    """The voice's numbers for a delivery. Rate, pitch and range move a little with the seed, as variability says."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret

    def wavering(ratio: float, jitter: float) -> float:
        return ratio * math.exp(chance.uniform(-jitter, jitter) * delivery.variability)

    lightest, heaviest = _WEIGHTS
    return Manner(
        rate=wavering(delivery.rate, _RATE_JITTER),
        half_tones=12 * math.log2(wavering(delivery.pitch, _PITCH_JITTER)),
        # the spread of pitch grows with the root of the weight: measured
        variance_weight=min(heaviest, max(lightest, wavering(delivery.pitch_range, _RANGE_JITTER) ** 2)),
    )


def _load(_models: Path) -> OpenJTalkSynthesizer:
    with (
        contextlib.redirect_stdout(io.StringIO()),  # it prints what else might be installed
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(action="ignore", category=DeprecationWarning),  # about what it does itself
    ):
        import pyopenjtalk  # noqa: PLC0415 - heavy
        from pyopenjtalk import htsengine  # noqa: PLC0415

        voice = HtsVoice(Path(htsengine.__file__), Path(pyopenjtalk.DEFAULT_HTS_VOICE.decode()))
        for phrase in read(_WARM_UP, pyopenjtalk):
            voice.speak(phrase.labels, Manner(rate=1.0, half_tones=0.0, variance_weight=1.0))
    return OpenJTalkSynthesizer(pyopenjtalk, voice)


def _missing() -> str | None:
    if find_spec("pyopenjtalk") is None:
        return "Open JTalk is not installed: pip install pyopenjtalk-plus"
    return None


ENGINE = EngineSpec(
    EngineInfo(
        name="openjtalk",
        capability=Capability.SYNTHESIS,
        sample_rate=SAMPLE_RATE,
        languages=("ja",),
        licence="MIT AND BSD-3-Clause; CC-BY-3.0",
        description=(
            "Open JTalk: Japanese with right readings and pitch accents. "
            "Its voice is HTS Voice Mei by the MMDAgent Project Team, Nagoya Institute of Technology."
        ),
        speakers=(SpeakerInfo(SPEAKER, "ja-JP", "A young woman with a high, friendly voice."),),
        controls=frozenset({Control.RATE, Control.PITCH, Control.PITCH_RANGE, Control.VARIABILITY, Control.FORMANT}),
        aligned=True,
    ),
    load=_load,
    missing=_missing,
)
