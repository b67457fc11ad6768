"""Voices: listing, looking up, hearing, and the settings that an account keeps with them.

Routes that are plain functions are called by the framework in a thread, for the services wait for the database.
"""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from sonant.api.auth import requires
from sonant.api.bodies import VoiceSettingsBody
from sonant.api.depends import Services, ServicesDep
from sonant.api.voice_views import (
    VerifiedLanguageView,
    VoiceCategory,
    VoiceSettingsView,
    VoicesPageView,
    VoicesView,
    VoiceView,
)
from sonant.core.speech import Voice, VoiceSettings
from sonant.services.accounts import Caller, Scope
from sonant.services.voices import Category, SortKey, VoiceFilter, VoiceOrder, VoiceType

router = APIRouter(tags=["voices"])

Reading = Annotated[Caller, Depends(requires(Scope.VOICES_READ))]
Editing = Annotated[Caller, Depends(requires(Scope.VOICES_WRITE))]

DEFAULT_MODEL = "eleven_multilingual_v2"
PREVIEW_SECONDS = 24 * 3600
"""How long a browser may keep a preview."""


class EditedView(BaseModel):
    """The change was made."""

    status: str


class SearchQuery(BaseModel):
    """Which voices to list. What is absent lets all through."""

    next_page_token: str | None = Field(None, description="From the page before; it keeps that page's order.")
    page_size: int = Field(10, ge=1, le=100)
    search: str | None = Field(None, description="Words in the name, description, labels or category.")
    sort: SortKey | None = None
    sort_direction: Literal["asc", "desc"] | None = None
    voice_type: VoiceType | None = None
    category: Category | None = None
    fine_tuning_state: (
        Literal["draft", "not_verified", "not_started", "queued", "fine_tuning", "fine_tuned", "failed", "delayed"]
        | None
    ) = Field(None, description="No voice here is fine-tuned, so every value finds nothing.")
    collection_id: str | None = Field(None, description="There are no collections, so every value finds nothing.")
    include_total_count: bool | None = Field(None, description="The count is always sent.")
    voice_ids: list[str] | None = Field(None, max_length=100)
    gender: str | None = Field(None, description="Value of the label.")
    age: str | None = Field(None, description="Value of the label.")
    accent: str | None = Field(None, description="Value of the label.")
    language: list[str] = Field([], description="Values of the label, any of them.")
    use_cases: list[str] = Field([], description="Values of the label use_case, any of them.")

    def wanted(self) -> VoiceFilter:
        """The same for the services."""
        single = {"gender": self.gender, "age": self.age, "accent": self.accent}
        labels = {label: [value] for label, value in single.items() if value}
        labels |= {"language": self.language, "use_case": self.use_cases}
        nothing = self.fine_tuning_state is not None or self.collection_id is not None
        return VoiceFilter(
            search=self.search or "",
            voice_ids=() if nothing else self.voice_ids,
            voice_type=self.voice_type,
            category=self.category,
            labels={label: [value.lower() for value in values] for label, values in labels.items()},
        )

    def order(self) -> VoiceOrder:
        """The same for the services."""
        return VoiceOrder(self.sort or "created_at_unix", descending=self.sort_direction == "desc")


@router.get("/v2/voices")
def search(
    query: Annotated[SearchQuery, Query()], request: Request, services: ServicesDep, caller: Reading
) -> VoicesPageView:
    """Voices, page by page."""
    page = services.voices.list(
        caller.account_id, query.wanted(), query.order(), page_size=query.page_size, token=query.next_page_token
    )
    views = _Views(request, services)
    return VoicesPageView(
        voices=[views.of(voice) for voice in page.voices],
        has_more=page.next_token is not None,
        total_count=page.total,
        next_page_token=page.next_token,
    )


@router.get("/v1/voices")
def get_all(
    request: Request,
    services: ServicesDep,
    caller: Reading,
    _show_legacy: Annotated[
        bool | None, Query(alias="show_legacy", description="There are no legacy voices here.")
    ] = None,
) -> VoicesView:
    """All voices at once."""
    views = _Views(request, services)
    return VoicesView(voices=[views.of(voice) for voice in services.voices.list(caller.account_id).voices])


@router.get("/v1/voices/settings/default")
async def settings_get_default(_caller: Reading) -> VoiceSettingsView:
    """The settings of voices that have none of their own."""
    return VoiceSettingsView.of(VoiceSettings())


@router.get("/v1/voices/{voice_id}")
def get(
    voice_id: str,
    request: Request,
    services: ServicesDep,
    caller: Reading,
    _with_settings: Annotated[
        bool | None, Query(alias="with_settings", deprecated=True, description="Settings are always sent.")
    ] = None,
) -> VoiceView:
    """One voice."""
    return _Views(request, services).of(services.voices.get(caller.account_id, voice_id))


@router.get("/v1/voices/{voice_id}/settings")
def settings_get(voice_id: str, services: ServicesDep, caller: Reading) -> VoiceSettingsView:
    """The settings that a voice has for this account."""
    return VoiceSettingsView.of(services.voices.get(caller.account_id, voice_id).settings)


@router.post("/v1/voices/{voice_id}/settings/edit")
def settings_update(voice_id: str, body: VoiceSettingsBody, services: ServicesDep, caller: Editing) -> EditedView:
    """Change some of the settings; the keys that are absent stay as they are."""
    services.voices.edit_settings(caller.account_id, voice_id, body.change().applied)
    return EditedView(status="ok")


@router.get(
    "/v1/voices/{voice_id}/preview",
    response_class=FileResponse,
    responses={200: {"content": {"audio/mpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def preview(voice_id: str, services: ServicesDep) -> FileResponse:
    """What a premade voice sounds like. It takes no key, so that web pages can play it."""
    path = await services.voices.preview(voice_id)
    return FileResponse(path, media_type="audio/mpeg", headers={"cache-control": f"public, max-age={PREVIEW_SECONDS}"})


class _Views:
    """Makes the views of voices for one request."""

    def __init__(self, request: Request, services: Services) -> None:
        self._base_url = str(request.base_url).rstrip("/")
        self._models = [model for model in services.models.list() if model.speaks]

    def of(self, voice: Voice) -> VoiceView:
        """The view of a voice."""
        preview_url = f"{self._base_url}/v1/voices/{voice.voice_id}/preview"
        verified = VerifiedLanguageView(
            language=voice.language.split("-")[0],
            model_id=DEFAULT_MODEL,
            accent=voice.labels.get("accent"),
            locale=voice.language if "-" in voice.language else None,
            preview_url=preview_url,
        )
        return VoiceView(
            voice_id=voice.voice_id,
            name=voice.name,
            category=cast(VoiceCategory, voice.category),
            labels=dict(voice.labels),
            description=voice.description or None,
            preview_url=preview_url,
            settings=VoiceSettingsView.of(voice.settings),
            high_quality_base_model_ids=[model.model_id for model in self._models if model.speaks_in(voice.language)],
            verified_languages=[verified],
            licence=voice.licence or None,
        )
