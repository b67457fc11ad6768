"""What the Unicode CLDR doesn't know about how a language is read aloud: idioms/<language>.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal

Table = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Idioms:
    """A language's idioms. An empty field means that what needs it is left as it is written.

    Attributes:
        point: The decimal mark.
        fraction: How decimals are read: figure by figure, or as a number.
        to: Between the ends of a range.
        of: Between a million and what it counts.
        dot: In addresses, as `slash`, `dash`, `underscore` and `at`.
        plain_years: Years are read unlike counts, and any number that may be one is.
        day: Rule set of the day in a date, or "cardinal".
        after: Rule sets of ordinals after words that match a pattern.
        first_day: The first of a month, where it isn't a cardinal like the others.
        date: How day, month and year of a date in figures are joined.
        year: Rule set of the year in a date.
        year_word: After the year of a date in figures.
        year_before: Rule set of a year before certain words.
        days: Days 1 to 31 in a date, where no rule set has them; "_" stands for a space.
        ordinals: Ordinals in the genitive, 1 to 20 and the tens from 30 to 90, where no rule set has them.
        ordinal_years: Years are such ordinals, too.
        time: A time of day.
        hour: A full hour.
        one_hour: The word for "hours" after one.
        hour_gender: Of the number of hours.
        hours: Hours 0 to 23, where they aren't cardinals; "_" stands for a space.
        hour_after: Pattern of words after which the hour has another ending.
        hour_ending: That ending, in place of its last letter.
        clock_mark: Between hours and minutes, beside the colon.
        clock_words: Pattern of what may be written after a time.
        cents: How units and hundredths are joined.
        feminine: Units and currency codes of feminine gender.
        neuter: The same for neuter.
        feminine_noun: Pattern of words that are likely to be feminine.
        ordinal_dot: Rule set for a number with a full stop within a sentence.
        ordinal_marks: Rule sets by ending.
        currencies: Names by code and plural category, where shorter ones are usual.
        magnitudes: Words and abbreviations for powers of ten after a number.
        signs: Signs that stand for words.
        titles: Abbreviations that stand before a name, without their full stop.
        counted: Abbreviations before a number only.
        abbreviations: All others with a full stop.
        short_forms: Abbreviations without one.
        telephone_pairs: Telephone numbers are read in pairs of figures.
        drop: What the rule sets put before a thousand although nobody says it.
    """

    point: str = ""
    fraction: Literal["digits", "number"] = "digits"
    to: str = ""
    of: str = ""
    dot: str = ""
    slash: str = ""
    dash: str = ""
    underscore: str = ""
    at: str = ""
    plain_years: bool = False
    day: str = "cardinal"
    after: Table = field(default_factory=dict)
    first_day: str = ""
    date: str = "{day} {month} {year}"
    year: str = ""
    year_word: str = ""
    year_before: Table = field(default_factory=dict)
    days: str = ""
    ordinals: str = ""
    ordinal_years: bool = False
    time: str = "{hour} {minute}"
    hour: str = "{hour}"
    one_hour: str = ""
    hour_gender: str = ""
    hours: str = ""
    hour_after: str = ""
    hour_ending: str = ""
    clock_mark: str = ""
    clock_words: str = ""
    cents: str = "{units} {cents}"
    feminine: str = ""
    neuter: str = ""
    feminine_noun: str = ""
    ordinal_dot: str = ""
    ordinal_marks: Table = field(default_factory=dict)
    currencies: Mapping[str, Table] = field(default_factory=dict)
    magnitudes: Table = field(default_factory=dict)
    signs: Table = field(default_factory=dict)
    titles: Table = field(default_factory=dict)
    counted: Table = field(default_factory=dict)
    abbreviations: Table = field(default_factory=dict)
    short_forms: Table = field(default_factory=dict)
    telephone_pairs: bool = False
    drop: str = ""

    def gender_of(self, noun: str) -> str:
        """The gender of a unit or currency: "feminine", "neuter", or "masculine" for all that aren't listed."""
        if noun in self.feminine.split():
            return "feminine"
        return "neuter" if noun in self.neuter.split() else "masculine"


def load_idioms(language: str) -> Idioms:
    """The idioms of a language, by its primary tag; empty ones where there is no file."""
    source = files("sonant.text.normalize.cldr").joinpath("idioms", f"{language}.toml")
    return Idioms(**tomllib.loads(source.read_text("utf-8"))) if source.is_file() else Idioms()
