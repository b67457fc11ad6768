"""Readings of money, measures, percentages and other counts in languages other than English."""

import re

from sonant.text.normalize.cldr.figures import MINUS_CLASS, Figures
from sonant.text.normalize.cldr.idioms import Idioms
from sonant.text.normalize.cldr.locale import LocaleNames
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, alternatives, define

_MARKS = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "руб": "RUB",
    "₴": "UAH", "грн": "UAH", "₺": "TRY", "TL": "TRY", "₪": "ILS", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "R$": "BRL",
    "lei": "RON", "лв": "BGN", "元": "CNY", "₫": "VND", "฿": "THB",
}  # fmt: skip
_CODES = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "PLN", "CZK", "HUF", "RON", "SEK", "NOK", "DKK", "RUB", "UAH", "TRY", "BRL"),
    *("CNY", "INR", "KRW", "ILS", "BGN", "MXN", "ARS", "COP", "CLP", "CAD", "AUD", "ZAR", "THB", "VND", "IDR"),
)
_CROWNS = {"sv": "SEK", "nb": "NOK", "no": "NOK", "nn": "NOK", "da": "DKK", "is": "ISK"}
_DOLLARS = {"MX": "MXN", "AR": "ARS", "CO": "COP", "CL": "CLP"}
_MILLION = 10**6


class Amounts:
    """Reads amounts."""

    def __init__(self, figures: Figures, names: LocaleNames, idioms: Idioms, language: str, region: str) -> None:
        self._figures = figures
        self._names = names
        self._idioms = idioms
        self._codes = _MARKS | {code: code for code in _CODES}
        if language in _CROWNS:
            self._codes["kr"] = _CROWNS[language]
        if region in _DOLLARS:
            self._codes["$"] = _DOLLARS[region]
        self._magnitudes = dict(idioms.magnitudes)

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        number = rf"(?P<number>{self._figures.pattern})"
        start = rf"(?<![\w.,])(?P<minus>[{MINUS_CLASS}])?"
        range_ = rf"(?:(?P<first>{self._figures.pattern})\s?(?P<to>[-–—])\s?)?"
        size = rf"(?:\s?(?P<size>{alternatives(self._magnitudes)})(?!\w))?" if self._magnitudes else "(?P<size>(?!))?"
        mark = rf"(?P<mark>{alternatives(self._codes)})"
        unit = alternatives(symbol for symbol in self._names.units if symbol not in "%°")
        return [
            define("money", rf"{start}{mark}\s?{number}{size}(?!\w)", self._say_money, DIGITS),
            define("money", rf"{start}{number}{size}\s?{mark}(?!\w)", self._say_money, DIGITS),
            define("percentage", rf"{start}{range_}{number}\s?(?P<unit>[%°])(?!\w)", self._say_measure, DIGITS, "%°"),
            define("percentage", rf"{start}(?P<unit>%)\s?{range_}{number}(?!\w)", self._say_measure, DIGITS, "%"),
            define("measure", rf"{start}{range_}{number}\s?(?P<unit>{unit})(?![\w/²³])", self._say_measure, DIGITS),
            define("magnitude", rf"{start}{number}{size}(?<!\d)(?!\w)", self._say_magnitude, DIGITS),
        ]

    def money(self, written: str, code: str, size: str = "") -> str | None:
        """An amount of money without a sign."""
        canonical = self._figures.canonical(written)
        whole, _, fraction = canonical.partition(".")
        gender = self._idioms.gender_of(code)
        if size:
            number, name = self._figures.say(written, "masculine"), self._names.currency(code, _MILLION)
            return number and f"{number} {size} {self._of(name)}{name}"
        if len(fraction) != 2:
            number = self._figures.say(written, gender)
            return number and f"{number} {self._names.currency(code, self._figures.amount(written))}"
        units = self._figures.say(whole, gender)
        cents = self._figures.say(str(int(fraction)))
        if units is None or cents is None:
            return None
        units = f"{units} {self._names.currency(code, int(whole[:15]))}"
        return self._idioms.cents.format(units=units, cents=cents) if int(fraction) else units

    def _of(self, name: str) -> str:
        of = self._idioms.of
        if not of:
            return ""
        return "d'" if of == "de" and name[0] in "eéo" and self._idioms.telephone_pairs else f"{of} "

    def _say_money(self, match: re.Match[str]) -> Spoken:
        size = self._magnitudes.get(match["size"] or "", "")
        said = self.money(match["number"], self._codes[match["mark"]], size)
        return said and (f"{self._figures.speller.minus} " if match["minus"] else "") + said

    def _say_measure(self, match: re.Match[str]) -> Spoken:
        written, symbol = match["number"], match["unit"]
        amount = self._figures.amount(written)
        spoken = self._figures.say(
            written, "" if symbol == "%" and amount != 1 else self._idioms.gender_of(self._names.canonical(symbol))
        )
        if spoken is None:
            return None
        if match["first"]:
            first = self._figures.say(match["first"])
            spoken = f"{first} {self._idioms.to} {spoken}" if first and self._idioms.to else f"{first} {spoken}"
        if match["minus"]:
            spoken = f"{self._figures.speller.minus} {spoken}"
        name = self._names.unit_name(symbol, amount)
        plain = not match["first"] and not match["minus"] and match.start("unit") > match.start("number")
        if name is not None and plain:
            return {"number": spoken, "unit": name}
        return self._names.unit(symbol, amount, spoken)

    def _say_magnitude(self, match: re.Match[str]) -> Spoken:
        if not match["size"]:
            return None
        number = self._figures.say(match["number"])
        minus = {"minus": f"{self._figures.speller.minus} "} if match["minus"] else {}
        return number and {"number": number, "size": self._magnitudes[match["size"]]} | minus
