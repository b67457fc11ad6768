"""What an engine is. A third party's package adds one through the entry point group `sonant.engines`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import methodcaller
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from sonant.core.speech import SpeechChunk, Utterance

E_co = TypeVar("E_co", covariant=True)
T = TypeVar("T")

EngineCall: TypeAlias = Callable[[Any], Iterator[T]]
"""A picklable function of a loaded engine; it runs where the engine lives, and what it yields comes back."""

ENTRY_POINT_GROUP = "sonant.engines"


class Capability(StrEnum):
    """What kind of work an engine does."""

    SYNTHESIS = "synthesis"


class Control(StrEnum):
    """Parts of an utterance that not every synthesizer can honour."""

    RATE = "rate"
    PITCH = "pitch"
    PITCH_RANGE = "pitch_range"
    VARIABILITY = "variability"
    FORMANT = "formant"
    PRONUNCIATIONS = "pronunciations"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class SpeakerInfo:
    """Somebody an engine can speak as: its own name for the speaker, the BCP 47 tag, and a sentence for people."""

    name: str
    language: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What is known about an engine without loading it.

    Attributes:
        name: Unique, lower case.
        capability: What it does.
        sample_rate: Hz of what it yields.
        languages: BCP 47 primary tags it serves; empty where language means nothing to it.
        licence: SPDX expression of the engine and, after a semicolon, of its data.
        description: A sentence for people.
        speakers: Who it can speak as.
        controls: What it honours; the rest changes nothing, and the documentation says so.
        aligned: Reports word times of its own.
    """

    name: str
    capability: Capability
    sample_rate: int
    languages: tuple[str, ...]
    licence: str
    description: str = ""
    speakers: tuple[SpeakerInfo, ...] = ()
    controls: frozenset[Control] = frozenset()
    aligned: bool = False


def nothing_missing() -> None:
    """For engines that need nothing but their Python package."""


@dataclass(frozen=True, slots=True)
class EngineSpec(Generic[E_co]):
    """What an entry point names.

    Attributes:
        info: Known without loading.
        load: Makes the engine ready, given the folder of model files. Heavy imports belong inside it.
        missing: What is to be installed before `load` can work, as a sentence that names the command; None if nothing.
    """

    info: EngineInfo
    load: Callable[[Path], E_co]
    missing: Callable[[], str | None] = nothing_missing


class Synthesizer(Protocol):
    """Speaks."""

    def synthesize(self, utterance: Utterance, /) -> Iterator[SpeechChunk]:
        """Yield the utterance's sound in order, the first chunk as soon as it can.

        Raises:
            UnsupportedLanguage: The engine doesn't speak `utterance.language`.
            InvalidRequest: There is no such speaker.
        """
        ...


def synthesize(utterance: Utterance) -> EngineCall[SpeechChunk]:
    """The call that speaks an utterance."""
    call: EngineCall[SpeechChunk] = methodcaller("synthesize", utterance)
    return call
