"""What travels over the text to speech sockets."""

import base64
from typing import Any

import orjson
from pydantic import Field, ValidationError, field_validator

from sonant.api.bodies import SEED_LIMIT, Body, LocatorBody, Normalization, VoiceSettingsBody
from sonant.codecs.format import SOCKET_FORMATS, AudioFormat
from sonant.core.alignment import Alignment
from sonant.core.errors import InvalidRequest
from sonant.services.narration import NarratedChunk
from sonant.services.phrasing import DEFAULT_SCHEDULE

LONGEST_INACTIVITY_SECONDS = 180


class SocketQuery(Body):
    """The query of both sockets."""

    model_id: str = "eleven_multilingual_v2"
    language_code: str | None = None
    enable_logging: bool = True
    enable_ssml_parsing: bool = False
    output_format: str = "mp3_44100_128"
    inactivity_timeout: int = Field(20, ge=1, le=LONGEST_INACTIVITY_SECONDS)
    sync_alignment: bool = False
    auto_mode: bool = False
    apply_text_normalization: Normalization = "auto"
    seed: int | None = Field(None, ge=0, le=SEED_LIMIT)
    authorization: str | None = None
    single_use_token: str | None = None

    @field_validator("output_format")
    @classmethod
    def _offered(cls, name: str) -> str:
        if name not in SOCKET_FORMATS:
            raise ValueError("this output format is not offered here")
        return name

    def audio_format(self) -> AudioFormat:
        """The output format, parsed."""
        return AudioFormat.parse(self.output_format)


class RealtimeVoiceSettings(VoiceSettingsBody):
    """Voice settings, with the narrower range of speeds that sockets state."""

    speed: float | None = Field(1, ge=0.7, le=1.2)


class GenerationConfig(Body):
    """When text is spoken."""

    chunk_length_schedule: list[float] = Field(list(DEFAULT_SCHEDULE), min_length=1, max_length=50)

    @field_validator("chunk_length_schedule")
    @classmethod
    def _in_range(cls, schedule: list[float]) -> list[float]:
        if not all(50 <= length <= 500 for length in schedule):
            raise ValueError("each length must be between 50 and 500")
        return schedule


class ClientMessage(Body):
    """Any message from a client, of either socket."""

    text: str | None = None
    try_trigger_generation: bool = False
    flush: bool = False
    voice_settings: RealtimeVoiceSettings | None = None
    generation_config: GenerationConfig | None = None
    generator_config: GenerationConfig | None = None
    pronunciation_dictionary_locators: list[LocatorBody] | None = Field(None, max_length=3)
    xi_api_key: str | None = Field(None, alias="xi-api-key")
    authorization: str | None = None
    context_id: str | None = Field(None, max_length=256)
    close_context: bool = False
    close_socket: bool = False

    def config(self) -> GenerationConfig | None:
        """The generation settings: the API spells the key in two ways."""
        return self.generation_config or self.generator_config


def parse_query(parameters: dict[str, str]) -> SocketQuery:
    """Read a socket's query.

    Raises:
        InvalidRequest: It has a bad value.
    """
    try:
        return SocketQuery.model_validate({key: value for key, value in parameters.items() if value})
    except ValidationError as error:
        raise _refusal("query", error) from None


def parse_message(frame: str | bytes | None) -> ClientMessage:
    """Read a client's message.

    Raises:
        InvalidRequest: It isn't text, not JSON, not an object, or has a bad value.
    """
    if not isinstance(frame, str):
        raise InvalidRequest("Messages must be JSON in text frames.")
    try:
        return ClientMessage.model_validate(orjson.loads(frame))
    except orjson.JSONDecodeError:
        raise InvalidRequest("The message is not valid JSON.") from None
    except ValidationError as error:
        raise _refusal("message", error) from None


def _refusal(place: str, error: ValidationError) -> InvalidRequest:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return InvalidRequest(f"The {place} is not valid: {where or 'it'}: {first['msg']}.")


def audio_message(content: bytes, chunk: NarratedChunk | None, *, synchronized: bool) -> dict[str, Any]:
    """Sound and the times of the characters that begin in it, milliseconds from the start of this message's sound."""
    alignment = chunk.alignment if chunk else None
    normalized = chunk.normalized_alignment if chunk else None
    start = chunk.start if chunk else 0.0
    return {
        "audio": base64.b64encode(content).decode(),
        "alignment": _alignment(alignment, start, always=synchronized),
        "normalizedAlignment": _alignment(normalized, start, always=synchronized),
        "isFinal": None,
    }


def _alignment(alignment: Alignment | None, origin: float, *, always: bool) -> dict[str, Any] | None:
    if alignment is None or not alignment.text:
        return {"chars": [], "charStartTimesMs": [], "charDurationsMs": []} if always else None
    # The silence that ends a passage is its last character's, and may have begun in the message before.
    starts = [max(0, round((start - origin) * 1000)) for start in alignment.starts]
    ends = [max(0, round((end - origin) * 1000)) for end in alignment.ends]
    return {
        "chars": list(alignment.text),
        "charStartTimesMs": starts,
        "charDurationsMs": [end - start for start, end in zip(starts, ends, strict=True)],
    }
