"""English readings of Roman numerals, where the word before them says that they are."""

import re

from sonant.text.normalize.english.numbers import Numbers
from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import Expansion, Spoken, define

_NUMERAL = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WORD_BEFORE = re.compile(r"(?P<word>[A-Za-zà-ÿ]+)(?P<stop>\.?)\s$")
_REACH = 20
"""How many characters before a numeral are looked at."""


def roman(numeral: str) -> int | None:
    """The value of a Roman numeral in capitals; None if it isn't one.

    >>> roman("XIV"), roman("MCMLXXXIV"), roman("IIX")
    (14, 1984, None)
    """
    if not numeral or not _NUMERAL.fullmatch(numeral):
        return None
    values = [_VALUES[letter] for letter in numeral]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


class Romans:
    """Reads Roman numerals."""

    def __init__(self, numbers: Numbers, words: Words) -> None:
        self._numbers = numbers
        self._rulers = words.rulers
        self._numbered = words.numbered

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        pattern = r"(?<=[a-zà-ÿ.]\s)(?P<numeral>[IVXLCDM]+|[ivx]+)(?![\w’]|'(?!s\b)|-\w|\.\w)"
        return [define("Roman numeral", pattern, self._say, "IVXLCDMivx")]

    def _say(self, match: re.Match[str]) -> Spoken:
        numeral = match["numeral"]
        before = _WORD_BEFORE.search(match.string, max(0, match.start() - _REACH), match.start())
        value = roman(numeral.upper())
        if before is None or value is None:
            return None
        word = before["word"]
        if _is_pronoun(match) and not (word.istitle() and word.lower() in self._numbered):
            return None
        if word.lower() in self._numbered:
            return self._numbers.cardinal(value) if len(numeral) > 1 or numeral in "IVX" else None
        if not word[0].isupper() or not set(numeral) <= set("IVX"):
            return None
        if word in self._rulers:
            return f"the {self._numbers.ordinal(value)}"
        return self._numbers.cardinal(value) if len(numeral) > 1 and not before["stop"] else None


def _is_pronoun(match: re.Match[str]) -> bool:
    """Whether a lone I is the pronoun: "Charles I believe", but "Charles I of England"."""
    if match["numeral"] != "I":
        return False
    return re.match(r"['’](?!s\b)|\s(?!of\b|and\b)[a-z]", match.string[match.end() :]) is not None
