"""CMU Flite: small, quick English voices with exact times of every word and sound.

Each utterance is made in a fork of the worker: it always starts from the same state, streams as Flite renders it, and
is killed when it is no longer wanted. Flite is given tokens instead of text, so what each came from is known.

Rate, pitch, pitch range and formant do what they say with every voice. Variability moves the first three a little, and
the tempo of each word, by the seed; at 0 the seed changes nothing. A question that expects yes or no rises at its end,
except with kal16, whose F0 can't be reshaped. An utterance that breaks off before `next_text` keeps its voice up and
ends without a pause.
"""

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from sonant.core.audio import from_int16, silence
from sonant.core.engine import Capability, Control, EngineInfo, EngineSpec, SpeakerInfo
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import SpeechChunk, Utterance, WordTiming
from sonant.core.text import Delivery
from sonant.enginekit.chance import Chance
from sonant.enginekit.clauses import TAIL, Clause, Sound, clauses, stretch
from sonant.enginekit.english import Token, tokens
from sonant.enginekit.forked import Emit, forked
from sonant.enginekit.libraries import missing_library
from sonant.enginekit.phones import ipa_of, is_vowel
from sonant.enginekit.timbre import compensated, rendered
from sonant.engines.flite.library import LIBRARY, PACKAGE, Library
from sonant.engines.flite.rendering import Manner, Pcm, Rendering, Rise, SpokenToken

SAMPLE_RATE = 16_000
FIRST_CHUNK, CHUNK = 0.12, 0.5
FADE = 0.005
RISE_OCTAVES = 0.5
SHORTEST, LONGEST = 0.2, 5.0

_WARM_UP = "Is this the first of 2 sentences, or of many more?"
_SPEAKERS = (
    SpeakerInfo("rms", "en-US", "A man with an American accent, calm and the clearest of all."),
    SpeakerInfo("slt", "en-US", "A woman with an American accent."),
    SpeakerInfo("awb", "en-GB", "A man with a Scottish accent."),
    SpeakerInfo("kal16", "en-US", "A man with an American accent, made of recorded pieces: the quickest, and robotic."),
)


class FliteSynthesizer:
    """Speaks English with the voices of CMU Flite."""

    def __init__(self) -> None:
        """Load the voices, and speak once with each, so that what is loaded on first use is there in every child.

        Raises:
            LibraryMissing: Flite isn't installed.
        """
        self._library = Library(speaker.name for speaker in _SPEAKERS)
        for speaker in _SPEAKERS:
            self._speak(Utterance(_WARM_UP, "en", speaker.name), tokens(_WARM_UP), lambda _chunk: None)

    def synthesize(self, utterance: Utterance, /) -> Iterator[SpeechChunk]:
        """Yield a short first chunk and longer later ones.

        Raises:
            UnsupportedLanguage: The language isn't English.
            InvalidRequest: There is no such speaker.
        """
        if utterance.language.split("-")[0].lower() != "en":
            raise UnsupportedLanguage("The engine flite speaks English only.")
        if utterance.speaker not in {speaker.name for speaker in _SPEAKERS}:
            raise InvalidRequest("The engine flite has no such speaker.")
        spoken = tokens(utterance.text, utterance.pronunciations)
        if not spoken:
            return iter((SpeechChunk(silence(TAIL, SAMPLE_RATE)),))

        def speak(emit: Emit[SpeechChunk]) -> None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # Flite names sounds that it has no recording of
            self._speak(utterance, spoken, emit)

        return rendered(forked(speak), utterance.timbre, utterance.delivery, utterance.seed)

    def _speak(self, utterance: Utterance, spoken: Sequence[Token], emit: Emit[SpeechChunk]) -> None:
        """Speak clause after clause; runs in the child."""
        ctypes.CDLL(None).srand(1)  # the state of the voices' noise
        asked = compensated(utterance.delivery, utterance.timbre)
        chance = Chance(utterance.seed, asked.variability)
        manner = _manner(asked, chance)
        onset = 0
        for clause in clauses(utterance, spoken):
            row = [
                SpokenToken(token.name, token.closing, _flite_phones(token.phones), chance.near_one(0.05))
                for token in clause.given
            ]
            cutter = _Cutter(clause, onset, emit)
            Rendering(self._library, utterance.speaker, cutter).make(row, manner)
            onset += cutter.emitted


