"""Text to dialogue: several voices speak in turn, as one narration."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sonant.core.errors import EmptyText, InvalidRequest
from sonant.services.accounts import Caller
from sonant.services.casting import Casting, with_gap
from sonant.services.narration import Line
from sonant.services.reading import Manner, Reader
from sonant.services.speech import SettingsChange
from sonant.services.stage import Narration, Performance, Script, Stage

TURN_GAP_SECONDS = 0.2
"""Silence between turns beyond the engines' own: together about what people leave (Heldner and Edlund 2010)."""

MOST_VOICES = 10


@dataclass(frozen=True, slots=True)
class Turn:
    """What one voice says before the next one speaks."""

    voice_id: str
    text: str


@dataclass(frozen=True, slots=True)
class DialogueRequest:
    """Turns to be spoken in order."""

    turns: tuple[Turn, ...]
    manner: Manner
    settings: SettingsChange
    output_format: str = ""


class DialogueService:
    """Speaks dialogues.

    Args:
        reader: Turns texts into lines.
        stage: Performs and records them.
    """

    def __init__(self, reader: Reader, stage: Stage) -> None:
        self._reader = reader
        self._stage = stage

    async def converse(self, caller: Caller, request: DialogueRequest, *, aligned: bool = False) -> Narration:
        """Begin to speak a dialogue. The chunks' `part` is the index of the turn.

        Raises:
            InvalidRequest, NotFound, QuotaExceeded: As the subclasses say.
        """
        performance = await asyncio.to_thread(self._prepare, caller, request)
        return self._stage.perform(performance, aligned=aligned)

    def _prepare(self, caller: Caller, request: DialogueRequest) -> Performance:
        reader, turns = self._reader, request.turns
        if not turns:
            raise EmptyText
        if len({turn.voice_id for turn in turns}) > MOST_VOICES:
            raise InvalidRequest(f"A dialogue may have {MOST_VOICES} different voices.")
        texts = [turn.text for turn in turns]
        characters = reader.check_length(texts)
        model = reader.model(request.manner)
        casts = [self._casting(caller, turn, request) for turn in turns]
        rules = reader.rules(caller.account_id, request.manner)
        scripts = [
            reader.lines(turn.text, cast, request.manner, model, rules, part)
            for part, (turn, cast) in enumerate(zip(turns, casts, strict=True))
        ]
        return self._stage.rehearse(
            caller,
            Script(_in_turn(scripts), texts, casts),
            request.manner,
            price=model.credits(characters),
            output_format=request.output_format,
        )

    def _casting(self, caller: Caller, turn: Turn, request: DialogueRequest) -> Casting:
        voice = self._reader.voices.get(caller.account_id, turn.voice_id)
        return Casting(voice, request.settings.applied(voice.settings), request.manner.seed or 0)


def _in_turn(scripts: Sequence[Iterator[Line]]) -> Iterator[Line]:
    for index, script in enumerate(scripts):
        yield from script if index == len(scripts) - 1 else with_gap(script, TURN_GAP_SECONDS)
