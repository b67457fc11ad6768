"""How numbers are written in a locale, and their words."""

import re

from sonant.text.normalize.cldr.locale import LocaleNames
from sonant.text.normalize.cldr.spelling import Speller

MINUS = "-−\u2010\u2011"
MINUS_CLASS = re.escape(MINUS)
_SPACES = " \u00a0\u202f\u2009"


class Figures:
    """Numbers of one locale.

    Attributes:
        pattern: Of a number without a sign.
        speller: Its words.
    """

    def __init__(self, names: LocaleNames, speller: Speller) -> None:
        group = _SPACES if names.group.isspace() else names.group + _SPACES[1:] + "'’"
        self._group = re.compile(f"[{re.escape(group)}]")
        self._decimal = names.decimal
        self.speller = speller
        self.pattern = rf"(?:\d{{1,3}}(?:[{re.escape(group)}]\d{{3}})++(?!\d)|\d++)(?:{re.escape(names.decimal)}\d++)?"

    def canonical(self, written: str) -> str:
        """A written number with a full stop for its decimal mark and no grouping."""
        whole, mark, fraction = written.partition(self._decimal)
        return self._group.sub("", whole) + ("." if mark else "") + fraction

    def amount(self, written: str) -> float:
        """The value of a written number, as far as plural forms need it: whole numbers are exact up to 2**53."""
        value = float(self.canonical(written)[:300])
        return int(value) if value.is_integer() and "." not in self.canonical(written) else value

    def say(self, written: str, gender: str = "") -> str | None:
        """The words of a written number, with or without a sign; None if they aren't known."""
        minus = written[:1] in MINUS and bool(written)
        spoken = self.speller.number(self.canonical(written[1:] if minus else written), gender)
        return f"{self.speller.minus} {spoken}" if minus and spoken else spoken
