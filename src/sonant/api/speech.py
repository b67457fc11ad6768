"""Text to speech: whole, streamed, and both with character times."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from sonant.api.auth import requires
from sonant.api.bodies import (
    Body,
    EnableLogging,
    Locators,
    Normalization,
    Seed,
    StreamingLatency,
    VoiceSettingsBody,
    locators_of,
)
from sonant.api.depends import ServicesDep
from sonant.api.formats import FullFormat, StreamFormat
from sonant.api.respond import Timestamps, streamed_audio, whole_audio
from sonant.api.views import AUDIO, AUDIO_WITH_TIMESTAMPS, STREAM, TIMESTAMPS_STREAM
from sonant.codecs.format import AudioFormat
from sonant.services.accounts import Caller, Scope
from sonant.services.reading import Manner
from sonant.services.speech import Context, SettingsChange, SpeechRequest

router = APIRouter(prefix="/v1/text-to-speech", tags=["text_to_speech"])

Speaking = Annotated[Caller, Depends(requires(Scope.TEXT_TO_SPEECH))]
RequestIds = Annotated[list[str], Field(max_length=3)]

NORMALISER_OFF = 4
"""The latency optimisation that also disables the text normaliser."""


@dataclass(frozen=True, slots=True)
class SpeechQuery:
    """The query that the four operations share: whether to keep a trace, and whether to leave numbers as they are."""

    logged: bool
    plain: bool


async def speech_query(
    enable_logging: EnableLogging = True, optimize_streaming_latency: StreamingLatency = None
) -> SpeechQuery:
    """Read the query. A coroutine, because FastAPI sends other dependencies through a thread."""
    return SpeechQuery(enable_logging, optimize_streaming_latency == NORMALISER_OFF)


Asked = Annotated[SpeechQuery, Depends(speech_query)]


class SpeechBody(Body):
    """A text, and how to say it."""

    text: str
    model_id: str = "eleven_multilingual_v2"
    language_code: str | None = None
    voice_settings: VoiceSettingsBody | None = None
    pronunciation_dictionary_locators: Locators | None = None
    seed: Seed | None = None
    previous_text: str | None = None
    next_text: str | None = None
    previous_request_ids: RequestIds | None = None
    next_request_ids: RequestIds | None = None
    use_pvc_as_ivc: bool = False
    apply_text_normalization: Normalization = "auto"
    apply_language_text_normalization: bool = False

    def request(self, voice_id: str, query: SpeechQuery, output_format: str) -> SpeechRequest:
        """The same for the services."""
        normalization = self.apply_text_normalization
        manner = Manner(
            model_id=self.model_id,
            language=self.language_code,
            locators=locators_of(self.pronunciation_dictionary_locators),
            seed=self.seed,
            normalization="off" if query.plain and normalization == "auto" else normalization,
            logged=query.logged,
        )
        context = Context(
            previous_text=self.previous_text or "",
            next_text=self.next_text or "",
            previous_request_ids=tuple(self.previous_request_ids or ()),
            next_request_ids=tuple(self.next_request_ids or ()),
        )
        settings = self.voice_settings.change() if self.voice_settings else SettingsChange()
        return SpeechRequest(voice_id, self.text, manner, settings, context, output_format)


@router.post("/{voice_id}", responses=AUDIO, response_class=Response)
async def convert(
    voice_id: str,
    body: SpeechBody,
    query: Asked,
    caller: Speaking,
    services: ServicesDep,
    request: Request,
    output_format: FullFormat = "mp3_44100_128",
) -> Response:
    """Text to speech."""
    narration = await services.speech.speak(caller, body.request(voice_id, query, output_format))
    return await whole_audio(request, narration, AudioFormat.parse(output_format))


@router.post("/{voice_id}/stream", responses=STREAM, response_class=Response)
async def stream(
    voice_id: str,
    body: SpeechBody,
    query: Asked,
    caller: Speaking,
    services: ServicesDep,
    request: Request,
    output_format: StreamFormat = "mp3_44100_128",
) -> Response:
    """Text to speech, streamed."""
    narration = await services.speech.speak(caller, body.request(voice_id, query, output_format))
    return await streamed_audio(request, narration, AudioFormat.parse(output_format))


@router.post("/{voice_id}/with-timestamps", responses=AUDIO_WITH_TIMESTAMPS, response_class=Response)
async def convert_with_timestamps(
    voice_id: str,
    body: SpeechBody,
    query: Asked,
    caller: Speaking,
    services: ServicesDep,
    request: Request,
    output_format: FullFormat = "mp3_44100_128",
) -> Response:
    """Text to speech with the time of each character."""
    narration = await services.speech.speak(caller, body.request(voice_id, query, output_format), aligned=True)
    return await Timestamps().whole(request, narration, AudioFormat.parse(output_format))


@router.post("/{voice_id}/stream/with-timestamps", responses=TIMESTAMPS_STREAM, response_class=Response)
async def stream_with_timestamps(
    voice_id: str,
    body: SpeechBody,
    query: Asked,
    caller: Speaking,
    services: ServicesDep,
    request: Request,
    output_format: StreamFormat = "mp3_44100_128",
) -> Response:
    """Text to speech, streamed with the time of each character, one JSON object per line."""
    narration = await services.speech.speak(caller, body.request(voice_id, query, output_format), aligned=True)
    return await Timestamps().streamed(request, narration, AudioFormat.parse(output_format))