class _Cutter:
    """Cuts what is heard of a clause out of what Flite makes, and emits it in chunks."""

    def __init__(self, clause: Clause, onset: int, emit: Emit[SpeechChunk]) -> None:
        self.emitted = 0
        self._clause = clause
        self._onset = onset
        self._emit = emit
        self._position = 0
        self._stretch = stretch(clause, (), onset, SAMPLE_RATE)
        self._words: tuple[WordTiming, ...] = ()

    def on_sounds(self, sounds: Sequence[Sequence[Sound]]) -> Rise | None:
        """Find the stretch that is heard."""
        self._stretch = stretch(self._clause, sounds, self._onset, SAMPLE_RATE)
        self._words = self._stretch.words
        sounding = [row for row in sounds if row]
        return _rise(sounding[-1]) if sounding and self._clause.rises else None

    def on_samples(self, samples: Pcm, last: bool) -> int:
        """Emit what lies in the stretch; ask for no more after its end."""
        start, self._position = self._position, self._position + len(samples)
        begin, end = self._stretch.begin, min(self._stretch.end, self._position if last else sys.maxsize)
        kept = samples[max(begin - start, 0) : max(end - start, 0)]
        if len(kept):
            audio = from_int16(_faded(kept, max(start - begin, 0), end - begin), SAMPLE_RATE)
            self._emit(SpeechChunk(audio, self._words))
            self._words = ()
            self.emitted += len(kept)
        if self._position >= end:
            return 0
        return max(begin - self._position, 0) + round((CHUNK if self.emitted else FIRST_CHUNK) * SAMPLE_RATE)


def _faded(samples: Pcm, first: int, total: int) -> Pcm:
    """A part of a stretch, from its sample `first` on, with what falls into the fades at the stretch's ends faded."""
    length = FADE * SAMPLE_RATE
    position = np.arange(first, first + len(samples))
    envelope = np.clip(np.minimum(position, total - 1 - position) / length, 0.0, 1.0)
    faded: Pcm = np.rint(samples * envelope).astype(np.int16)
    return faded


def _manner(asked: Delivery, chance: Chance) -> Manner:
    """What to ask of Flite for a whole utterance."""
    return Manner(
        stretch=min(max(chance.near_one(0.03) / asked.rate, SHORTEST), LONGEST),
        pitch=asked.pitch * chance.near_one(0.03),
        pitch_range=asked.pitch_range * chance.near_one(0.2),
    )


def _rise(word: Sequence[Sound]) -> Rise:
    """A rise of the F0 from the last stressed vowel of a question to its end."""
    vowels = [sound for sound in word if is_vowel(ipa_of(sound.phone))] or word
    stressed = [sound for sound in vowels if sound.stressed] or vowels
    start, end = stressed[-1].start, word[-1].end

    def ratio(time: float) -> float:
        share = min(max((time - start) / (end - start), 0.0), 1.0)
        return float(2 ** (RISE_OCTAVES * share * share * (3 - 2 * share)))

    return ratio


def _flite_phones(phones: Sequence[str]) -> tuple[str, ...]:
    """ARPAbet as Flite's lexicon has it: lower case, secondary stress like primary, and no stressed schwa."""
    spelled = (phone.lower().replace("2", "1") for phone in phones)
    return tuple("ah1" if phone == "ax1" else phone.removesuffix("0") for phone in spelled)


def _load(_models: Path) -> FliteSynthesizer:
    return FliteSynthesizer()


def _missing() -> str | None:
    return missing_library(LIBRARY, PACKAGE)


ENGINE = EngineSpec(
    EngineInfo(
        name="flite",
        capability=Capability.SYNTHESIS,
        sample_rate=SAMPLE_RATE,
        languages=("en",),
        licence="MIT-Festival; MIT-Festival",
        description="CMU Flite: small, quick English voices with the exact time of every word and sound.",
        speakers=_SPEAKERS,
        controls=frozenset(Control),
        aligned=True,
    ),
    load=_load,
    missing=_missing,
)
