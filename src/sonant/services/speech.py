"""Text to speech: check, look up, call the engine, record.

SpeechRequest -> voice, model, rules, context -> passages -> script -> narration -> history (passes through)
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sonant.core.errors import InvalidRequest
from sonant.core.speech import Voice, VoiceSettings
from sonant.services.accounts import Caller
from sonant.services.casting import Casting
from sonant.services.history import History
from sonant.services.reading import Manner, Reader
from sonant.services.stage import Narration, Performance, Script, Stage


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """Voice settings of one request; None keeps what is stored with the voice."""

    stability: float | None = None
    similarity: float | None = None
    style: float | None = None
    speaker_boost: bool | None = None
    speed: float | None = None

    def applied(self, settings: VoiceSettings) -> VoiceSettings:
        """The settings with the change made."""
        changes = {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}
        return replace(settings, **changes)


@dataclass(frozen=True, slots=True)
class Context:
    """What was said before and will be said after: texts, or requests whose texts count instead."""

    previous_text: str = ""
    next_text: str = ""
    previous_request_ids: tuple[str, ...] = ()
    next_request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """A text to be spoken by a voice.

    Attributes:
        voice_id: Which voice.
        text: With markup, if the manner says so.
        manner: What applies to the whole request.
        settings: What differs from the voice's own settings.
        context: What surrounds the text.
        output_format: What the caller gets, for the record.
        sample_rate: Hz of the narration; None is the engine's own.
    """

    voice_id: str
    text: str
    manner: Manner
    settings: SettingsChange = field(default_factory=SettingsChange)
    context: Context = field(default_factory=Context)
    output_format: str = ""
    sample_rate: int | None = None


class SpeechService:
    """Speaks texts.

    Args:
        reader: Turns texts into lines.
        stage: Performs and records them.
        history: Knows what was said before.
    """

    def __init__(self, reader: Reader, stage: Stage, history: History) -> None:
        self._reader = reader
        self._stage = stage
        self._history = history

    @property
    def max_characters(self) -> int:
        """How many characters one request may have."""
        return self._reader.max_characters

    async def speak(self, caller: Caller, request: SpeechRequest, *, aligned: bool = False) -> Narration:
        """Begin to speak a text.

        The engine starts when the chunks are first asked for; what can be refused before is refused here.

        Args:
            caller: Whose voices, credits and history count.
            request: What to speak.
            aligned: Whether chunks carry character times.

        Raises:
            InvalidRequest, NotFound, QuotaExceeded: As the subclasses say.
        """
        performance = await asyncio.to_thread(self._prepare, caller, request)
        return self._stage.perform(performance, aligned=aligned)

    def _prepare(self, caller: Caller, request: SpeechRequest) -> Performance:
        reader, manner = self._reader, request.manner
        characters = reader.check_length([request.text])
        model = reader.model(manner)
        voice = reader.voices.get(caller.account_id, request.voice_id)
        casting = self._casting(caller, voice, request)
        rules = reader.rules(caller.account_id, manner)
        lines = reader.lines(request.text, casting, manner, model, rules)
        return self._stage.rehearse(
            caller,
            Script(lines, [request.text], [casting], request.sample_rate),
            manner,
            price=model.credits(characters),
            output_format=request.output_format,
        )

    def _casting(self, caller: Caller, voice: Voice, request: SpeechRequest) -> Casting:
        context = request.context
        if len(context.previous_request_ids) > 3 or len(context.next_request_ids) > 3:
            raise InvalidRequest("At most three request ids may be given on each side.")
        previous, following = context.previous_text, context.next_text
        if context.previous_request_ids:
            previous = self._texts(caller, context.previous_request_ids)
        if context.next_request_ids:
            following = self._texts(caller, context.next_request_ids)
        return Casting(voice, request.settings.applied(voice.settings), request.manner.seed or 0, previous, following)

    def _texts(self, caller: Caller, request_ids: Sequence[str]) -> str:
        return " ".join(self._history.previous_texts(caller.account_id, request_ids))
