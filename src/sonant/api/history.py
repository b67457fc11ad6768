"""History: what was generated before, and its sound.

Routes that are plain functions are called by the framework in a thread, for the service waits for the database.
"""

import asyncio
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from sonant.api.auth import requires
from sonant.api.bodies import Body
from sonant.api.depends import ServicesDep
from sonant.api.respond import streamed
from sonant.api.views import CharacterAlignmentView
from sonant.api.voice_views import VoiceSettingsView
from sonant.codecs.format import AudioFormat
from sonant.core.speech import VoiceSettings
from sonant.services.accounts import Caller, Scope
from sonant.services.history import HistoryFilter, HistoryItem
from sonant.services.playback import Recording, zipped

router = APIRouter(prefix="/v1/history", tags=["history"])

Reading = Annotated[Caller, Depends(requires(Scope.SPEECH_HISTORY_READ))]
Writing = Annotated[Caller, Depends(requires(Scope.SPEECH_HISTORY_WRITE))]

DEFAULT_FORMAT = AudioFormat.parse("mp3_44100_128")
MOST_DOWNLOADS = 1000
_LAST_SECOND = 2**53  # of the numbers that JSON carries exactly; no item is younger

_AUDIO_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/mpeg": {"schema": {"type": "string", "format": "binary"}}}}
}
_DOWNLOAD_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One item's sound, or a ZIP file of several.",
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in ("audio/mpeg", "audio/wav", "application/zip")
        },
    }
}


class HistoryAlignmentsView(BaseModel):
    """The times of an item's characters: of the text as sent, and as spoken."""

    alignment: CharacterAlignmentView
    normalized_alignment: CharacterAlignmentView


class DialogueInputView(BaseModel):
    """A turn of a dialogue."""

    text: str
    voice_id: str
    voice_name: str


class FeedbackView(BaseModel):
    """What somebody thought of an item. Nobody can say so here."""

    thumbs_up: bool
    feedback: str
    emotions: bool
    inaccurate_clone: bool
    glitches: bool
    audio_quality: bool
    other: bool
    review_status: str = "not_reviewed"


class HistoryItemView(BaseModel):
    """A generation that was recorded."""

    model_config = ConfigDict(protected_namespaces=())

    history_item_id: str
    request_id: str | None = None
    voice_id: str | None = None
    model_id: str | None = None
    voice_name: str | None = None
    voice_category: Literal["premade", "cloned", "generated", "professional"] | None = None
    text: str | None = None
    date_unix: int
    character_count_change_from: int
    character_count_change_to: int
    content_type: str
    state: Any
    settings: VoiceSettingsView | None = None
    feedback: FeedbackView | None = None
    share_link_id: str | None = None
    source: Literal["TTS", "STS", "Projects", "PD", "AN", "Dubbing", "PlayAPI", "ConvAI", "VoiceGeneration"] | None = (
        None
    )
    alignments: HistoryAlignmentsView | None = None
    dialogue: list[DialogueInputView] | None = None

    @classmethod
    def of(cls, item: HistoryItem) -> "HistoryItemView":
        """The view of an item."""
        return cls.model_validate(
            {
                "history_item_id": item.history_item_id,
                "request_id": item.request_id,
                "voice_id": item.voice_id,
                "model_id": item.model_id,
                "voice_name": item.voice_name,
                "voice_category": item.voice_category,
                "text": item.text,
                "date_unix": int(item.created_at),
                "character_count_change_from": item.characters_from,
                "character_count_change_to": item.characters_to,
                "content_type": DEFAULT_FORMAT.media_type,  # of what GET .../audio answers
                "state": item.state,
                "settings": item.settings and VoiceSettingsView.of(VoiceSettings(**item.settings)),
                "source": item.source,
                "alignments": item.alignments
                and {name: _alignment(alignment) for name, alignment in item.alignments.items()},
                "dialogue": item.dialogue,
            }
        )


class HistoryView(BaseModel):
    """A page of history items."""

    history: list[HistoryItemView]
    last_history_item_id: str | None = None
    has_more: bool
    scanned_until: int | None = None


class DeletedView(BaseModel):
    """The item is gone."""

    status: str


