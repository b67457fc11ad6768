"""What bodies and queries of several nouns share."""

import re
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticKnownError

from sonant.services.dictionaries import Locator
from sonant.services.speech import SettingsChange

SEED_LIMIT = 2**32 - 1

_HALF = re.compile("[\ud800-\udfff]")

Normalization = Literal["auto", "on", "off"]
Seed = Annotated[int, Field(ge=0, le=SEED_LIMIT)]
EnableLogging = Annotated[bool, Query(description="Keep the request and its audio in the history.")]
StreamingLatency = Annotated[
    int | None,
    Query(ge=0, le=4, description="Streams are always sent with the least delay; 4 also leaves numbers as they are."),
]


class Body(BaseModel):
    """A JSON body: unknown keys are ignored, and null stands for an absent key."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if item is not None}
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _without_halves(cls, value: Any) -> Any:
        """Refuse halves of characters: JSON can write them, but nothing can be stored or sent that holds one."""
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and not text.isascii() and _HALF.search(text):
                raise PydanticKnownError("string_unicode")
        return value


class LocatorBody(Body):
    """Which pronunciation dictionary, in which version."""

    pronunciation_dictionary_id: str
    version_id: str | None = None

    def locator(self) -> Locator:
        """The same for the services."""
        return Locator(self.pronunciation_dictionary_id, self.version_id)


Locators = Annotated[list[LocatorBody], Field(max_length=3)]


class VoiceSettingsBody(Body):
    """Settings for this request; an absent key keeps the voice's stored value."""

    stability: float | None = Field(0.5, ge=0, le=1)
    use_speaker_boost: bool | None = True
    similarity_boost: float | None = Field(0.75, ge=0, le=1)
    style: float | None = Field(0, ge=0, le=1)
    speed: float | None = Field(1, ge=0.25, le=4)

    def change(self) -> SettingsChange:
        """The keys that were sent."""
        sent = self.model_fields_set
        return SettingsChange(
            stability=self.stability if "stability" in sent else None,
            similarity=self.similarity_boost if "similarity_boost" in sent else None,
            style=self.style if "style" in sent else None,
            speaker_boost=self.use_speaker_boost if "use_speaker_boost" in sent else None,
            speed=self.speed if "speed" in sent else None,
        )


def locators_of(bodies: list[LocatorBody] | None) -> tuple[Locator, ...]:
    """Locators for the services, in order."""
    return tuple(body.locator() for body in bodies or ())
