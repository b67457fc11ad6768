"""How successful responses of several nouns are documented."""

from typing import Any

from pydantic import BaseModel

_BINARY = {"schema": {"type": "string", "format": "binary"}}

GENERATION_HEADERS = {
    "request-id": {"schema": {"type": "string"}, "description": "For previous_request_ids of a later request."},
    "x-character-count": {"schema": {"type": "integer"}, "description": "Characters of the text."},
    "character-cost": {"schema": {"type": "integer"}, "description": "Credits charged."},
    "history-item-id": {"schema": {"type": "string"}, "description": "Absent if nothing is kept."},
    "x-sonant-engine": {"schema": {"type": "string"}, "description": "The engine that served the request."},
}


class CharacterAlignmentView(BaseModel):
    """Characters and when they are heard, in seconds."""

    characters: list[str]
    character_start_times_seconds: list[float]
    character_end_times_seconds: list[float]


class AudioWithTimestampsView(BaseModel):
    """Sound, base64-coded, and the times of its characters: of the text as sent, and as spoken."""

    audio_base64: str
    alignment: CharacterAlignmentView | None = None
    normalized_alignment: CharacterAlignmentView | None = None


class VoiceSegmentView(BaseModel):
    """A stretch that one voice speaks. The end index is exclusive."""

    voice_id: str
    start_time_seconds: float
    end_time_seconds: float
    character_start_index: int
    character_end_index: int
    dialogue_input_index: int


class AudioWithTimestampsAndVoiceSegmentsView(AudioWithTimestampsView):
    """The same for a dialogue, with who speaks when."""

    voice_segments: list[VoiceSegmentView]


def _documented(content: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "Success", "content": content, "headers": GENERATION_HEADERS}}


def _ndjson(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """One object per line. The schema is inlined, because a content type of one's own takes no model."""
    return _documented({"application/x-ndjson": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}})


AUDIO = _documented({"audio/*": _BINARY, "application/octet-stream": _BINARY})
STREAM = _documented({"audio/*": _BINARY})
AUDIO_WITH_TIMESTAMPS: dict[int | str, dict[str, Any]] = {
    200: {"model": AudioWithTimestampsView, "headers": GENERATION_HEADERS}
}
TIMESTAMPS_STREAM = _ndjson(AudioWithTimestampsView)
DIALOGUE_WITH_TIMESTAMPS: dict[int | str, dict[str, Any]] = {
    200: {"model": AudioWithTimestampsAndVoiceSegmentsView, "headers": GENERATION_HEADERS}
}
DIALOGUE_TIMESTAMPS_STREAM = _ndjson(AudioWithTimestampsAndVoiceSegmentsView)
