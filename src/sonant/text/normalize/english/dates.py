"""English readings of dates, years, decades and eras."""

import re

from sonant.text.normalize.english.numbers import Numbers, letters, plural
from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import CLAIMED, DIGITS, Expansion, Spoken, define

_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)(?:st|nd|rd|th)?"
_YEAR = r"(?:1\d|20|21)\d\d(?!\d|[.,]\d)"
_TO = r"\s?(?P<to>[-–—])\s?"
_ERA = r"B\.?C\.?E?\.?|A\.?D\.?|C\.?E\.?"
_VERB = "was|is|will|saw|marked|began|brought|has|had|and"
_COUNTED = (
    r"\s(?:(?!(?:was|is|his|as|has|this|its|us|thus|perhaps|across|always|towards|unless|versus|plus|does)\b)[a-z]+s|"
    r"people|men|women|children|percent|feet|hundred|thousand|million|billion)\b"
)
_SURE_CUE = re.compile(r"(?:\byears?\s|[(©]\s?)$", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z]\w*\s$")
_REACH = 20
"""How many characters before a year are looked at."""


def year_of(written: str) -> int:
    """A year of two or four figures: two are 1950 to 2049.

    >>> year_of("99"), year_of("24"), year_of("1815")
    (1999, 2024, 1815)
    """
    value = int(written)
    if len(written) > 2:
        return value
    return value + (2000 if value < 50 else 1900)


