"""What clients send about pronunciation dictionaries."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from sonant.api.bodies import Body
from sonant.services.dictionaries import DictionaryQuery, SortKey
from sonant.services.rules import MOST_RULES
from sonant.text.dictionaries import LONGEST_ALIAS, LONGEST_STRING, Rule


def _without_blanks(value: Any) -> Any:
    """Programs send empty parts, and the word null, for parts of a form that they leave out."""
    return None if value in ("", "null") else value


def _in_lower_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


_LEGIBLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*$"  # what an XML file can hold
BlankIsAbsent = BeforeValidator(_without_blanks)
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_LEGIBLE)]
Description = Annotated[str, StringConstraints(max_length=2_000, pattern=_LEGIBLE)]
_String = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_STRING, pattern=_LEGIBLE)]
_Replacement = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ALIAS, pattern=_LEGIBLE)]
Access = Literal["admin", "editor", "commenter", "viewer"]
_Direction = Annotated[Literal["ascending", "descending", "asc", "desc"], BeforeValidator(_in_lower_case)]


class AliasRuleBody(Body):
    """Speak one string as if another stood there."""

    type: Literal["alias"]
    string_to_replace: _String
    alias: _Replacement
    case_sensitive: bool = True
    word_boundaries: bool = True

    def rule(self) -> Rule:
        """The same for the services."""
        return Rule(
            "alias",
            self.string_to_replace,
            self.alias,
            case_sensitive=self.case_sensitive,
            word_boundaries=self.word_boundaries,
        )


class PhonemeRuleBody(Body):
    """Speak a string with these sounds."""

    type: Literal["phoneme"]
    string_to_replace: _String
    phoneme: _Replacement
    alphabet: str
    case_sensitive: bool = True
    word_boundaries: bool = True

    def rule(self) -> Rule:
        """The same for the services."""
        return Rule(
            "phoneme",
            self.string_to_replace,
            self.phoneme,
            self.alphabet,
            case_sensitive=self.case_sensitive,
            word_boundaries=self.word_boundaries,
        )


_RuleBody = Annotated[AliasRuleBody | PhonemeRuleBody, Field(discriminator="type")]
_RuleBodies = Annotated[list[_RuleBody], Field(max_length=MOST_RULES)]


class AddFromRulesBody(Body):
    """A new dictionary."""

    rules: _RuleBodies
    name: Name
    description: Description | None = None
    workspace_access: Access | None = Field(None, description="Nobody else works here, so it changes nothing.")


class RulesBody(Body):
    """Rules to set or to add."""

    rules: _RuleBodies


class RuleStringsBody(Body):
    """Strings whose rules are to go."""

    rule_strings: list[str] = Field(max_length=MOST_RULES)


class UpdateBody(Body):
    """What to change."""

    archived: bool | None = None
    name: Name | None = None


class ListQuery(BaseModel):
    """Which dictionaries to list."""

    cursor: str | None = Field(None, description="From the page before; it keeps that page's order.")
    page_size: int = Field(30, ge=1, le=100)
    sort: SortKey | None = "creation_time_unix"
    sort_direction: _Direction | None = "descending"
    include_archived: bool = False

    def asked(self) -> DictionaryQuery:
        """The same for the services."""
        return DictionaryQuery(
            by=self.sort or "creation_time_unix",
            descending=self.sort_direction not in ("ascending", "asc"),
            archived=self.include_archived,
            page_size=self.page_size,
            cursor=self.cursor,
        )
