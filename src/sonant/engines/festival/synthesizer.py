"""Festival with the HTS voice slt: English in the full band, a tenth of a second slower to begin than Flite.

A Festival process lives as long as the worker and is asked clause by clause; an utterance that is no longer wanted
while Festival is at it ends the process, and the next one starts another. Equal calls give equal samples: the process
keeps nothing from one to the next.

Rate, pitch, pitch range and formant do what they say; pitch and range by a copy of the voice's model in which log F0 is
moved. Variability moves these three a little by the seed; at 0 the seed changes nothing.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from sonant.core.audio import Audio, fade, from_int16, silence
from sonant.core.engine import Capability, Control, EngineInfo, EngineSpec, SpeakerInfo
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import SpeechChunk, Utterance
from sonant.enginekit.chance import Chance
from sonant.enginekit.clauses import TAIL, clauses, stretch
from sonant.enginekit.english import Token, tokens
from sonant.enginekit.libraries import missing_sentence
from sonant.enginekit.timbre import compensated, rendered
from sonant.engines.festival.process import PROGRAM, Festival
from sonant.engines.festival.voice import HtsVoice

SAMPLE_RATE = 32_000
CHUNK = 0.5
FADE = 0.005
SLOWEST, FASTEST = 0.2, 5.0

_VOICE = "cmu_us_slt_arctic_hts"
_MODEL = Path("/usr/share/festival/voices/us") / _VOICE / "hts" / f"{_VOICE}.htsvoice"
_PACKAGES = "festival festvox-us-slt-hts"
_SPEAKER = SpeakerInfo("slt", "en-US", "A woman with an American accent, in the full band.")


class FestivalSynthesizer:
    """Speaks English with a statistical voice of Festival."""

    def __init__(self) -> None:
        """Read the voice, and start Festival.

        Raises:
            OSError: The voice isn't installed.
            FestivalFailed: Festival isn't, or can't speak.
        """
        self._voice = HtsVoice(_MODEL)
        self._festival = Festival(_VOICE)
        self._loaded = (0.0, 0.0)
        self._load(1.0, 1.0)
        self._festival.speak(tokens("Ready."), 1.0)

    def synthesize(self, utterance: Utterance, /) -> Iterator[SpeechChunk]:
        """Yield chunks of half a second, clause after clause.

        Raises:
            UnsupportedLanguage: The language isn't English.
            InvalidRequest: There is no such speaker.
        """
        if utterance.language.split("-")[0].lower() != "en":
            raise UnsupportedLanguage("The engine festival speaks English only.")
        if utterance.speaker != _SPEAKER.name:
            raise InvalidRequest(f"The engine festival has one speaker, {_SPEAKER.name}.")
        spoken = tokens(utterance.text, utterance.pronunciations)
        if not spoken:
            return iter((SpeechChunk(silence(TAIL, SAMPLE_RATE)),))
        return rendered(self._speak(utterance, spoken), utterance.timbre, utterance.delivery, utterance.seed)

    def close(self) -> None:
        """End the process."""
        self._festival.close()

    def _speak(self, utterance: Utterance, spoken: Sequence[Token]) -> Iterator[SpeechChunk]:
        asked = compensated(utterance.delivery, utterance.timbre)
        chance = Chance(utterance.seed, asked.variability)
        rate = min(max(asked.rate * chance.near_one(0.03), SLOWEST), FASTEST)
        pitch, pitch_range = asked.pitch * chance.near_one(0.03), asked.pitch_range * chance.near_one(0.2)
        onset = 0
        for clause in clauses(utterance, spoken):
            self._load(pitch, pitch_range)
            answer = self._festival.speak(clause.given, rate)
            heard = stretch(clause, answer.sounds, onset, SAMPLE_RATE)
            audio = fade(from_int16(answer.samples[heard.begin : heard.end], SAMPLE_RATE), FADE)
            words = heard.words
            for chunk in _cut(audio):
                yield SpeechChunk(chunk, words)
                words = ()
            onset += audio.samples.shape[1]

    def _load(self, pitch: float, pitch_range: float) -> None:
        if self._loaded != (pitch, pitch_range):
            self._festival.load(self._voice.moved(pitch, pitch_range))
            self._loaded = (pitch, pitch_range)


def _cut(audio: Audio) -> Iterator[Audio]:
    length = round(CHUNK * SAMPLE_RATE)
    for start in range(0, audio.samples.shape[1], length):
        yield Audio(np.ascontiguousarray(audio.samples[:, start : start + length]), SAMPLE_RATE)


def _load(_models: Path) -> FestivalSynthesizer:
    return FestivalSynthesizer()


def _missing() -> str | None:
    if shutil.which(PROGRAM) is None:
        return missing_sentence("Festival", _PACKAGES)
    return None if _MODEL.exists() else missing_sentence("Festival's voice slt", _PACKAGES)


ENGINE = EngineSpec(
    EngineInfo(
        name="festival",
        capability=Capability.SYNTHESIS,
        sample_rate=SAMPLE_RATE,
        languages=("en",),
        licence="MIT-Festival; MIT-Festival AND BSD-3-Clause",
        description="Festival with a statistical voice in the full band; it begins later than Flite.",
        speakers=(_SPEAKER,),
        controls=frozenset(Control),
        aligned=True,
    ),
    load=_load,
    missing=_missing,
)
