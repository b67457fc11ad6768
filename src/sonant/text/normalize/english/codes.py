"""English readings of versions, model names and other mixtures of letters and figures."""

import re

from sonant.text.normalize.english.numbers import Numbers, digits, letters
from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, define

_PIECE = re.compile(r"[^\W\d_]+|\d+")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")
_MOST_PIECES = 4
"""A code with more pieces is spelled character by character."""


class Codes:
    """Reads versions and codes."""

    def __init__(self, numbers: Numbers, words: Words) -> None:
        self._numbers = numbers
        self._paired = "|".join(words.paired)
        self._versioned = "|".join(words.versioned)

    def versions(self) -> list[Expansion]:
        """Versions and hexadecimal numbers; they come before measures."""
        patterns = [
            r"(?<![\w.])(?P<mark>[vV]|ver\.?\s)?(?P<token>\d{1,6}(?:\.\d{1,6}){2,})(?!\w|\.\d)",
            r"(?<![\w.])(?P<mark>v|V(?=\d+\.)|ver\.?\s)(?P<token>\d{1,4}(?:\.\d{1,4})?)(?!\w|\.\d)",
            rf"(?<![\w.])(?:{self._versioned})\s(?P<token>\d{{1,4}}\.\d{{1,4}})(?!\w|\.\d)",
        ]
        return [
            *(define("version", pattern, self._say_version, DIGITS, ".vV") for pattern in patterns),
            define(
                "hexadecimal number",
                r"(?<!\w)0[xX][\da-fA-F]+(?!\w)",
                lambda match: " ".join(digits(figure) or figure.upper() for figure in match[0]),
                DIGITS,
                "xX",
            ),
        ]

    def expansions(self) -> list[Expansion]:
        """Codes; they come after measures."""
        return [
            define(
                "figures in pairs",
                rf"\b(?i:{self._paired})\.?\s(?:#\s?)?(?P<token>[1-9]\d{{2,3}})(?![\w%]|[.,]\d)",
                lambda match: self._numbers.pairs(int(match["token"])),
                DIGITS,
            ),
            define(
                "lines of a picture",
                r"(?<!\w)(?P<lines>\d{3,4})(?P<mark>[pi])(?!\w)",
                lambda match: {"lines": self._numbers.pairs(int(match["lines"])), "mark": f" {match['mark'].upper()}"},
                DIGITS,
                "pi",
            ),
            define(
                "code",
                r"(?<![\w.,'’-])(?=[A-Za-z0-9-]*[A-Za-z])(?=[A-Za-z0-9-]*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*+(?!\w)",
                self._say_code,
                DIGITS,
            ),
        ]

    def _say_version(self, match: re.Match[str]) -> Spoken:
        reading = " point ".join(map(self._numbers.number, match["token"].split(".")))
        if match.groupdict().get("mark"):
            return {"mark": "version ", "token": reading}
        return reading

    def _say_code(self, match: re.Match[str]) -> Spoken:
        pieces = _PIECE.findall(match[0])
        if len(pieces) > _MOST_PIECES or any(len(piece) > 4 for piece in pieces if piece.isdecimal()):
            return " ".join(digits(piece) if piece.isdecimal() else letters(piece) for piece in pieces)
        return " ".join(self._figures(piece) if piece.isdecimal() else self._letters(piece) for piece in pieces)

    def _figures(self, figures: str) -> str:
        if len(figures) > 1 and int(figures[0]) == 0:
            return digits(figures)
        return self._numbers.pairs(int(figures))

    @staticmethod
    def _letters(word: str) -> str:
        """Short capitals and what has no vowel is spelled; the rest is a word."""
        if len(word) == 1 or not _VOWEL.search(word) or (word.isupper() and len(word) <= 3):
            return letters(word)
        return word
