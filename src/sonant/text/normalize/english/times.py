"""English readings of clock times and durations."""

import re

from sonant.text.normalize.english.numbers import Numbers
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, at_sentence_end, define

_HALF = r"(?:[aApP]\.\s?[mM]\.|[aApP][mM]\.?)(?!\w)"
_CLOCK = r"\d{1,2}(?:[:.]\d\d)?"


class Times:
    """Reads times of day."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        to = r"\s?(?P<to>[-–—]|to)\s?"
        return [
            define(
                "span of the day",
                rf"(?<![\w.,:$€£-])(?P<first>{_CLOCK})(?:\s?(?P<early>{_HALF}))?{to}(?P<last>{_CLOCK})\s?(?P<late>{_HALF})",
                self._say_span,
                DIGITS,
                "mM",
            ),
            define(
                "half of the day",
                rf"(?<![\w.,:$€£-])(?P<first>{_CLOCK})\s?(?P<early>{_HALF})",
                self._say_half,
                DIGITS,
                "mM",
            ),
            define(
                "time with seconds",
                r"(?<![\w.,:])(?P<hour>\d{1,3}):(?P<minute>\d\d):(?P<second>\d\d)(?:\.\d+)?(?:Z(?!\w))?(?![\w:])",
                self._say_exact,
                DIGITS,
                ":",
            ),
            define(
                "time",
                r"(?<![\w.,:])(?P<first>\d{1,2}:\d\d)(?:\s?(?P<to>[-–—])\s?(?P<last>\d{1,2}:\d\d))?(?P<zulu>Z)?"
                r"(?![\w:]|\.\d)(?P<hours>\shours\b)?",
                self._say_time,
                DIGITS,
                ":",
            ),
            define(
                "hours and minutes",
                r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])(?P<mark>h)(?P<minute>[0-5]\d)(?!\w)",
                lambda match: {
                    "hour": self._numbers.cardinal(int(match["hour"])),
                    "mark": " hours ",
                    "minute": self._numbers.cardinal(int(match["minute"])),
                },
                DIGITS,
                "h",
            ),
        ]

    def clock(self, hour: int, minute: int, *, half: bool = False) -> str | None:
        """A time of day.

        Args:
            hour: 0 to 24.
            minute: 0 to 59.
            half: Whether "A M" or "P M" is said after it.

        Returns:
            None if there is no such time.
        """
        if hour > 24 or minute > 59:
            return None
        if minute:
            return f"{self._numbers.cardinal(hour)} {'oh ' if minute < 10 else ''}{self._numbers.cardinal(minute)}"
        if half:
            return self._numbers.cardinal(hour)
        if hour in (0, 24):
            return "midnight"
        return f"{self._numbers.cardinal(hour)} {'o’clock' if hour <= 12 else 'hundred'}"

    def _written(self, clock: str, *, half: bool) -> str | None:
        hour, _, minute = clock.replace(".", ":").partition(":")
        return self.clock(int(hour), int(minute or 0), half=half)

    def _say_half(self, match: re.Match[str]) -> Spoken:
        said = self._written(match["first"], half=True)
        return None if said is None else {"first": said, "early": self._half(match, "early")}

    def _say_span(self, match: re.Match[str]) -> Spoken:
        first, last = (self._written(match[group], half=True) for group in ("first", "last"))
        if first is None or last is None:
            return None
        spoken = {"first": first, "to": "to", "last": last, "late": self._half(match, "late")}
        return spoken | {"early": self._half(match, "early")} if match["early"] else spoken

    @staticmethod
    def _half(match: re.Match[str], group: str) -> str:
        stop = match[group].endswith(".") and match.end(group) == match.end() and at_sentence_end(match)
        return f"{match[group][0].upper()} M{'.' if stop else ''}"

    def _say_exact(self, match: re.Match[str]) -> Spoken:
        hour, minute, second = (int(match[group]) for group in ("hour", "minute", "second"))
        if minute > 59 or second > 59:
            return None
        said = self.clock(hour, minute)
        if said is None or len(match["hour"]) == 1:
            parts = ((hour, "hour"), (minute, "minute"), (second, "second"))
            return " ".join(self._counted(count, unit) for count, unit in parts if count) or "zero seconds"
        return f"{said} and {self._counted(second, 'second')}" if second else said

    def _counted(self, count: int, unit: str) -> str:
        return f"{self._numbers.cardinal(count)} {unit}{'' if count == 1 else 's'}"

    def _say_time(self, match: re.Match[str]) -> Spoken:
        spoken = {"to": "to", "zulu": "Zulu"}
        for group in ("first", "last"):
            if match[group]:
                fields = " to ".join(map(self._numbers.number, match[group].split(":")))
                spoken[group] = self._written(match[group], half=False) or fields
        if match["hours"]:
            spoken["first"] = spoken["first"].replace("o’clock", "hundred")
        return spoken
