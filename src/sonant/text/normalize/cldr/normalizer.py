"""Text normalization of languages other than English, as far as the Unicode CLDR and the idioms beside this go."""

import re

from sonant.core.text import Edit
from sonant.text.normalize.cldr.amounts import Amounts
from sonant.text.normalize.cldr.dates import Dates
from sonant.text.normalize.cldr.figures import MINUS_CLASS, Figures
from sonant.text.normalize.cldr.idioms import Idioms, load_idioms
from sonant.text.normalize.cldr.locale import LocaleNames
from sonant.text.normalize.cldr.spelling import Speller
from sonant.text.normalize.cldr.wording import Wording
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, alternatives, define, expand
from sonant.text.normalize.unspoken import EMOTICON, PICTURE
from sonant.text.sentences import Abbreviations


class CldrNormalizer:
    """Reads one language other than English. Whatever it has no words for stays as it is, for the engine to read.

    Args:
        language: Primary tag.
        region: In capitals; "" for none.
    """

    spells_a = False

    def __init__(self, language: str, region: str = "") -> None:
        idioms = load_idioms(language)
        speller = Speller(language, region, idioms)
        names = LocaleNames(language if speller.can_spell else "", region, idioms)
        self._idioms = idioms
        self._figures = Figures(names, speller)
        self._dates = Dates(self._figures, names, idioms)
        self._wording = Wording(self._figures, idioms)
        numeric = (
            *self._dates.expansions(),
            *self._wording.telephones(),
            *Amounts(self._figures, names, idioms, language, region).expansions(),
            *self._ordinals(idioms),
        )
        self._expansions: tuple[Expansion, ...] = (
            PICTURE,
            EMOTICON,
            *self._wording.addresses(),
            *(numeric if speller.can_spell else ()),
            *self._wording.abbreviations(),
            *(self._counts() if speller.can_spell else ()),
            *self._wording.signs(),
        )
        self.abbreviations = Abbreviations(
            before_more=frozenset((*idioms.titles, *idioms.counted)),
            anywhere=frozenset((*idioms.abbreviations, *idioms.short_forms)),
            numbered=bool(idioms.ordinal_dot or idioms.days),
        )

    def edits(self, text: str) -> list[Edit]:
        """What to read in another way: edits in order, that don't overlap."""
        return expand(text, self._expansions)

    def cardinal(self, value: int) -> str | None:
        """How many; None if there are no words for it."""
        return self._figures.speller.cardinal(value)

    def ordinal(self, value: int) -> str | None:
        """Which in a row; None if there are no words for it."""
        return self._figures.speller.ordinal(value) or self._figures.speller.own_ordinal(value)

    def digits(self, figures: str) -> str | None:
        """Figures one by one; None if there are no words for them."""
        return self._figures.speller.digits(figures)

    def date(self, day: int | None, month: int | None, year: int | None) -> str | None:
        """A date, or what is known of it; None if there is no such date or no words for it."""
        return self._dates.date(day, month, year)

    def clock(self, hour: int, minute: int) -> str | None:
        """A time of day; None if there is no such time or no words for it."""
        return self._dates.clock(hour, minute)

    def telephone(self, written: str) -> str | None:
        """A telephone number; None if there are no words for it."""
        return self._wording.telephone(written)

    def _ordinals(self, idioms: Idioms) -> list[Expansion]:
        found = []
        if idioms.ordinal_marks:
            marks = alternatives(idioms.ordinal_marks)
            found.append(
                define("ordinal", rf"(?<![\w.,])(?P<count>\d{{1,9}})(?P<mark>{marks})(?!\w)", self._say_ordinal, DIGITS)
            )
        if idioms.ordinal_dot:
            found.append(define("ordinal", r"(?<![\w.,])(?P<count>\d{1,3})\.(?=\s\w)", self._say_dotted, DIGITS, "."))
        return found

    def _counts(self) -> list[Expansion]:
        number = self._figures.pattern
        return [
            define(
                "range",
                rf"(?<![\w.,-])(?P<first>{number})(?P<to>\s?[-–—]\s?)(?P<last>{number})(?!\w|[-–.]\d)",
                self._say_range,
                DIGITS,
                "-–—",
            ),
            define(
                "number",
                rf"(?<![\w.,])(?P<token>(?:(?<![^\s(\[])[{MINUS_CLASS}])?{number})(?!\w|\.\d)(?P<noun>\s[^\W\d_]+)?",
                self._say_number,
                DIGITS,
            ),
            define("dotted figures", r"(?<![\w.])\d{1,6}(?:\.\d{1,6})+(?![\w])", self._say_dotted_figures, DIGITS, "."),
            define("figures", r"\d{1,15}+(?!\d)", lambda match: self._figures.speller.number(match[0]), DIGITS),
        ]

    def _say_number(self, match: re.Match[str]) -> Spoken:
        noun, feminine = match["noun"], self._idioms.feminine_noun
        if not noun or not feminine:
            return self._figures.say(match["token"])
        is_feminine = re.fullmatch(feminine, noun.strip()) is not None
        return self._figures.say(match["token"], "feminine" if is_feminine else "masculine")

    def _say_ordinal(self, match: re.Match[str]) -> Spoken:
        return self._figures.speller.ordinal(int(match["count"]), self._idioms.ordinal_marks[match["mark"]])

    def _say_dotted(self, match: re.Match[str]) -> Spoken:
        before = match.string[max(0, match.start() - 16) : match.start()]
        rulesets = (rules for words, rules in self._idioms.after.items() if re.search(rf"(?i)\b{words}\s$", before))
        return self._figures.speller.ordinal(int(match["count"]), next(rulesets, self._idioms.ordinal_dot))

    def _say_range(self, match: re.Match[str]) -> Spoken:
        first, last = self._figures.say(match["first"]), self._figures.say(match["last"])
        if first is None or last is None:
            return None
        return {"first": first, "to": f" {self._idioms.to} " if self._idioms.to else " ", "last": last}

    def _say_dotted_figures(self, match: re.Match[str]) -> Spoken:
        fields = [self._figures.speller.number(field) for field in match[0].split(".")]
        return f" {self._idioms.dot} ".join(filter(None, fields)) if self._idioms.dot and all(fields) else None
