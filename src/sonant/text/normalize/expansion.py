"""The machine that every language's normalization runs on: ordered classes of written tokens, each with its reading."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sonant.core.text import Edit
from sonant.text.scripts import is_unspaced

CLAIMED = "\ue000"
"""Stands in for a character that a class has already read; it is no word character, so that no other class joins it."""

DIGITS = "0123456789"
_CLOSING = ",.;:!?"

Spoken: TypeAlias = str | Mapping[str, str] | None
"""How a match is read. Text: in place of its group `token`, or of all of it, and "" drops it. By group: each of these
groups is read so, and what lies between them stays as it is. None: it only looked like a token of the class."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A class of tokens that are not read as they are written.

    Attributes:
        name: What the tokens are.
        pattern: Finds them.
        say: Reads one.
        needs: The pattern can match only in a text that has a character of each of these.
    """

    name: str
    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], Spoken]
    needs: tuple[str, ...] = ()


def define(name: str, pattern: str, say: Callable[[re.Match[str]], Spoken], *needs: str) -> Expansion:
    """A class of tokens, its pattern compiled."""
    return Expansion(name, re.compile(pattern), say, needs)


def expand(text: str, expansions: Iterable[Expansion]) -> list[Edit]:
    """Find what is to be read in another way: edits in order, that don't overlap.

    Earlier classes have precedence: what one has read, no later one sees.
    """
    present = set(text)
    if not text.isascii() and any(map(str.isdecimal, present)):
        present.update(DIGITS)
    claimed = text
    edits: list[Edit] = []
    for expansion in expansions:
        if any(map(present.isdisjoint, expansion.needs)):
            continue
        for match in list(expansion.pattern.finditer(claimed)):
            start, end, found = _edits(match, expansion.say(match))
            claimed = claimed[:start] + CLAIMED * (end - start) + claimed[end:]
            edits.extend(found)
    edits.sort(key=lambda edit: edit.start)
    return list(_spaced(text, edits))


def _edits(match: re.Match[str], spoken: Spoken) -> tuple[int, int, list[Edit]]:
    """The stretch that a reading claims, and its edits."""
    if spoken is None:
        return 0, 0, []
    if isinstance(spoken, str):
        start, end = match.span("token" if "token" in match.re.groupindex else 0)
        return start, end, [Edit(start, end, spoken)]
    known = match.re.groupindex
    spans = [(*match.span(group), reading) for group, reading in spoken.items() if group in known]
    return *match.span(), [Edit(*span) for span in sorted(spans) if span[1] > span[0]]


def _spaced(text: str, edits: list[Edit]) -> Iterator[Edit]:
    """The same edits, with spaces where a reading would run into its neighbours, and none left where it is dropped."""
    left, position = "", 0
    for edit in edits:
        start, reading = edit.start, edit.text
        if start > position:
            left = text[start - 1]
        right = text[edit.end : edit.end + 1]
        if reading:
            if runs_together(left, reading[0]):
                reading = " " + reading
            if runs_together(reading[-1], right):
                reading += " "
            left = reading[-1]
        elif runs_together(left, right):
            reading = left = " "
        elif start > position and left.isspace() and (not right or right in _CLOSING):
            start -= 1
        position = edit.end
        yield Edit(start, edit.end, reading)


def runs_together(left: str, right: str) -> bool:
    """Whether two neighbouring characters, either of which may be missing, would be read as one word."""
    return left.isalnum() and right.isalnum() and not is_unspaced(left) and not is_unspaced(right)


def alternatives(words: Iterable[str]) -> str:
    """A pattern for any of these words, longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def at_sentence_end(match: re.Match[str]) -> bool:
    """Whether nothing but closing marks follows a match: then a full stop that belongs to it also ends the sentence."""
    return not match.string[match.end() :].strip(" \t\r\n\"')]}»”’")
