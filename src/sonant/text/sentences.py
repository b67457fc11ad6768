"""Sentences: where a text can be cut so that each piece can be said by itself."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sonant.text.scripts import is_unspaced

LONGEST = 350
"""Characters after which a sentence is cut even where it doesn't end."""

SHORTEST = 12
"""A piece with fewer characters is said together with its neighbour."""

SHORTEST_UNSPACED = 4
"""The same in scripts that need fewer characters."""

PARAGRAPH_PAUSE = 0.5
LINE_PAUSE = 0.2
_SHORT_LINE = 60
"""A line of fewer characters was ended on purpose; a longer one may have been wrapped."""

_CLOSERS = r"[\"'”’»›)\]」』”’）】》]*"
_BOUNDARY = re.compile(
    rf"(?P<stop>[.!?…‥‽⁇⁈⁉]+{_CLOSERS})(?=\s)"
    rf"|(?P<wide>[。！？｡．।॥؟۔።፧៕။]+{_CLOSERS})"
    r"|(?P<line>[\n\r\u2028\u2029\x85\x0b\x0c]\s*)"
)
_SPACE = re.compile(r"\s*+")
_BREAK = re.compile(r"[\n\r\u2028\u2029\x85\x0b\x0c]")
_PARAGRAPH = re.compile(r"\u2029|\n[^\S\n]*\n|\r\n[^\S\n]*\r\n|\r[^\S\r\n]*\r")
_CLAUSE = re.compile(rf"[,;:—–،؛、，；：]+{_CLOSERS}(?=\s)|[、，；：،؛]+")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]{1,40}$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?")
_BULLET = re.compile(r"[-*•–—·]|\d{1,3}[.)]|\(?[a-zA-Z][.)]")
_NEXT_WORD = re.compile(r"[\"'“‘«(\[]*([^\W\d_]+)")
_WORD_BEFORE_LAST = re.compile(r"(\S)\S*\s\S*$")
_JOINERS = "\u200d\ufe0e\ufe0f"


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """A language's abbreviations, without the full stop that they end in.

    Attributes:
        before_more: Something always follows: titles, "no.", "fig.".
        anywhere: They may end a sentence.
        openers: Words in lower case that often start a sentence and are no names: "the", "he".
        numbered: A number with a full stop is an ordinal number.
    """

    before_more: frozenset[str] = frozenset()
    anywhere: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    numbered: bool = False

    @property
    def phrases(self) -> tuple[str, ...]:
        """Those that hold a space."""
        return tuple(phrase for phrase in self.anywhere if " " in phrase)


class Sentence(NamedTuple):
    """Characters `start` to `end` (exclusive), white space at the end included, and seconds of pause after them."""

    start: int
    end: int
    pause: float


def split_sentences(text: str, abbreviations: Abbreviations = Abbreviations()) -> Iterator[Sentence]:
    """Cut a text into sentences, each found when it is asked for; together they are the whole text.

    Args:
        text: Any text.
        abbreviations: Of its language.

    >>> [(start, end) for start, end, _ in split_sentences("Is it Dr. Who? Yes, the one that travels.")]
    [(0, 15), (15, 41)]
    """
    waiting: Sentence | None = None
    for piece in _pieces(text, abbreviations):
        if waiting is None:
            waiting = piece
        elif _belong_together(text, waiting, piece):
            waiting = Sentence(waiting.start, piece.end, piece.pause)
        else:
            yield waiting
            waiting = piece
    if waiting is not None:
        yield waiting


def _belong_together(text: str, first: Sentence, second: Sentence) -> bool:
    if first.pause or second.end - first.start > LONGEST:
        return False
    return _is_short(text, first) or _is_short(text, second)


def _is_short(text: str, piece: Sentence) -> bool:
    stretch = text[piece.start : piece.end].strip()
    if len(stretch) < SHORTEST:
        return len(stretch) < SHORTEST_UNSPACED or not any(map(is_unspaced, stretch))
    return not any(map(str.isalnum, stretch))


