"""English readings of words in capitals: spelled, or left to be read as words."""

import re

from sonant.text.normalize.english.numbers import letters
from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import Expansion, Spoken, define

_VOWEL = re.compile(r"[AEIOUY]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HEADLINE = 0.75
"""In a sentence with a larger share of words in capitals, capitals mean nothing."""


class Acronyms:
    """Reads words in capitals."""

    def __init__(self, words: Words) -> None:
        self._said = words.said_capitals
        self._spelled = words.spelled_capitals

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        return [
            define(
                "letters and letters",
                r"(?<![\w.])[A-Z]{1,3}(?:\s?&\s?[A-Z]{1,3})+(?![A-Za-z])",
                lambda match: " and ".join(letters(part.strip()) for part in match[0].split("&")),
                "&",
            ),
            define(
                "letter or letter",
                r"(?<![\w/])[A-Z](?:/[A-Z])+(?![\w/])",
                lambda match: letters(match[0].replace("/", "")),
                "/",
            ),
            define(
                "acronym",
                r"(?<![\w.’'@#\\])(?<!\w-)(?P<word>[A-Z]{2,6})(?P<more>s|['’]s)?(?![\w@\\]|['’]\w|-\w)",
                self._say,
            ),
        ]

    def _say(self, match: re.Match[str]) -> Spoken:
        word = match["word"]
        if word not in self._spelled and (not self._is_unsayable(word) or _is_headline(match.string)):
            return None
        return letters(word) + ("'s" if match["more"] else "")

    def _is_unsayable(self, word: str) -> bool:
        return word not in self._said and (len(word) <= 3 or not _VOWEL.search(word))


def _is_headline(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    capital = sum(map(str.isupper, words))
    return capital > 2 and capital > _HEADLINE * len(words)
