"""A generation: what is known of it before it begins, what is gathered on the way, and the item it becomes."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sonant.core.alignment import Alignment, joined
from sonant.core.audio import Audio
from sonant.core.ids import made_at
from sonant.core.speech import Voice, VoiceSettings
from sonant.services.callers import Caller
from sonant.services.tape import Tape
from sonant.store.history import HistoryItem


class Recordable(Protocol):
    """A chunk of something that can be heard, and the characters that begin in it."""

    @property
    def audio(self) -> Audio:
        """Its sound."""
        ...

    @property
    def alignment(self) -> Alignment | None:
        """Characters of the caller's text, seconds from the start of all audio."""
        ...

    @property
    def normalized_alignment(self) -> Alignment | None:
        """Characters of the spoken text, seconds from the start of all audio."""
        ...


@dataclass(frozen=True, slots=True)
class DialogueLine:
    """A turn of a dialogue."""

    voice_id: str
    voice_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Generation:
    """What is known of a generation before it begins.

    Attributes:
        caller: Who asked for it, and pays.
        request_id: For the caller's records, and for later requests that continue this one.
        history_item_id: By `sonant.core.ids.timed_id`, for its time is the item's.
        voice: Who speaks; the first voice of a dialogue.
        model_id: As the caller named it.
        text: What the caller sent.
        settings: Of the voice, in this request.
        credits: What it costs.
        output_format: What the caller gets.
        logged: False leaves no trace but the charge.
        dialogue: Turns, where there are several.
        source: TTS or STS.
    """

    caller: Caller
    request_id: str
    history_item_id: str
    voice: Voice
    model_id: str
    text: str
    settings: VoiceSettings
    credits: int
    output_format: str
    logged: bool = True
    dialogue: tuple[DialogueLine, ...] = ()
    source: str = "TTS"


class CharacterTimes:
    """Collects the character times of a narration."""

    def __init__(self) -> None:
        self._source: list[Alignment] = []
        self._spoken: list[Alignment] = []

    def add(self, chunk: Recordable) -> None:
        """Take the next chunk's."""
        if chunk.alignment is not None:
            self._source.append(chunk.alignment)
        if chunk.normalized_alignment is not None:
            self._spoken.append(chunk.normalized_alignment)

    def stored(self) -> dict[str, Any] | None:
        """As they are stored; None if nobody asked for them."""
        if not self._source and not self._spoken:
            return None
        return {"alignment": _stored(joined(self._source)), "normalized_alignment": _stored(joined(self._spoken))}


def _stored(alignment: Alignment) -> dict[str, Any]:
    return {
        "text": alignment.text,
        "starts": [round(start, 4) for start in alignment.starts],
        "ends": [round(end, 4) for end in alignment.ends],
    }


def recorded_item(
    generation: Generation, tape: Tape, times: CharacterTimes, blob_digest: str | None, credits_used: int
) -> HistoryItem:
    """The item that a generation became.

    Args:
        generation: What was known before.
        tape: Its sound.
        times: Its characters' times.
        blob_digest: Where the sound is; None if there was none.
        credits_used: By the account, this generation included.
    """
    several, voice = bool(generation.dialogue), generation.voice
    return HistoryItem(
        history_item_id=generation.history_item_id,
        account_id=generation.caller.account_id,
        request_id=generation.request_id,
        source=generation.source,
        state="created",
        model_id=generation.model_id,
        voice_id=None if several else voice.voice_id,
        voice_name=None if several else voice.name,
        voice_category=None if several else voice.category,
        characters_from=credits_used - generation.credits,
        characters_to=credits_used,
        output_format=generation.output_format,
        blob_digest=blob_digest,
        sample_rate=tape.sample_rate,
        duration=tape.duration,
        created_at=made_at(generation.history_item_id),
        settings=asdict(generation.settings),
        dialogue=[asdict(line) for line in generation.dialogue] or None,
        text=generation.text,
        alignments=times.stored(),
    )