class Dates:
    """Reads dates.

    Args:
        numbers: Spells them.
        words: Months and weekdays.
        day_first: 1/2 is the first of February rather than January second.
    """

    def __init__(self, numbers: Numbers, words: Words, *, day_first: bool) -> None:
        self._numbers = numbers
        self._day_first = day_first
        self._months = words.months
        short = dict(zip(words.short_months, words.months, strict=True)) | {"Sept": "September"}
        self._long = short | dict(words.weekdays)
        self._weekdays = words.weekdays
        self._short = "|".join(sorted(self._long, key=len, reverse=True))
        self._month = rf"(?:{'|'.join(words.months)}|(?:Sept|{'|'.join(words.short_months)})(?![a-z])\.?)"
        self._cue = re.compile(
            rf"(?:\b(?:{'|'.join(words.year_cues)})\s\(?|\b(?:ca?|b|d|fl)\.\s?|[(©]\s?)$", re.IGNORECASE
        )

    def say(self, day: int | None, month: int | None, year: int | None) -> str | None:
        """A date, or what is known of it; None if there is no such date."""
        if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
            return None
        spoken_year = "" if year is None else self._numbers.year(year)
        if month is None:
            return spoken_year if day is None else self._numbers.ordinal(day)
        name = self._months[month - 1]
        if day is None:
            return f"{name} {spoken_year}".rstrip()
        if self._day_first:
            return f"the {self._numbers.ordinal(day)} of {name} {spoken_year}".rstrip()
        return f"{name} {self._numbers.ordinal(day)}" + (f", {spoken_year}" if spoken_year else "")

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        return [*self._numeric_dates(), *self._named_dates(), *self._years(), *self._names()]

    def _numeric_dates(self) -> list[Expansion]:
        date = r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)"
        return [
            define(
                "ISO date",
                r"(?<![\w.-])(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
                r"(?:(?P<time>T)(?=\d\d:)|(?![\w/-]|\.\d))",
                self._say_iso,
                DIGITS,
                "-/.",
            ),
            define("numeric date", rf"(?<![\w.,/-]){date}(?![\w/-]|\.\d)", self._say_numeric, DIGITS, "-/."),
            define(
                "date without a year",
                r"\b(?:[Oo]n|[Bb]y|[Uu]ntil|[Dd]ue|[Ss]ince)\s"
                r"(?P<token>(?P<first>\d{1,2})(?P<mark>/)(?P<second>\d{1,2}))(?![\w/]|[.,]\d)",
                self._say_numeric,
                DIGITS,
                "/",
            ),
        ]

    def _named_dates(self) -> list[Expansion]:
        days = rf"(?P<day>{_DAY})(?:{_TO}(?P<last>{_DAY}))?"
        return [
            define(
                "month and day",
                rf"\b(?P<month>{self._month})\s{days}(?:(?:,\s?|\s)(?P<year>{_YEAR}))?(?![\w%:]|[.,/-]\d)",
                self._say_month_day,
                DIGITS,
                "JFMASOND",
            ),
            define(
                "day and month",
                rf"(?<![\w.,:/$€£-])(?:(?P<the>[Tt]he)\s)?{days}(?P<of>\sof\s|[\s-])"
                rf"(?P<month>{self._month})(?:,?[\s-](?P<year>{_YEAR}))?(?!\w)",
                self._say_day_month,
                DIGITS,
                "JFMASOND",
            ),
            define(
                "month and year",
                rf"\b(?P<month>{self._month}),?\s(?P<year>{_YEAR})(?!\w)",
                self._parts,
                DIGITS,
                "JFMASOND",
            ),
        ]

    def _years(self) -> list[Expansion]:
        return [
            define(
                "decade",
                r"(?<![\w.,$€£])(?:['’](?P<short>\d0)|(?P<year>(?:1\d|20)?\d0))['’]?s(?!\w)",
                self._say_decade,
                DIGITS,
                "s",
            ),
            define(
                "years",
                rf"(?<![\w.,$€£-])(?P<first>{_YEAR}){_TO}(?P<last>{_YEAR}|\d\d(?!\d|[.,]\d))(?![\w%-])",
                self._say_years,
                DIGITS,
                "-–—",
            ),
            define(
                "year in context",
                rf"(?<=[\s(©.])(?P<token>{_YEAR})(?![\w%°$€£]|-\w|\s?[-–]\s?\d)(?P<counted>{_COUNTED})?",
                self._say_year,
                DIGITS,
            ),
            define(
                "year at the start",
                rf"(?:^|(?<=[.!?:]\s))(?P<token>{_YEAR})(?=\s(?:{_VERB})\b)",
                lambda match: self._numbers.year(int(match["token"])),
                DIGITS,
            ),
            define(
                "era",
                rf"(?<![\w.,])(?:(?P<year>\d{{1,4}})\s?(?P<era>{_ERA})|(?P<first>A\.?D\.?)\s(?P<after>\d{{1,4}}))(?!\w)",
                self._say_era,
                DIGITS,
                "CDE",
            ),
        ]

    def _names(self) -> list[Expansion]:
        days = "|".join(self._weekdays)
        return [
            define(
                "months or weekdays",
                rf"\b(?P<first>{self._short})\.?(?P<to>\s?[-–—]\s?)(?P<last>{self._short})\b\.?",
                lambda match: {"first": self._long[match["first"]], "to": " to ", "last": self._long[match["last"]]},
                "-–—",
            ),
            define(
                "weekday",
                rf"\b(?P<day>{days})(?:\.(?=\s?[,\d{CLAIMED}A-Z])|(?=,?\s[\d{CLAIMED}]))",
                lambda match: self._weekdays[match["day"]],
                "MTWFS",
            ),
            define(
                "month", r"\b(?P<month>Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\.", lambda match: self._long[match["month"]], "."
            ),
        ]

    def _month_name(self, written: str) -> str:
        return self._long.get(written.rstrip("."), written)

    def _say_iso(self, match: re.Match[str]) -> Spoken:
        date = self.say(int(match["day"]), int(match["month"]), int(match["year"]))
        return date and date + (", " if match["time"] else "")

    def _say_numeric(self, match: re.Match[str]) -> Spoken:
        first, second = int(match["first"]), int(match["second"])
        year = year_of(match["year"]) if "year" in match.re.groupindex else None
        day, month = (first, second) if self._day_first or match["mark"] == "." else (second, first)
        return self.say(day, month, year) or self.say(month, day, year)

    def _parts(self, match: re.Match[str]) -> dict[str, str]:
        spoken = {"month": self._month_name(match["month"])}
        for group in ("day", "last"):
            if match.groupdict().get(group):
                spoken[group] = self._numbers.ordinal(int(match[group].rstrip("stndrh")))
        if match["year"]:
            spoken["year"] = self._numbers.year(int(match["year"]))
        return spoken

    def _say_month_day(self, match: re.Match[str]) -> Spoken:
        return self._parts(match) | {"to": "to"}

    def _say_day_month(self, match: re.Match[str]) -> Spoken:
        spoken = self._parts(match) | {"to": "to the", "of": " of "}
        return spoken if match["the"] else spoken | {"day": "the " + spoken["day"]}

    def _say_era(self, match: re.Match[str]) -> Spoken:
        if match["first"]:
            return {"first": "A D", "after": self._numbers.year(int(match["after"]))}
        return {"year": self._numbers.year(int(match["year"])), "era": letters(match["era"].replace(".", ""))}

    def _say_decade(self, match: re.Match[str]) -> Spoken:
        written = match["short"] or match["year"]
        return "two thousands" if written == "00" else plural(self._numbers.year(int(written)))

    def _say_years(self, match: re.Match[str]) -> Spoken:
        first, last = int(match["first"]), int(match["last"])
        if last < 100 and last <= first % 100:
            return None
        return {"first": self._numbers.year(first), "to": "to", "last": self._numbers.year(last)}

    def _say_year(self, match: re.Match[str]) -> Spoken:
        year = int(match["token"])
        before = match.string[max(0, match.start() - _REACH) : match.start()]
        if match["counted"]:
            said = _SURE_CUE.search(before) is not None
        else:
            said = self._cue.search(before) is not None or (1900 <= year < 2100 and _NAME.search(before) is not None)
        return self._numbers.year(year) if said else None
