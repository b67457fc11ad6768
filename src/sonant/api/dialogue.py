"""Text to dialogue: whole, streamed, and both with character times and voice segments."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sonant.api.auth import requires
from sonant.api.bodies import Body, EnableLogging, Locators, Normalization, Seed, locators_of
from sonant.api.depends import ServicesDep
from sonant.api.formats import FullFormat, StreamFormat
from sonant.api.respond import Timestamps, streamed_audio, whole_audio
from sonant.api.views import AUDIO, DIALOGUE_TIMESTAMPS_STREAM, DIALOGUE_WITH_TIMESTAMPS, STREAM
from sonant.codecs.format import AudioFormat
from sonant.services.accounts import Caller, Scope
from sonant.services.dialogue import DialogueRequest, Turn
from sonant.services.narration import NarratedChunk
from sonant.services.reading import Manner
from sonant.services.speech import SettingsChange

router = APIRouter(prefix="/v1/text-to-dialogue", tags=["text_to_dialogue"])

Speaking = Annotated[Caller, Depends(requires(Scope.TEXT_TO_SPEECH))]


class DialogueInput(Body):
    """One turn of a dialogue."""

    text: str
    voice_id: str


class DialogueSettings(Body):
    """Settings for all voices of a dialogue."""

    stability: float | None = Field(None, ge=0, le=1)


class DialogueBody(Body):
    """Turns, and how to say them."""

    inputs: list[DialogueInput] = Field(min_length=1)
    model_id: str = "eleven_v3"
    language_code: str | None = None
    settings: DialogueSettings | None = None
    pronunciation_dictionary_locators: Locators | None = None
    seed: Seed | None = None
    apply_text_normalization: Normalization = "auto"

    def request(self, output_format: str, *, logged: bool) -> DialogueRequest:
        """The same for the services."""
        manner = Manner(
            model_id=self.model_id,
            language=self.language_code,
            locators=locators_of(self.pronunciation_dictionary_locators),
            seed=self.seed,
            normalization=self.apply_text_normalization,
            logged=logged,
        )
        turns = tuple(Turn(turn.voice_id, turn.text) for turn in self.inputs)
        settings = SettingsChange(stability=self.settings.stability if self.settings else None)
        return DialogueRequest(turns, manner, settings, output_format)


class DialogueTimestamps(Timestamps):
    """Adds who speaks when. Indices count the characters of the whole response, streamed or not.

    Args:
        turns: The dialogue's turns.
    """

    def __init__(self, turns: Sequence[DialogueInput]) -> None:
        self._turns = turns
        self._characters = 0

    def view(self, content: bytes, chunks: list[NarratedChunk]) -> dict[str, object]:
        """One JSON object, with a segment for each turn that is heard in it."""
        segments = [self._segment(part, list(heard)) for part, heard in groupby(chunks, lambda chunk: chunk.part)]
        return {**super().view(content, chunks), "voice_segments": segments}

    def _segment(self, part: int, chunks: list[NarratedChunk]) -> dict[str, object]:
        start = self._characters
        self._characters += sum(len(chunk.alignment.text) for chunk in chunks if chunk.alignment is not None)
        last = chunks[-1]
        return {
            "voice_id": self._turns[part].voice_id,
            "start_time_seconds": round(chunks[0].start, 4),
            "end_time_seconds": round(last.start + last.audio.duration, 4),
            "character_start_index": start,
            "character_end_index": self._characters,
            "dialogue_input_index": part,
        }


@router.post("", responses=AUDIO, response_class=Response)
async def convert(
    body: DialogueBody,
    caller: Speaking,
    services: ServicesDep,
    request: Request,
    enable_logging: EnableLogging = True,
    output_format: FullFormat = "mp3_44100_128",
) -> Response:
    """Text to dialogue."""
    narration = await services.dialogue.converse(caller, body.request(output_format, logged=enable_logging))
    return await whole_audio(request, narration, AudioFormat.parse(output_format))


@router.post("/stream", responses=STREAM, response_class=Response)
async def stream(
    body: DialogueBody,
    caller: Speaking,
    services: ServicesDep,
    request: Request,
    enable_logging: EnableLogging = True,
    output_format: StreamFormat = "mp3_44100_128",
) -> Response:
    """Text to dialogue, streamed."""
    narration = await services.dialogue.converse(caller, body.request(output_format, logged=enable_logging))
    return await streamed_audio(request, narration, AudioFormat.parse(output_format))


@router.post("/with-timestamps", responses=DIALOGUE_WITH_TIMESTAMPS, response_class=Response)
async def convert_with_timestamps(
    body: DialogueBody,
    caller: Speaking,
    services: ServicesDep,
    request: Request,
    enable_logging: EnableLogging = True,
    output_format: StreamFormat = "mp3_44100_128",
) -> Response:
    """Text to dialogue with the time of each character and who speaks when."""
    asked = body.request(output_format, logged=enable_logging)
    narration = await services.dialogue.converse(caller, asked, aligned=True)
    return await DialogueTimestamps(body.inputs).whole(request, narration, AudioFormat.parse(output_format))


@router.post("/stream/with-timestamps", responses=DIALOGUE_TIMESTAMPS_STREAM, response_class=Response)
async def stream_with_timestamps(
    body: DialogueBody,
    caller: Speaking,
    services: ServicesDep,
    request: Request,
    enable_logging: EnableLogging = True,
    output_format: StreamFormat = "mp3_44100_128",
) -> Response:
    """Text to dialogue, streamed with the time of each character, one JSON object per line."""
    asked = body.request(output_format, logged=enable_logging)
    narration = await services.dialogue.converse(caller, asked, aligned=True)
    return await DialogueTimestamps(body.inputs).streamed(request, narration, AudioFormat.parse(output_format))
