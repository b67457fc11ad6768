"""The models that programs may name, and what each of them means on this server.

A model here is a promise about languages and abilities, not a set of weights: the voice decides which engine speaks.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

from sonant.core.engine import Capability, Control, EngineInfo
from sonant.core.errors import UnknownModel, UnsupportedLanguage
from sonant.runtime.host import EngineHost
from sonant.text.tags import primary_of

CREDITS_PER_CHARACTER = 1.0
"""The price of every model."""


class Task(StrEnum):
    """What a model is for."""

    SPEECH = "speech"
    CONVERSION = "conversion"
    DESIGN = "design"


_NOT_SERVED = {
    Task.SPEECH: "No engine that speaks is installed here.",
    Task.CONVERSION: "Voice conversion is not served here.",
    Task.DESIGN: "Voice design is not served here.",
}


@dataclass(frozen=True, slots=True)
class Model:
    """A model as this server has it.

    Attributes:
        model_id: What programs call it.
        name: For people.
        task: What it is for.
        description: What it really is here, in a sentence or two.
        languages: BCP 47 primary tags it speaks, sorted. Empty if it doesn't speak, or only through engines to which
            language means nothing.
        max_characters: Of one request.
        stage_directions: Whether words in square brackets are instructions rather than text.
        speaks: Whether text to speech works with it now.
        uses_style: Whether the voice setting `style` changes anything.
        uses_speaker_boost: Whether the voice setting `speaker_boost` changes anything.
    """

    model_id: str
    name: str
    task: Task
    description: str
    languages: tuple[str, ...]
    max_characters: int
    stage_directions: bool = False
    speaks: bool = False
    uses_style: bool = False
    uses_speaker_boost: bool = False

    def speaks_in(self, language: str) -> bool:
        """Whether it speaks a language, given as a BCP 47 tag or ISO 639 code."""
        return not self.languages or primary_of(language) in self.languages

    def require_speech(self, language: str | None = None) -> None:
        """Let a request for speech through.

        Args:
            language: What is to be spoken; None if that is found out from the text.

        Raises:
            UnknownModel: The model is for something else.
            UnsupportedLanguage: It doesn't speak the language.
        """
        if self.task is not Task.SPEECH:
            raise UnknownModel(
                f"The model {self.model_id} doesn't do text to speech: see GET /v1/models for those that do."
            )
        if language and not self.speaks_in(language):
            raise UnsupportedLanguage(
                f"The model {self.model_id} doesn't speak this language: GET /v1/models lists those that it speaks."
            )

    def credits(self, characters: int) -> int:
        """What a text of so many characters costs."""
        return math.ceil(characters * CREDITS_PER_CHARACTER)


class Models:
    """Knows the models.

    Args:
        engines: What is installed. Looked up once, when a model is first asked for.
        max_characters: Limit of one request.
    """

    def __init__(self, engines: EngineHost, max_characters: int) -> None:
        self._engines = engines
        self._max_characters = max_characters
        self._models: Mapping[str, Model] | None = None

    def get(self, model_id: str) -> Model:
        """The model of this id.

        Raises:
            UnknownModel: There is none.
        """
        model = self._all().get(model_id)
        if model is None:
            raise UnknownModel("No model has this id: GET /v1/models lists those that are served.")
        return model

    def list(self) -> Sequence[Model]:
        """All models, the usual choice for speech first."""
        return tuple(self._all().values())

    def _all(self) -> Mapping[str, Model]:
        if self._models is None:
            speaking = _speaking(self._engines.engines())
            entries = tomllib.loads(resources.files("sonant.services").joinpath("models.toml").read_text("utf-8"))
            self._models = {model_id: self._model(model_id, entry, speaking) for model_id, entry in entries.items()}
        return self._models

    def _model(self, model_id: str, entry: Mapping[str, object], speaking: Sequence[EngineInfo]) -> Model:
        task = Task(str(entry["task"]))
        only = entry.get("language")
        serving = [engine for engine in speaking if _serves(engine, only)] if task is Task.SPEECH else []
        languages = {language for engine in serving for language in engine.languages if only in (None, language)}
        return Model(
            model_id=model_id,
            name=str(entry["name"]),
            task=task,
            description=_description(task, only, serving),
            languages=tuple(sorted(languages)),
            max_characters=self._max_characters,
            stage_directions=bool(entry.get("stage_directions", False)),
            speaks=bool(serving),
            uses_style=any(Control.PITCH_RANGE in engine.controls for engine in serving),
            # One chain of filters in the engine kit shifts formants and lifts presence.
            uses_speaker_boost=any(Control.FORMANT in engine.controls for engine in serving),
        )


def language_name(tag: str) -> str:
    """The English name of a language, or the tag itself if it has none.

    >>> language_name("de"), language_name("qqq")
    ('German', 'qqq')
    """
    from babel import Locale  # noqa: PLC0415 - the names take time and memory that a server may never need

    return str(Locale("en").languages.get(tag, tag))


def _speaking(engines: Mapping[str, EngineInfo]) -> Sequence[EngineInfo]:
    """The synthesizers that speak languages; without any, those to which language means nothing."""
    synthesizers = [engine for engine in engines.values() if engine.capability is Capability.SYNTHESIS]
    return [engine for engine in synthesizers if engine.languages] or synthesizers


def _serves(engine: EngineInfo, only: object) -> bool:
    return only is None or not engine.languages or only in engine.languages


def _description(task: Task, only: object, serving: Sequence[EngineInfo]) -> str:
    if not serving:
        return _NOT_SERVED[task]
    names = ", ".join(sorted(engine.name for engine in serving))
    restriction = f" Accepts this language only: {only}." if only else ""
    return f"Served here by {names}; the voice decides which of them speaks.{restriction}"
