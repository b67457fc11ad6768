"""From a caller's text to a script: which model, which voice, which rules, which words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Literal

from sonant.core.errors import EmptyText, TextTooLong
from sonant.core.speech import Voice
from sonant.core.text import Passage
from sonant.runtime.host import EngineHost
from sonant.services.casting import Casting
from sonant.services.dictionaries import Dictionaries, Locator
from sonant.services.models import Model, Models
from sonant.services.narration import Line
from sonant.services.voices import Voices
from sonant.text.dictionaries import Rule
from sonant.text.pipeline import Reading, TextPipeline
from sonant.text.tags import primary_of

Normalization = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class Manner:
    """What applies to a whole request, whether one voice speaks or many.

    Attributes:
        model_id: Which model is asked for.
        language: ISO 639 code; None finds it out.
        locators: Pronunciation dictionaries, in order.
        seed: None is the same as 0: a request without a seed is repeatable too.
        normalization: Whether numbers, dates and the like become words.
        markup: Whether markup in the text is obeyed.
        logged: False leaves no trace in the history.
    """

    model_id: str
    language: str | None = None
    locators: tuple[Locator, ...] = ()
    seed: int | None = None
    normalization: Normalization = "auto"
    markup: bool = True
    logged: bool = True


@dataclass(frozen=True, slots=True)
class Reader:
    """What turns texts into lines: shared by speech, dialogue and sockets.

    Attributes:
        voices, models, dictionaries, engines: Where things are looked up.
        pipeline: Turns text into passages.
        max_characters: Limit of one request.
    """

    voices: Voices
    models: Models
    dictionaries: Dictionaries
    engines: EngineHost
    pipeline: TextPipeline
    max_characters: int

    def check_length(self, texts: Sequence[str]) -> int:
        """The number of characters of a request.

        Raises:
            TextTooLong: Over the limit.
        """
        characters = sum(map(len, texts))
        if characters > self.max_characters:
            raise TextTooLong(characters, self.max_characters)
        return characters

    def model(self, manner: Manner) -> Model:
        """The model a request asks for.

        Raises:
            UnknownModel: There is none, or it doesn't speak.
            UnsupportedLanguage: It doesn't speak the language asked for.
        """
        model = self.models.get(manner.model_id)
        model.require_speech(manner.language)
        return model

    def rules(self, account_id: str, manner: Manner) -> tuple[Rule, ...]:
        """The pronunciation rules of a request."""
        return self.dictionaries.rules(account_id, manner.locators) if manner.locators else ()

    def lines(
        self, text: str, casting: Casting, manner: Manner, model: Model, rules: tuple[Rule, ...], part: int = 0
    ) -> Iterator[Line]:
        """A text as lines. What is wrong with the text is raised here, not later.

        Raises:
            EmptyText: There is nothing to speak.
            MalformedMarkup: Its markup can't be understood.
            UnsupportedLanguage: The voice or the model doesn't speak the language asked for.
        """
        reading = Reading(
            native=casting.voice.language,
            spoken=self.spoken_languages(casting.voice, model),
            language=manner.language,
            normalization=manner.normalization,
            markup=manner.markup,
            stage_directions=model.stage_directions,
            rules=rules,
            previous_text=casting.previous_text,
            next_text=casting.next_text,
        )
        passages = self.pipeline.passages(text, reading)
        return casting.lines(_with_something_to_say(passages), part)

    def spoken_languages(self, voice: Voice, model: Model) -> frozenset[str]:
        """Primary tags that the voice speaks with the model on the engines that are installed."""
        abroad = self.engines.engines().get(voice.abroad.engine) if voice.abroad else None
        return _spoken(primary_of(voice.language), abroad.languages if abroad else (), model.languages)


@lru_cache(256)
def _spoken(native: str, abroad: tuple[str, ...], allowed: tuple[str, ...]) -> frozenset[str]:
    """Tags that a voice and a model have in common, or else the voice's own."""
    return frozenset({native, *abroad} & set(allowed)) or frozenset({native})


def _with_something_to_say(passages: Iterator[Passage]) -> Iterator[Passage]:
    """The same passages.

    Raises:
        EmptyText: None of them is spoken.
    """
    silent: list[Passage] = []
    for passage in passages:
        if passage.spoken.text.strip():
            return chain(silent, [passage], passages)
        silent.append(passage)
    raise EmptyText
