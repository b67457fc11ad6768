"""What clients are sent about pronunciation dictionaries."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field

from sonant.api.dictionary_bodies import Access
from sonant.services.dictionaries import Dictionary
from sonant.text.dictionaries import Rule


class AddedDictionaryView(BaseModel):
    """A new dictionary."""

    id: str
    name: str
    created_by: str
    creation_time_unix: int
    version_id: str
    version_rules_num: int
    description: str | None
    permission_on_resource: Access | None = "admin"

    @classmethod
    def of(cls, dictionary: Dictionary) -> Self:
        """The view of a dictionary."""
        return cls(
            id=dictionary.dictionary_id,
            name=dictionary.name,
            created_by=dictionary.account_id,
            creation_time_unix=int(dictionary.created_at),
            version_id=dictionary.latest_version_id,
            version_rules_num=dictionary.rules_count,
            description=dictionary.description,
        )


class DictionaryView(BaseModel):
    """A dictionary without its rules."""

    id: str
    latest_version_id: str
    latest_version_rules_num: int
    name: str
    permission_on_resource: Access | None = "admin"
    created_by: str
    creation_time_unix: int
    archived_time_unix: int | None
    description: str | None

    @classmethod
    def of(cls, dictionary: Dictionary, **more: Any) -> Self:
        """The view of a dictionary; `more` is what a subclass adds."""
        archived_at = dictionary.archived_at
        return cls(
            id=dictionary.dictionary_id,
            latest_version_id=dictionary.latest_version_id,
            latest_version_rules_num=dictionary.rules_count,
            name=dictionary.name,
            created_by=dictionary.account_id,
            creation_time_unix=int(dictionary.created_at),
            archived_time_unix=None if archived_at is None else int(archived_at),
            description=dictionary.description,
            **more,
        )


class AliasRuleView(BaseModel):
    """A string, and what is spoken in its place."""

    type: Literal["alias"] = "alias"
    string_to_replace: str
    case_sensitive: bool
    word_boundaries: bool
    alias: str


class PhonemeRuleView(BaseModel):
    """A string and its sounds."""

    type: Literal["phoneme"] = "phoneme"
    string_to_replace: str
    case_sensitive: bool
    word_boundaries: bool
    phoneme: str
    alphabet: str


class DictionaryWithRulesView(DictionaryView):
    """A dictionary with the rules of its latest version."""

    rules: list[Annotated[AliasRuleView | PhonemeRuleView, Field(discriminator="type")]]


class DictionariesView(BaseModel):
    """Some of the dictionaries."""

    pronunciation_dictionaries: list[DictionaryView]
    next_cursor: str | None = None
    has_more: bool


class VersionView(BaseModel):
    """The version that an edit made."""

    id: str
    version_id: str
    version_rules_num: int

    @classmethod
    def of(cls, dictionary: Dictionary) -> Self:
        """The view of a dictionary's latest version."""
        return cls(
            id=dictionary.dictionary_id,
            version_id=dictionary.latest_version_id,
            version_rules_num=dictionary.rules_count,
        )


def rule_view(rule: Rule) -> AliasRuleView | PhonemeRuleView:
    """The view of a rule."""
    if rule.kind == "alias":
        return AliasRuleView(
            string_to_replace=rule.string_to_replace,
            case_sensitive=rule.case_sensitive,
            word_boundaries=rule.word_boundaries,
            alias=rule.replacement,
        )
    return PhonemeRuleView(
        string_to_replace=rule.string_to_replace,
        case_sensitive=rule.case_sensitive,
        word_boundaries=rule.word_boundaries,
        phoneme=rule.replacement,
        alphabet=rule.alphabet,
    )
