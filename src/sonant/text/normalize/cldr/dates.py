"""Readings of dates, years and times of day in languages other than English."""

import re

from sonant.text.normalize.cldr.figures import Figures
from sonant.text.normalize.cldr.idioms import Idioms
from sonant.text.normalize.cldr.locale import LocaleNames
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, alternatives, define

_REACH = 16
"""How many characters before a date are looked at."""

_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)"
_YEAR = r"(?:1\d|20|21)\d\d(?!\d|[.,]\d)"


class Dates:
    """Reads dates and times."""

    def __init__(self, figures: Figures, names: LocaleNames, idioms: Idioms) -> None:
        self._speller = figures.speller
        self._names = names
        self._idioms = idioms
        self._after = [(re.compile(rf"(?i)\b{words}\s$"), ruleset) for words, ruleset in idioms.after.items()]

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        found = [*self._dates(), *self._years(), *self._times()]
        return found if self._speller.year(2000) else []

    def date(self, day: int | None, month: int | None, year: int | None, before: str = "") -> str | None:
        """A date, or what is known of it; None if there is no such date or no words for it.

        Args:
            day: Of the month.
            month: 1 to 12.
            year: With the century.
            before: The text before it, which may decide the form of the day.
        """
        if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
            return None
        if month is None or not self._names.months:
            return None
        spoken_day = "" if day is None else self._day(day, before)
        spoken_year = "" if year is None else self._year_in_date(year)
        if spoken_day is None or spoken_year is None:
            return None
        if spoken_year and self._idioms.year_word:
            spoken_year += f" {self._idioms.year_word}"
        template = self._idioms.date
        if not spoken_year:
            template = template[: template.index("{month}") + len("{month}")]
        if not spoken_day:
            template = template[template.index("{month}") :]
        return template.format(day=spoken_day, month=self._names.months[month - 1], year=spoken_year).strip()

    def clock(self, hour: int, minute: int, before: str = "") -> str | None:
        """A time of day, after the text before it; None if there is no such time or no words for it."""
        if hour > 24 or minute > 59:
            return None
        own = self._idioms.hours.split()
        hours = own[hour % 24].replace("_", " ") if own else self._speller.cardinal(hour, self._idioms.hour_gender)
        minutes = self._speller.cardinal(minute)
        if hours and self._idioms.hour_after and re.search(rf"(?i)\b{self._idioms.hour_after}\s$", before):
            hours = " ".join(word[:-1] + self._idioms.hour_ending for word in hours.split())
        if hours is None or minutes is None:
            return None
        if own and 0 < minute < 10:
            minutes = f"{self._speller.cardinal(0)} {minutes}"
        spoken = (self._idioms.time if minute else self._idioms.hour).format(hour=hours, minute=minutes)
        if hour == 1 and self._idioms.one_hour:
            spoken = spoken.replace(self._idioms.one_hour + "s", self._idioms.one_hour)
        return spoken

    def _dates(self) -> list[Expansion]:
        day_first = r"(?P<day>\d{1,2})(?P<mark>[-/.])\s?(?P<month>\d{1,2})(?P=mark)\s?(?P<year>\d{4}|\d\d)"
        year_first = r"(?P<year>\d{4})(?P<mark>[-/.])\s?(?P<month>\d{1,2})(?P=mark)\s?(?P<day>\d{1,2})"
        found = [
            define("date", rf"(?<![\w.,/-]){order}(?![\w/-]|\.\d)", self._say_date, DIGITS, "-/.")
            for order in (year_first, day_first)
        ]
        if self._names.month_numbers:
            month = rf"(?P<month>{alternatives(self._names.month_numbers)})(?!\w)\.?"
            named = rf"(?<![\w.,/-])(?P<day>(?P<figures>{_DAY})(?:\.|º|°|er\b|-?го)?)\s(?:de\s)?{month}"
            found += [
                define(
                    "named date",
                    rf"(?i){named}(?:,?\s(?:de\s|del\s)?(?P<year>{_YEAR}))?(?!\w)",
                    self._say_named,
                    DIGITS,
                ),
                define(
                    "named month", rf"(?i)\b{month}\s(?:de\s|del\s)?(?P<year>{_YEAR})(?!\w)", self._say_named, DIGITS
                ),
            ]
        return found

    def _years(self) -> list[Expansion]:
        found = []
        if self._idioms.year_before:
            words = alternatives(self._idioms.year_before)
            found.append(
                define("year", rf"(?<![\w.,])(?P<token>{_YEAR})(?=\s(?P<word>{words})(?!\w))", self._say_year, DIGITS)
            )
        if self._idioms.ordinal_years:
            found.append(
                define(
                    "year",
                    rf"(?P<locative>\b[Ww]\s)?(?<![\w.,])(?P<token>{_YEAR})(?=\s{self._idioms.year_word}\b)",
                    lambda match: self._speller.own_ordinal(int(match["token"]), "ym" if match["locative"] else "ego"),
                    DIGITS,
                )
            )
        if self._idioms.plain_years:
            pattern = r"(?<![\w.,$€£+-])(?P<token>1[1-9]\d\d)(?![\w%°$€£]|[.,]\d|\s?[$€£%])"
            found.append(define("year", pattern, lambda match: self._speller.year(int(match["token"])), DIGITS))
        return found

    def _times(self) -> list[Expansion]:
        mark = f"(?:{'|'.join(filter(None, (':', self._idioms.clock_mark)))})"
        words = rf"(?:\s?(?:{self._idioms.clock_words})(?!\w)\.?)" if self._idioms.clock_words else "(?!)"
        return [
            define(
                "time with words", rf"(?<![\w.,:])(?P<hour>\d{{1,2}})\.(?P<minute>\d\d){words}", self._say_time, DIGITS
            ),
            define(
                "time",
                rf"(?<![\w.,:])(?P<hour>\d{{1,2}})\s?{mark}\s?(?P<minute>\d\d)(?::\d\d)?(?![\w:]|\.\d){words}?",
                self._say_time,
                DIGITS,
            ),
        ]

    def _day(self, day: int, before: str = "") -> str | None:
        if day == 1 and self._idioms.first_day:
            return self._idioms.first_day
        if self._idioms.days:
            return self._idioms.days.split()[day - 1].replace("_", " ")
        if self._idioms.ordinals:
            return self._speller.own_ordinal(day)
        if self._idioms.day == "cardinal":
            return self._speller.cardinal(day)
        ruleset = next((ruleset for words, ruleset in self._after if words.search(before)), self._idioms.day)
        return self._speller.ordinal(day, ruleset)

    def _year_in_date(self, year: int) -> str | None:
        if self._idioms.ordinal_years:
            return self._speller.own_ordinal(year) or self._speller.year(year)
        return self._speller.ordinal(year, self._idioms.year) if self._idioms.year else self._speller.year(year)

    def _say_date(self, match: re.Match[str]) -> Spoken:
        year = int(match["year"])
        if len(match["year"]) == 2:
            year += 2000 if year < 50 else 1900
        return self.date(int(match["day"]), int(match["month"]), year, _before(match))

    def _say_named(self, match: re.Match[str]) -> Spoken:
        groups = match.groupdict()
        month = self._names.month_numbers[match["month"].lower()]
        spoken = (
            {}
            if match["month"].lower() in map(str.lower, self._names.months)
            else {"month": self._names.months[month - 1]}
        )
        if groups.get("day"):
            day = self._day(int(groups["figures"]), _before(match))
            if day is None:
                return None
            spoken["day"] = day
        if groups["year"]:
            year = (
                self._year_in_date(int(groups["year"]))
                if groups.get("day")
                else self._speller.year(int(groups["year"]))
            )
            spoken["year"] = year or groups["year"]
        return spoken

    def _say_year(self, match: re.Match[str]) -> Spoken:
        return self._speller.ordinal(int(match["token"]), self._idioms.year_before[match["word"]])

    def _say_time(self, match: re.Match[str]) -> Spoken:
        return self.clock(int(match["hour"]), int(match["minute"]), _before(match))


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _REACH) : match.start()]
