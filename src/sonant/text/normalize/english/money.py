"""English readings of amounts of money."""

import re

from sonant.text.normalize.english.measures import Measures
from sonant.text.normalize.english.numbers import MAGNITUDE, MINUS, MOST_DIGITS, NUMBER, Numbers, magnitude
from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, alternatives, define

_AMOUNT = rf"(?:\d{{1,3}}(?:\.\d{{3}})*,\d\d(?!\d)|{NUMBER})"
_CONTINENTAL = re.compile(r"[\d.]*,\d\d")
_START = rf"(?<![\w.,])(?P<minus>[{MINUS}])?"
_SIZE = rf"(?P<size>{MAGNITUDE}(?!\w))?"
_PER = r"(?P<per>/(?P<unit>[A-Za-z]{1,6}))?(?!\w)"
_NOUN = r"(?P<noun>[\s-](?:bill|bills|note|notes|coin|coins|cheque|voucher)\b)?"


class Money:
    """Reads amounts of money."""

    def __init__(self, numbers: Numbers, measures: Measures, words: Words) -> None:
        self._numbers = numbers
        self._measures = measures
        self._currencies = words.currencies
        self._codes = dict(words.currency_signs) | {code: code for code in words.currencies}

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        mark = rf"(?:{alternatives(self._codes)})"
        return [
            define(
                "range of money",
                rf"{_START}(?P<mark>{mark})\s?(?P<first>{_AMOUNT})(?P<scale>{MAGNITUDE}(?=\s?[-–—]))?"
                rf"\s?[-–—]\s?(?P<again>{mark})?(?P<last>{_AMOUNT}){_SIZE}{_PER}",
                self._say_range,
                DIGITS,
                "-–—",
            ),
            define(
                "money",
                rf"{_START}(?P<mark>{mark})\s?(?P<late>[{MINUS}])?(?P<amount>{_AMOUNT}){_SIZE}{_PER}{_NOUN}",
                self._say_money,
                DIGITS,
            ),
            define(
                "money, currency last",
                rf"{_START}(?P<amount>{_AMOUNT}){_SIZE}\s?(?P<mark>{mark}){_PER}",
                self._say_money,
                DIGITS,
            ),
            define(
                "small money",
                r"(?<![\w.,$€£])(?P<amount>\d{1,3}(?:\.\d+)?)(?:\s?(?P<cent>[¢￠])|(?P<penny>p))(?!\w)",
                self._say_small,
                DIGITS,
                "¢￠p",
            ),
        ]

    def say(self, written: str, mark: str, size: str = "", *, attributive: bool = False) -> str:
        """An amount without a sign.

        Args:
            written: "1,250.50", or "3,50" as on the Continent.
            mark: Sign or ISO code of the currency.
            size: "million" and the like.
            attributive: Before a noun: "a five dollar bill".
        """
        one, many, *small = self._currencies[self._codes[mark]]
        if _CONTINENTAL.fullmatch(written):
            written = written.replace(".", "").replace(",", ".")
        whole, _, fraction = written.partition(".")
        figures = "".join(filter(str.isdecimal, whole))
        units = int(figures[:MOST_DIGITS] or 0)
        if size:
            return f"{self._numbers.number(written)} {size} {one if attributive else many}"
        if len(fraction) != 2 or not small:
            single = attributive or (units == 1 and not fraction.strip("0"))
            return f"{self._numbers.number(written)} {one if single else many}"
        cents = int(fraction)
        parts = [f"{self._numbers.number(figures)} {one if units == 1 or attributive else many}"] if figures else []
        if cents:
            parts = (parts if units else []) + [
                f"{self._numbers.cardinal(cents)} {small[0] if cents == 1 else small[1]}"
            ]
        return " and ".join(parts)

    def _say_money(self, match: re.Match[str]) -> Spoken:
        groups = match.groupdict()
        per = self._per(match)
        if per is None:
            return None
        minus = "minus " if groups["minus"] or groups.get("late") else ""
        noun = groups.get("noun") or ""
        said = self.say(match["amount"], match["mark"], magnitude(match["size"]), attributive=bool(noun))
        return minus + said + per + noun

    def _say_range(self, match: re.Match[str]) -> Spoken:
        per, again = self._per(match), match["again"]
        if per is None or (again and self._codes[again] != self._codes[match["mark"]]):
            return None
        scale, size = magnitude(match["scale"]), magnitude(match["size"])
        if again and (not size or scale):
            first = self.say(match["first"], match["mark"], scale)
        else:
            first = f"{self._numbers.number(match['first'])} {scale}".rstrip()
        minus = "minus " if match["minus"] else ""
        return f"{minus}{first} to {self.say(match['last'], match['mark'], size)}{per}"

    def _say_small(self, match: re.Match[str]) -> Spoken:
        if match["penny"] and not self._numbers.british:
            return None
        one, many = self._currencies["GBP" if match["penny"] else "USD"][2:]
        return f"{self._numbers.number(match['amount'])} {one if match['amount'] == '1' else many}"

    def _per(self, match: re.Match[str]) -> str | None:
        if not match["per"]:
            return ""
        word = self._measures.unit_below(match["unit"])
        return None if word is None else f" per {word}"
