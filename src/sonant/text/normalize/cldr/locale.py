"""Names of months, units and currencies of one locale, from the Unicode CLDR."""

import re

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import get_currency_name
from babel.units import UnknownUnitError, format_unit

from sonant.text.normalize.cldr.idioms import Idioms

_UNITS = {
    "km": "length-kilometer", "m": "length-meter", "cm": "length-centimeter", "mm": "length-millimeter",
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "t": "mass-tonne", "lb": "mass-pound",
    "l": "volume-liter", "L": "volume-liter", "ml": "volume-milliliter", "cl": "volume-centiliter",
    "h": "duration-hour", "min": "duration-minute", "s": "duration-second", "ms": "duration-millisecond",
    "km/h": "speed-kilometer-per-hour", "m/s": "speed-meter-per-second", "mph": "speed-mile-per-hour",
    "°C": "temperature-celsius", "°F": "temperature-fahrenheit", "°": "angle-degree", "%": "concentr-percent",
    "m²": "area-square-meter", "km²": "area-square-kilometer", "ha": "area-hectare", "m³": "volume-cubic-meter",
    "W": "power-watt", "kW": "power-kilowatt", "MW": "power-megawatt", "kWh": "energy-kilowatt-hour",
    "V": "electric-volt", "Hz": "frequency-hertz", "kHz": "frequency-kilohertz", "MHz": "frequency-megahertz",
    "GHz": "frequency-gigahertz", "kB": "digital-kilobyte", "MB": "digital-megabyte", "GB": "digital-gigabyte",
    "TB": "digital-terabyte", "kcal": "energy-kilocalorie", "mi": "length-mile", "ft": "length-foot",
}  # fmt: skip
_CYRILLIC_UNITS = {
    "км": "km", "м": "m", "см": "cm", "мм": "mm", "кг": "kg", "г": "g", "мг": "mg", "т": "t", "л": "l", "мл": "ml",
    "ч": "h", "мин": "min", "с": "s", "км/ч": "km/h", "м/с": "m/s", "кВт": "kW", "Вт": "W", "ГБ": "GB", "МБ": "MB",
    "м²": "m²", "км²": "km²", "га": "ha", "Гц": "Hz",
}  # fmt: skip
_FIGURES = re.compile(r"\d[\d.,\s\u00a0\u202f]*\d|\d")


class LocaleNames:
    """Names of one locale. What it doesn't know is None, or missing.

    Args:
        language: Primary tag; "" for no locale at all.
        region: In capitals; "" for none.
        idioms: Of the language: its currency names come first.
    """

    def __init__(self, language: str, region: str, idioms: Idioms) -> None:
        self._idioms = idioms
        self._locale = _find_locale(language, region)
        self.decimal, self.group = ".", ","
        self.months: tuple[str, ...] = ()
        self.month_numbers: dict[str, int] = {}
        self.units = dict(_UNITS)
        if language in ("ru", "uk", "be", "bg"):
            self.units |= {symbol: _UNITS[latin] for symbol, latin in _CYRILLIC_UNITS.items()}
        if self._locale is not None:
            symbols = self._locale.number_symbols.get("latn", {})
            self.decimal, self.group = symbols.get("decimal", "."), symbols.get("group", ",")
            self._load_months(self._locale)

    def canonical(self, symbol: str) -> str:
        """A unit's symbol in Latin letters."""
        return _CYRILLIC_UNITS.get(symbol, symbol)

    def unit(self, symbol: str, amount: float, spoken: str) -> str | None:
        """A number as words with a unit's name, in the order of the language.

        Args:
            symbol: "km/h", "%", "°C".
            amount: Decides the plural form.
            spoken: The number's words.
        """
        if self._locale is None:
            return None
        try:
            formatted = format_unit(amount, self.units[symbol], "long", locale=self._locale)
        except UnknownUnitError:
            return None
        if "-" in formatted and self.units[symbol] in formatted:
            return None
        named, found = _FIGURES.subn(lambda _: spoken, formatted, count=1)
        return re.sub(r"\s+", " ", named) if found else None

    def unit_name(self, symbol: str, amount: float) -> str | None:
        """A unit's name alone, where the language puts it after the number; None where it doesn't."""
        named = self.unit(symbol, amount, "\0")
        return named[1:].strip() if named is not None and named.startswith("\0") else None

    def currency(self, code: str, amount: float) -> str:
        """The name of a currency in the form that an amount asks for."""
        own = self._idioms.currencies.get(code)
        if self._locale is None:
            return code
        if own:
            return own.get(str(self._locale.plural_form(amount)), own["other"])
        name: str = get_currency_name(code, count=amount, locale=self._locale)
        return name

    def _load_months(self, locale: Locale) -> None:
        formats, alone = locale.months["format"], locale.months["stand-alone"]
        wide = formats["wide"]
        if any(not str(wide[number]).strip(".").isalpha() for number in range(1, 13)):
            return
        self.months = tuple(wide[number] for number in range(1, 13))
        for names in (formats["abbreviated"], alone["abbreviated"], alone["wide"], wide):
            for number in range(1, 13):
                name = str(names[number]).rstrip(".").lower()
                if len(name) > 2:
                    self.month_numbers[name] = number


def _find_locale(language: str, region: str) -> Locale | None:
    for name in (f"{language}_{region}", language) if language else ():
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return None