def _pieces(text: str, abbreviations: Abbreviations) -> Iterator[Sentence]:
    position = 0
    while position < len(text):
        piece = _next_piece(text, position, abbreviations)
        yield piece
        position = piece.end


def _next_piece(text: str, start: int, abbreviations: Abbreviations) -> Sentence:
    limit = min(len(text), start + LONGEST)
    for match in _BOUNDARY.finditer(text, start, limit):
        end = _space_end(text, match.end())
        pause = _pause(text[match.start() if match["line"] else match.end() : end])
        if end >= len(text):
            return Sentence(start, len(text), pause)
        if _ends_sentence(text, start, match, end, abbreviations):
            return Sentence(start, end, pause)
    if limit == len(text):
        return Sentence(start, limit, 0.0)
    return Sentence(start, _cut(text, start, limit), 0.0)


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int, abbreviations: Abbreviations) -> bool:
    """Whether a boundary ends a sentence, given that text follows it."""
    following = text[end]
    if _PARAGRAPH.search(text[match.start() : end]):
        return True
    if match["line"]:
        return _ends_line(text, start, match.start(), end)
    if match["wide"]:
        return match["wide"] != "．" or not following.isdecimal()
    if following.islower():
        return False
    dotted = match["stop"].rstrip("\"'”’»›)]") == "."
    return not dotted or not _is_abbreviated(text, start, match.start(), end, abbreviations)


def _ends_line(text: str, start: int, line_end: int, following: int) -> bool:
    """Whether a line without a full stop was ended on purpose rather than wrapped."""
    if _BULLET.match(text, following):
        return True
    line_start = max(text.rfind(mark, start, line_end) for mark in "\n\r\u2028") + 1
    return not text[following].islower() and line_end - max(line_start, start) < _SHORT_LINE


def _is_abbreviated(text: str, start: int, stop: int, following: int, abbreviations: Abbreviations) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation, an initial or a number, and ends no sentence."""
    before = text[max(start, stop - 40) : stop]
    last = _LAST_WORD.search(before)
    word = last[0] if last else ""
    if not word or word in abbreviations.before_more:
        return bool(word)
    if word.isdecimal():
        return text[start:stop].strip() == word or (abbreviations.numbered and len(word) < 3)
    opener = _NEXT_WORD.match(text, following)
    opens = opener is not None and opener[1].lower() in abbreviations.openers
    if len(word) == 1 and word.isalpha():
        return not opens and not _ends_phrase(before)
    if _INITIALS.fullmatch(word):
        return not opens
    known = word in abbreviations.anywhere or any(map(before.endswith, abbreviations.phrases))
    return known and not (text[following].isupper() and (opens or not abbreviations.openers))


def _ends_phrase(before: str) -> bool:
    """Whether a single capital is the end of something like "plan B" rather than an initial."""
    earlier = _WORD_BEFORE_LAST.search(before)
    return before[-1].isupper() and earlier is not None and earlier[1].islower()


def _pause(gap: str) -> float:
    if _PARAGRAPH.search(gap):
        return PARAGRAPH_PAUSE
    return LINE_PAUSE if _BREAK.search(gap) else 0.0


def _cut(text: str, start: int, limit: int) -> int:
    """Where to cut a sentence that is too long: at a clause, else between words, else between characters."""
    clauses = [match.end() for match in _CLAUSE.finditer(text, start + LONGEST // 3, limit)]
    if clauses:
        return _space_end(text, clauses[-1])
    for position in range(limit - 1, start, -1):
        if text[position].isspace():
            return _space_end(text, position)
    for position in range(limit, limit - LONGEST // 4, -1):
        if (
            not unicodedata.combining(text[position])
            and text[position] not in _JOINERS
            and text[position - 1] != "\u200d"
        ):
            return position
    return limit


def _space_end(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
