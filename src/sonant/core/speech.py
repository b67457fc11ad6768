"""What is asked of a synthesizer, and what it yields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sonant.core.audio import Audio
from sonant.core.text import Delivery, Pronunciation


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """A voice's adjustable manner.

    Attributes:
        stability: 0 (lively) to 1 (even).
        similarity: 0 (the bare base speaker) to 1 (the voice's character exaggerated).
        style: 0 to 1: more expressive.
        speaker_boost: Presence equalisation.
        speed: Ratio of speaking rate.
    """

    stability: float = 0.5
    similarity: float = 0.75
    style: float = 0.0
    speaker_boost: bool = True
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Timbre:
    """An acoustic transform that makes a base speaker into another voice. Ratios of 1 and zeros change nothing.

    Attributes:
        pitch: Ratio of mean fundamental frequency.
        pitch_range: Ratio of its spread.
        formant: Ratio of formant frequencies: above 1 is a shorter vocal tract.
        rate: Ratio of speaking rate.
        breathiness: 0 to 1, aspiration noise mixed in.
        brightness_db: Spectral tilt around 1 kHz, in decibels per octave.
        gain_db: Gain that brings the voice to the common loudness.
    """

    pitch: float = 1.0
    pitch_range: float = 1.0
    formant: float = 1.0
    rate: float = 1.0
    breathiness: float = 0.0
    brightness_db: float = 0.0
    gain_db: float = 0.0

    def scaled(self, strength: float) -> "Timbre":
        """The transform at a part of its strength: 0 is the base speaker, 1 the transform itself. The gain stays.

        >>> Timbre(pitch=1.21, breathiness=0.4, gain_db=3.0).scaled(0.5)
        Timbre(pitch=1.1, pitch_range=1.0, formant=1.0, rate=1.0, breathiness=0.2, brightness_db=0.0, gain_db=3.0)
        """
        return Timbre(
            pitch=self.pitch**strength,
            pitch_range=self.pitch_range**strength,
            formant=self.formant**strength,
            rate=self.rate**strength,
            breathiness=min(1.0, self.breathiness * strength),
            brightness_db=self.brightness_db * strength,
            gain_db=self.gain_db,
        )


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody an engine can speak as.

    Attributes:
        engine: Name of the engine.
        name: The engine's own name for the speaker.
        timbre: What makes the base speaker into this one.
    """

    engine: str
    name: str
    timbre: Timbre = field(default_factory=Timbre)


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that callers choose by id.

    Attributes:
        voice_id: Opaque identifier.
        name: For people.
        language: BCP 47 tag of its native language and accent.
        speaker: Who speaks its native language.
        abroad: Who speaks every other language, if anybody does.
        category: premade, cloned, generated or professional.
        description: A sentence.
        labels: gender, age, accent, descriptive, use_case, language.
        licence: Of the base speaker's data.
        settings: What applies where a request says nothing.
    """

    voice_id: str
    name: str
    language: str
    speaker: Speaker
    abroad: Speaker | None = None
    category: str = "premade"
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    settings: VoiceSettings = field(default_factory=VoiceSettings)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one call of a synthesizer speaks: a passage, resolved to a speaker and physical terms.

    Attributes:
        text: Spoken text: no markup, numbers as words wherever the pipeline knows them. Never empty.
        language: BCP 47 tag.
        speaker: The engine's own name for the base speaker.
        timbre: Transform to apply. Its pitch, pitch_range and rate multiply those of `delivery`.
        delivery: How to say it.
        pronunciations: Stretches of `text` whose sounds are given.
        seed: The same utterance with the same seed gives the same samples.
        previous_text: Context before, not spoken.
        next_text: Context after, not spoken.
    """

    text: str
    language: str
    speaker: str
    timbre: Timbre = field(default_factory=Timbre)
    delivery: Delivery = field(default_factory=Delivery)
    pronunciations: tuple[Pronunciation, ...] = ()
    seed: int = 0
    previous_text: str = ""
    next_text: str = ""


class PhoneTiming(NamedTuple):
    """One speech sound. Seconds from the start of the utterance; `symbol` is IPA.

    A tuple, as words and chunks are: they cross two process boundaries before the first sound is heard, and pickling a
    tuple takes a quarter of the time.
    """

    symbol: str
    start: float
    end: float


class WordTiming(NamedTuple):
    """When the characters `first` to `last` (exclusive) of an utterance's text are heard.

    Attributes:
        start: Seconds from the start of the utterance.
        end: Seconds, not before `start`.
        phones: Its sounds in order, where the engine knows them.
    """

    first: int
    last: int
    start: float
    end: float
    phones: tuple[PhoneTiming, ...] = ()


class SpeechChunk(NamedTuple):
    """What a synthesizer yields: the next stretch of the utterance's sound.

    Attributes:
        audio: One channel at the engine's rate.
        words: Words in order, each reported once, with the chunk in which it begins or an earlier one.
    """

    audio: Audio
    words: tuple[WordTiming, ...] = ()
