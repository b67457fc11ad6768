"""The words of a text, and when they are heard.

The library marks where words begin, by character and sample, with three habits to be undone: it marks the digits of a
number and the parts of an abbreviation one by one; it says nothing of the second of two words that its dictionary holds
as one ("on the"); and text in a script that doesn't separate words is marked wherever its dictionary found one.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sonant.core.speech import PhoneTiming, WordTiming
from sonant.engines.espeak.library import Mark, MarkKind

_MOST_MERGED = 4  # words that are told apart
_MOST_PHONES = 48  # of them
_JOINERS = frozenset("'’.:,")
_UNSEPARATED = re.compile("[\u2e80-\u30ff\u31f0-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BEYOND_SOUNDS = re.compile(r"[ˈˌː\s]|\([^)]*\)")
_NO_SOUND = re.compile(r"[ˈˌ\x00-\x60\x7b-\x7f]+")  # stress, and what is left of the library's own names


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is written: the characters `first` to `last` (exclusive), and what it sounds like by itself."""

    first: int
    last: int
    sounds: str = ""


@dataclass(slots=True)
class Phone:
    """A sound that has begun; its times are samples of the library's sound."""

    symbol: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """A word that has been spoken: the characters `first` to `last` (exclusive), and its sounds, at least one."""

    first: int
    last: int
    phones: Sequence[Phone]

    def timing(self, origin: int, sample_rate: int) -> WordTiming:
        """The same in seconds after the sample `origin`."""

        def seconds(sample: int) -> float:
            return max(0, sample - origin) / sample_rate

        phones = tuple(PhoneTiming(phone.symbol, seconds(phone.start), seconds(phone.end)) for phone in self.phones)
        return WordTiming(self.first, self.last, phones[0].start, phones[-1].end, phones)


def find_words(text: str) -> Iterator[tuple[int, int]]:
    """The words of a text as first and last (exclusive) characters: letters, digits and symbols, and what joins them.

    >>> [text[first:last] for text in ["«O'Neil», 3:30 p.m."] for first, last in find_words(text)]
    ["O'Neil", '3:30', 'p.m']
    """
    start = -1
    for index, character in enumerate(text):
        following = text[index + 1 : index + 2]
        inside = _in_word(character) or (start >= 0 and character in _JOINERS and _in_word(following))
        if inside and start < 0:
            start = index
        elif not inside and start >= 0:
            yield start, index
            start = -1
    if start >= 0:
        yield start, len(text)


def _in_word(character: str) -> bool:
    return character != "" and (unicodedata.category(character)[0] in "LNMS" or unicodedata.category(character) == "Cf")


def is_unseparated(text: str) -> bool:
    """Whether it has characters of a script that doesn't put spaces between words."""
    return _UNSEPARATED.search(text) is not None


def bare_sounds(transcription: str) -> str:
    """IPA without stress, length, spaces and remarks."""
    return _BEYOND_SOUNDS.sub("", transcription)


class WordTracker:
    """Gathers the library's marks into words.

    Args:
        text: What is spoken.
        tokens: Its words, in order.

    Attributes:
        began: The sample at which the word that is being spoken began; 0 before the first.
    """

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.began = 0
        self._text = text
        self._tokens = tokens
        self._starts = [token.first for token in tokens]
        self._current = 0
        self._first = tokens[0].first if tokens else 0
        self._phones: list[Phone] = []
        self._sounding = False

    def accept(self, mark: Mark) -> list[Word]:
        """Take the next mark, its position that of a character of the text; return the words that it ends."""
        if self._sounding:
            self._phones[-1].end = mark.sample
            self._sounding = False
        if mark.kind is MarkKind.WORD:
            return self._next_word(mark)
        symbol = _NO_SOUND.sub("", mark.symbol)
        if symbol and not mark.symbol.startswith("("):
            start = mark.sample if self._phones else self.began
            if self._phones:
                self._phones[-1].end = start  # a pause inside a word is a part of the sound before
            self._phones.append(Phone(symbol, start, mark.sample))
            self._sounding = True
        return []

    def finish(self, sample: int) -> list[Word]:
        """Return the words that end with the sound, which has as many samples."""
        if self._sounding:
            self._phones[-1].end = sample
        return self._close(len(self._tokens), len(self._text))

    def _next_word(self, mark: Mark) -> list[Word]:
        token = max(0, bisect_right(self._starts, mark.position) - 1)
        if token > self._current:
            words = self._close(token, self._tokens[token].first)
            self._current, self._first = token, self._tokens[token].first
        elif token == self._current and mark.position > self._first and is_unseparated(self._text[mark.position]):
            words = self._close(token, mark.position)
            self._first = mark.position
        elif self._phones:
            return []  # more of the same word
        else:
            words = []
        self.began = mark.sample
        return words

    def _close(self, token: int, position: int) -> list[Word]:
        """End what was spoken since the last word began: all words before `token` and the character `position`."""
        phones, self._phones = self._phones, []
        if not phones or not self._tokens:
            return []
        spoken = self._tokens[self._current]
        first = Token(self._first, min(spoken.last, max(position, self._first + 1)), spoken.sounds)
        others = [other for other in self._tokens[self._current + 1 : token] if other.sounds]
        tokens = [first, *others[: _MOST_MERGED - 1]] if len(phones) <= _MOST_PHONES else [first]
        return [
            Word(part.first, part.last, phones[start:end])
            for part, (start, end) in zip(tokens, _shares(phones, tokens), strict=True)
            if start < end
        ]


def _shares(phones: Sequence[Phone], tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Which of the phones, first and last (exclusive), belong to each of several words that were spoken as one.

    Cut so that the parts are nearest to what the words sound like by themselves.
    """
    best: dict[int, tuple[int, list[int]]] = {0: (0, [0])}
    for place, token in enumerate(tokens):
        ends = range(len(phones) + 1) if place < len(tokens) - 1 else (len(phones),)
        best = {end: min(_extended(best, phones, end, token.sounds)) for end in ends}
    cuts = best[len(phones)][1]
    return list(pairwise(cuts))


def _extended(
    best: dict[int, tuple[int, list[int]]], phones: Sequence[Phone], end: int, sounds: str
) -> Iterator[tuple[int, list[int]]]:
    for start, (cost, cuts) in best.items():
        if start <= end:
            heard = bare_sounds("".join(phone.symbol for phone in phones[start:end]))
            yield cost + _distance(heard, sounds), [*cuts, end]


def _distance(heard: str, expected: str) -> int:
    """Insertions, deletions and substitutions between two strings."""
    row = list(range(len(expected) + 1))
    for index, left in enumerate(heard, 1):
        diagonal, row[0] = row[0], index
        for place, right in enumerate(expected, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (left != right))
    return row[-1]
