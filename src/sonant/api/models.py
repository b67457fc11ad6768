"""Models: what each of them means on this server."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from sonant.api.auth import requires
from sonant.api.depends import ServicesDep
from sonant.services.accounts import Caller, Scope
from sonant.services.models import CREDITS_PER_CHARACTER, Model, language_name

router = APIRouter(prefix="/v1/models", tags=["models"])

Reading = Annotated[Caller, Depends(requires(Scope.MODELS_READ))]


class LanguageView(BaseModel):
    """A language that a model speaks."""

    language_id: str
    name: str


class ModelRatesView(BaseModel):
    """What a model costs."""

    character_cost_multiplier: float


class ModelView(BaseModel):
    """A model, and what it can do here and now."""

    model_config = ConfigDict(protected_namespaces=())

    model_id: str
    name: str
    can_be_finetuned: bool
    can_do_text_to_speech: bool
    can_do_voice_conversion: bool
    can_use_style: bool
    can_use_speaker_boost: bool
    serves_pro_voices: bool
    token_cost_factor: float
    description: str
    requires_alpha_access: bool
    max_characters_request_free_user: int
    max_characters_request_subscribed_user: int
    maximum_text_length_per_request: int
    languages: list[LanguageView]
    model_rates: ModelRatesView
    concurrency_group: str

    @classmethod
    def of(cls, model: Model) -> "ModelView":
        """The view of a model."""
        return cls(
            model_id=model.model_id,
            name=model.name,
            can_be_finetuned=False,
            can_do_text_to_speech=model.speaks,
            can_do_voice_conversion=False,
            can_use_style=model.uses_style,
            can_use_speaker_boost=model.uses_speaker_boost,
            serves_pro_voices=False,
            token_cost_factor=CREDITS_PER_CHARACTER,
            description=model.description,
            requires_alpha_access=False,
            max_characters_request_free_user=model.max_characters,
            max_characters_request_subscribed_user=model.max_characters,
            maximum_text_length_per_request=model.max_characters,
            languages=[LanguageView(language_id=tag, name=language_name(tag)) for tag in model.languages],
            model_rates=ModelRatesView(character_cost_multiplier=CREDITS_PER_CHARACTER),
            concurrency_group="standard",
        )


@router.get("", name="list")
def list_models(
    services: ServicesDep, _caller: Annotated[Caller, Depends(requires(Scope.MODELS_READ))]
) -> list[ModelView]:
    """All models."""
    # A plain function, which the framework calls in a thread: the names of languages are read from files.
    return [ModelView.of(model) for model in services.models.list()]
