"""English readings of figures that are neither date nor measure: ordinals, fractions, powers, ranges, counts."""

import re

from sonant.text.normalize.english.measures import VULGAR, Measures
from sonant.text.normalize.english.numbers import MAGNITUDE, MAGNITUDES, MINUS, NUMBER, Numbers, magnitude
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, alternatives, define

_ALONE = alternatives(set(MAGNITUDES) - {"m", "b", "mm", "MM", "K", "T", "B"})
"""Magnitudes that need no currency beside them to be understood."""

_SIGNED = rf"(?<![\w.,])(?P<first>[{MINUS}]?{NUMBER})"
_SPELLED_DENOMINATORS = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 20, 32, 64, 1000})


class Numerals:
    """Reads figures."""

    def __init__(self, numbers: Numbers, measures: Measures) -> None:
        self._numbers = numbers
        self._measures = measures

    def compounds(self) -> list[Expansion]:
        """Figures with something that changes their sense; they come before codes."""
        return [*self._parts(), *self._powers(), *self._marked()]

    def counts(self) -> list[Expansion]:
        """Figures that say how many; they come last."""
        return [
            define(
                "difference",
                rf"{_SIGNED}(?P<minus>\s?[{MINUS}]\s?)(?P<last>{NUMBER})(?=\s?=)",
                lambda match: {
                    "first": self._numbers.signed(match["first"]),
                    "minus": " minus ",
                    "last": self._numbers.number(match["last"]),
                },
                DIGITS,
                "=",
            ),
            define(
                "range",
                rf"(?<![\w.,-])(?P<first>{NUMBER})(?P<to>\s?[-–—]\s?)(?P<last>{NUMBER})(?P<size>{MAGNITUDE}(?!\w))?"
                r"(?!\w|[-–]\d)",
                self._say_range,
                DIGITS,
                "-–—",
            ),
            define(
                "number",
                rf"(?<![\w.,])(?:(?<![^\s(\[=<>*/^,;:≤≥≈~\"'“‘])[+±{MINUS}])?{NUMBER}(?!\w)",
                lambda match: self._numbers.signed(match[0]),
                DIGITS,
            ),
            define("figures", r"\d++", lambda match: self._numbers.number(match[0]), DIGITS),
        ]

    def _parts(self) -> list[Expansion]:
        return [
            define(
                "ordinal",
                r"(?<![\w.,])(?P<count>\d{1,3}(?:,\d{3})+|\d{1,12})(?i:st|nd|rd|th)(?!\w)",
                lambda match: self._numbers.ordinal(int(match["count"].replace(",", ""))),
                DIGITS,
                "tdhTDH",
            ),
            define(
                "fraction",
                r"(?<![\w.,/])(?:(?P<whole>\d{1,9})[ \u2009])?(?P<over>\d{1,15})/(?P<under>\d{1,15})(?![\w/]|\.\d)",
                self._say_fraction,
                DIGITS,
                "/",
            ),
            define(
                "fraction",
                rf"(?<![\w.,])\d{{0,9}}[{VULGAR}](?!\w)",
                lambda match: self._measures.fraction(match[0])[0],
                VULGAR,
            ),
        ]

    def _powers(self) -> list[Expansion]:
        return [
            define(
                "power of ten",
                rf"{_SIGNED}(?P<e>[eE])(?P<power>[+{MINUS}]?\d{{1,3}})(?!\w)",
                lambda match: {
                    "first": self._numbers.signed(match["first"]),
                    "e": " times ten to the power of ",
                    "power": self._numbers.signed(match["power"].lstrip("+")),
                },
                DIGITS,
                "eE",
            ),
            define(
                "power",
                rf"{_SIGNED}(?P<hat>\s?\^\s?)(?P<power>[{MINUS}]?\d{{1,3}})(?!\w)",
                self._say_power,
                DIGITS,
                "^",
            ),
            define("magnitude", rf"{_SIGNED}(?P<size>{_ALONE})(?!\w)", self._say_magnitude, DIGITS),
            define(
                "number sign",
                r"(?P<sign>#|№\s?|\bN[oº°]\.?\s?|\bno\.\s?)(?P<number>\d++)(?!\w)",
                lambda match: {"sign": "number ", "number": self._numbers.number(match["number"])},
                DIGITS,
                "#№Nn",
            ),
        ]

    def _marked(self) -> list[Expansion]:
        return [
            define(
                "proportion",
                r"(?<![\w.,:])(?P<first>\d{1,6})(?P<to>:)(?P<last>\d{1,6})(?![\w:]|\.\d)",
                self._say_range,
                DIGITS,
                ":",
            ),
        ]

    def _say_fraction(self, match: re.Match[str]) -> Spoken:
        whole, over, under = match["whole"], match["over"], match["under"]
        if int(under) == 0 or over[0] == "0" or under[0] == "0":
            reading = f"{self._numbers.number(over)} slash {self._numbers.number(under)}"
        elif whole and int(over) < int(under):
            return self._measures.fraction(match[0])[0]
        else:
            reading = self._ratio(int(over), int(under))
        return f"{self._numbers.number(whole)} {reading}" if whole else reading

    def _ratio(self, over: int, under: int) -> str:
        if under in (10, 100) and over > 1:
            return f"{self._numbers.cardinal(over)} out of {self._numbers.cardinal(under)}"
        if over > 20 or (under not in _SPELLED_DENOMINATORS and over > 1):
            return f"{self._numbers.cardinal(over)} over {self._numbers.cardinal(under)}"
        return self._measures.ratio(over, under)

    def _say_power(self, match: re.Match[str]) -> Spoken:
        first, power = self._numbers.signed(match["first"]), match["power"]
        if power in ("2", "3"):
            return {"first": first, "hat": " ", "power": "squared" if power == "2" else "cubed"}
        return {"first": first, "hat": " to the power of ", "power": self._numbers.signed(power)}

    def _say_range(self, match: re.Match[str]) -> Spoken:
        spoken = {
            "first": self._numbers.number(match["first"]),
            "to": " to ",
            "last": self._numbers.number(match["last"]),
        }
        size = match.groupdict().get("size")
        return spoken | {"size": " " + magnitude(size)} if size else spoken

    def _say_magnitude(self, match: re.Match[str]) -> Spoken:
        return {"first": self._numbers.signed(match["first"]), "size": " " + magnitude(match["size"])}