class HistoryQuery(BaseModel):
    """Which items to list. What is absent lets all through."""

    model_config = ConfigDict(protected_namespaces=())

    page_size: int = Field(100, ge=1, le=1000)
    start_after_history_item_id: str | None = Field(None, description="The page before's last_history_item_id.")
    voice_id: str | None = None
    model_id: str | None = Field(None, description="Needs a source, too.")
    date_before_unix: int | None = Field(None, description="Exclusive.")
    date_after_unix: int | None = Field(None, description="Inclusive.")
    sort_direction: Literal["asc", "desc"] | None = Field(None, description="By time; newest first where absent.")
    search: str | None = Field(None, description="Part of the text or of the voice's name, in any case.")
    source: Literal["TTS", "STS"] | None = None

    def wanted(self) -> HistoryFilter:
        """The same for the service."""
        return HistoryFilter(
            voice_id=self.voice_id,
            model_id=self.model_id,
            source=self.source,
            before=_clamped(self.date_before_unix),
            since=_clamped(self.date_after_unix),
            search=self.search,
        )


class DownloadBody(Body):
    """Which items, and how."""

    history_item_ids: list[str] = Field(min_length=1, max_length=MOST_DOWNLOADS)
    output_format: Literal["wav", "default"] | None = None


@router.get("", name="list")
def list_items(query: Annotated[HistoryQuery, Query()], services: ServicesDep, caller: Reading) -> HistoryView:
    """Items, page by page. Their alignments are only in the answer for a single item."""
    page = services.history.list_page(
        caller.account_id,
        query.wanted(),
        after=query.start_after_history_item_id,
        descending=query.sort_direction != "asc",
        page_size=query.page_size,
    )
    return HistoryView(
        history=[HistoryItemView.of(item) for item in page.items],
        last_history_item_id=page.items[-1].history_item_id if page.items else None,
        has_more=page.has_more,
        scanned_until=int(page.items[-1].created_at) if page.items else None,
    )


@router.post("/download", response_class=Response, responses=_DOWNLOAD_DOCUMENTED)
async def download(body: DownloadBody, services: ServicesDep, caller: Reading) -> Response:
    """The sound of one item, or of several in a ZIP file."""
    audio_format = None if body.output_format == "wav" else DEFAULT_FORMAT
    recordings = await asyncio.to_thread(
        services.history.list_recordings, caller.account_id, body.history_item_ids, audio_format
    )
    if len(recordings) == 1:
        return await _streamed(recordings[0], as_file=True)
    return await streamed(zipped(recordings), "application/zip", _attachment("history.zip"))


@router.get("/{history_item_id}")
def get(history_item_id: str, services: ServicesDep, caller: Reading) -> HistoryItemView:
    """One item."""
    return HistoryItemView.of(services.history.get(caller.account_id, history_item_id))


@router.get("/{history_item_id}/audio", response_class=Response, responses=_AUDIO_DOCUMENTED)
async def get_audio(history_item_id: str, services: ServicesDep, caller: Reading) -> Response:
    """An item's sound."""
    recordings = await asyncio.to_thread(
        services.history.list_recordings, caller.account_id, [history_item_id], DEFAULT_FORMAT
    )
    return await _streamed(recordings[0], as_file=False)


@router.delete("/{history_item_id}")
def delete(history_item_id: str, services: ServicesDep, caller: Writing) -> DeletedView:
    """Delete an item and its sound."""
    services.history.delete(caller.account_id, history_item_id)
    return DeletedView(status="ok")


async def _streamed(recording: Recording, *, as_file: bool) -> Response:
    headers = _attachment(recording.file_name) if as_file else {}
    return await streamed(recording.pieces(), recording.audio_format.media_type, headers)


def _attachment(file_name: str) -> dict[str, str]:
    """The header that makes a browser save the answer. The name is coded, for headers can't carry every character."""
    return {"content-disposition": f"attachment; filename*=utf-8''{quote(file_name)}"}


def _alignment(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        "characters": list(stored["text"]),
        "character_start_times_seconds": stored["starts"],
        "character_end_times_seconds": stored["ends"],
    }


def _clamped(seconds: int | None) -> int | None:
    return None if seconds is None else max(-_LAST_SECOND, min(seconds, _LAST_SECOND))
