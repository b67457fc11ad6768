"""Pronunciation rules: what they are, and how they are found in a text."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sonant.core.errors import InvalidRequest
from sonant.text.phonemes import ALPHABETS, to_ipa
from sonant.text.runs import Override
from sonant.text.scripts import is_unspaced

LONGEST_STRING = 200
LONGEST_ALIAS = 1_000
MOST_RULES = 30_000
"""Three dictionaries of ten thousand."""

_SENTENCE_INSIDE = re.compile(r"[.!?…]\S*\s")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a string is to be pronounced.

    Attributes:
        kind: Whether `replacement` is text to say instead, or sounds.
        string_to_replace: What to look for.
        replacement: The alias, or the phonemes.
        alphabet: Of the phonemes: ipa, x-sampa or cmu-arpabet.
        case_sensitive: Whether capitals matter.
        word_boundaries: Whether it must stand by itself rather than inside a word.
    """

    kind: Literal["alias", "phoneme"]
    string_to_replace: str
    replacement: str
    alphabet: str = "ipa"
    case_sensitive: bool = True
    word_boundaries: bool = True

    def check(self) -> None:
        """Make sure that the rule can be applied.

        Raises:
            InvalidRequest: A string is empty or too long, or the phonemes aren't written in the alphabet.
        """
        if not 0 < len(self.string_to_replace) <= LONGEST_STRING or not self.string_to_replace.strip():
            raise InvalidRequest(f"The string to replace of a rule must have 1 to {LONGEST_STRING} characters.")
        if not 0 < len(self.replacement) <= LONGEST_ALIAS:
            raise InvalidRequest(f"The alias or phoneme of a rule must have 1 to {LONGEST_ALIAS} characters.")
        if self.kind == "phoneme":
            if self.alphabet not in ALPHABETS:
                raise InvalidRequest(f"The alphabet of a rule must be one of {', '.join(ALPHABETS)}.")
            try:
                to_ipa(self.replacement, self.alphabet)
            except ValueError as error:
                raise InvalidRequest(f"The phoneme of a rule isn't valid {self.alphabet}.") from error


@dataclass(frozen=True, slots=True)
class _Entry:
    """A rule under its string. Of equal strings only the first can win, or, if it is bounded, the first that isn't."""

    order: int
    kind: Literal["alias", "phoneme"]
    value: str
    bounded: bool


class RuleSet:
    """Rules made ready to be found.

    At each position the first rule in order wins that matches there, and what it takes no other rule touches. The time
    to find them grows with the text and with the number of different lengths among strings that start with the same
    character, not with the number of rules.

    Args:
        rules: In order of precedence.

    Raises:
        InvalidRequest: A rule can't be applied, or there are more than `MOST_RULES`.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        if len(rules) > MOST_RULES:
            raise InvalidRequest(f"A text can be read with {MOST_RULES} pronunciation rules at most.")
        self._exact: dict[str, list[_Entry]] = {}
        self._folded: dict[str, list[_Entry]] = {}
        exact_lengths: defaultdict[str, set[int]] = defaultdict(set)
        folded_lengths: defaultdict[str, set[int]] = defaultdict(set)
        for order, rule in enumerate(rules):
            rule.check()
            string = rule.string_to_replace if rule.case_sensitive else _fold(rule.string_to_replace)
            entries, lengths = (self._exact, exact_lengths) if rule.case_sensitive else (self._folded, folded_lengths)
            known = entries.setdefault(string, [])
            if all(entry.bounded for entry in known) and (not known or not rule.word_boundaries):
                value = rule.replacement if rule.kind == "alias" else to_ipa(rule.replacement, rule.alphabet)
                known.append(_Entry(order, rule.kind, value, rule.word_boundaries))
            lengths[string[0]].add(len(string))
        self._exact_lengths = {first: sorted(lengths) for first, lengths in exact_lengths.items()}
        self._folded_lengths = {first: sorted(lengths) for first, lengths in folded_lengths.items()}
        starts = set(exact_lengths) | set(folded_lengths) | {first.upper() for first in folded_lengths}
        single = "".join(first for first in starts if len(first) == 1)
        self._starts = re.compile(f"[{re.escape(single)}]" if single else "(?!)")
        spanning = [rule for rule in rules if _SENTENCE_INSIDE.search(rule.string_to_replace)]
        self._spanning = RuleSet(spanning) if spanning and len(spanning) < len(rules) else self if spanning else None

    def find(self, text: str) -> list[Override]:
        """The rules that apply to a text: in order, disjoint."""
        found: list[Override] = []
        folded = _fold(text) if self._folded else text
        position = 0
        while match := self._starts.search(text, position):
            position = match.start()
            best = min(self._entries_at(text, folded, position), key=lambda pair: pair[1].order, default=None)
            if best is None:
                position += 1
            else:
                length, entry = best
                found.append(Override(position, position + length, entry.kind, entry.value))
                position += length
        return found

    def find_spanning(self, text: str) -> list[Override]:
        """Of these only the ones that a sentence must not end in: "Yahoo! News"."""
        return self._spanning.find(text) if self._spanning is not None else []

    def _entries_at(self, text: str, folded: str, position: int) -> Iterator[tuple[int, _Entry]]:
        tables = (
            (text, self._exact, self._exact_lengths),
            (folded, self._folded, self._folded_lengths),
        )
        for string, entries, all_lengths in tables:
            for length in all_lengths.get(string[position], ()):
                for entry in entries.get(string[position : position + length], ()):
                    if not entry.bounded or _stands_alone(text, position, position + length):
                        yield length, entry


def _fold(text: str) -> str:
    """In lower case, character by character, so that positions stay the same."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return (start == 0 or not _runs_on(text[start - 1], text[start])) and (
        end >= len(text) or not _runs_on(text[end - 1], text[end])
    )


def _runs_on(left: str, right: str) -> bool:
    if unicodedata.combining(right):
        return True
    return (
        _WORD.match(left) is not None
        and _WORD.match(right) is not None
        and not (is_unspaced(left) or is_unspaced(right))
    )
