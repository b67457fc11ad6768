"""Readings that markup asks for by name: `<say-as interpret-as="...">`."""

import re
import unicodedata

from sonant.text.normalize.normalizer import Normalizer

LONGEST_FIGURES = 15
_FIGURES = re.compile(r"\d+")
_DATE_ORDERS = {"mdy", "dmy", "ymd", "md", "dm", "ym", "my", "y", "m", "d", "yyyymmdd"}


def say_as(written: str, kind: str, form: str, normalizer: Normalizer) -> str | None:
    """The words for a text that is to be read as a `kind`.

    Args:
        written: The caller's text.
        kind: One of `KINDS`.
        form: For a date the order of its parts, such as "dmy".
        normalizer: Of the language.

    Returns:
        None where it is to be read as normalization does, or isn't of that kind.
    """
    written = written.strip()
    if kind in _DATES:
        return _date(written, form, normalizer)
    read = _READERS.get(kind)
    return read(written, normalizer) if read is not None else None


def _spell(written: str, normalizer: Normalizer) -> str:
    words = []
    for character in written:
        if character.isdecimal():
            words.append(normalizer.digits(character) or character)
        elif not character.isspace():
            words.append(character.upper() if character.isalpha() and len(character.upper()) == 1 else character)
    spelled = " ".join(words)
    return re.sub(r" (?=\S)", lambda match: "" if _joins(match) else " ", spelled)


def _joins(match: re.Match[str]) -> bool:
    """Whether the character after a space is a mark on the one before it."""
    return unicodedata.combining(match.string[match.end()]) != 0


def _digits(written: str, normalizer: Normalizer) -> str | None:
    return normalizer.digits(written) if _FIGURES.search(written) else None


def _telephone(written: str, normalizer: Normalizer) -> str | None:
    return normalizer.telephone(written) if _FIGURES.search(written) else None


def _cardinal(written: str, normalizer: Normalizer) -> str | None:
    value = _whole_number(written)
    return None if value is None else normalizer.cardinal(value)


def _ordinal(written: str, normalizer: Normalizer) -> str | None:
    value = _whole_number(written)
    return None if value is None else normalizer.ordinal(value)


def _whole_number(written: str) -> int | None:
    figures = "".join(_FIGURES.findall(written))
    if not 0 < len(figures) <= LONGEST_FIGURES or written[0] in "-−" or re.search(r"\d[.,]\d{1,2}$", written):
        return None
    return int(figures)


def _date(written: str, form: str, normalizer: Normalizer) -> str | None:
    fields = _FIGURES.findall(written)
    order = form.lower()
    if order not in _DATE_ORDERS:
        return None
    if order == "yyyymmdd":
        order = "ymd"
    if len(fields) == 1 and len(fields[0]) == 8 and order == "ymd":
        fields = [fields[0][:4], fields[0][4:6], fields[0][6:]]
    if len(fields) != len(order) or any(len(field) > 4 for field in fields):
        return None
    parts = {part: int(field) for part, field in zip(order, fields, strict=True)}
    return normalizer.date(parts.get("d"), parts.get("m"), parts.get("y"))


def _time(written: str, normalizer: Normalizer) -> str | None:
    match = re.fullmatch(r"(\d{1,2})[:.h](\d\d)", written)
    return normalizer.clock(int(match[1]), int(match[2])) if match else None


_READERS = {
    **dict.fromkeys(("characters", "spell-out", "verbatim"), _spell),
    **dict.fromkeys(("digits", "vxml:digits"), _digits),
    **dict.fromkeys(("cardinal", "number"), _cardinal),
    **dict.fromkeys(("time", "vxml:time"), _time),
    "ordinal": _ordinal,
    "telephone": _telephone,
}
_DATES = frozenset({"date", "vxml:date"})
KINDS = frozenset({*_READERS, *_DATES, "currency", "unit", "fraction", "address", "name", "duration"})
"""The last six are read as normalization reads them."""
