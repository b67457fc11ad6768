"""From an engine's word and phone times to a time for every character, of the spoken text and of the caller's.

An engine reports words, and phones inside them. Letters are laid over the phones of their word by a monotone alignment
that matches vowels with vowels and consonants with consonants, so a boundary between letters is a boundary the engine
reported. Spaces and punctuation take the gap between words. The caller's characters get their times through the origins
of the spoken ones.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sonant.core.speech import PhoneTiming, WordTiming
from sonant.core.text import Passage

_VOWEL_LETTERS = frozenset("aeiouyαεηιουωаеиоуыэюяєіїæøœıəअआइईउऊएऐओऔािीुूेैोौ")
_VOWEL_PHONES = frozenset("aeiouyɑɐɒæɓəɘɛɜɝɞɤɨɪʏɯɔøɵœɶʉʊʌɚᵻ")

_SHARED_PHONE, _SKIPPED_PHONE, _MISMATCH = 0.7, 0.6, 1.0
_LARGEST_TABLE = 4096  # letters times phones; a longer stretch (a script without spaces) is laid over its phones evenly


@dataclass(frozen=True, slots=True)
class Alignment:
    """Characters and when they are heard.

    Attributes:
        text: The characters.
        starts: Seconds, one per character, never decreasing.
        ends: Seconds, one per character.
    """

    text: str
    starts: tuple[float, ...]
    ends: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.text) == len(self.starts) == len(self.ends):
            raise ValueError("an alignment needs one start and one end per character")

    def shifted(self, seconds: float) -> "Alignment":
        """The same, `seconds` later."""
        return Alignment(
            self.text, tuple(start + seconds for start in self.starts), tuple(end + seconds for end in self.ends)
        )


def joined(alignments: Iterable[Alignment]) -> Alignment:
    """Alignments one after another."""
    kept = list(alignments)
    return Alignment(
        "".join(alignment.text for alignment in kept),
        tuple(start for alignment in kept for start in alignment.starts),
        tuple(end for alignment in kept for end in alignment.ends),
    )


def letter_boundaries(letters: str, phones: Sequence[PhoneTiming]) -> list[float]:
    """Where each letter of a word begins, and where the last one ends.

    Args:
        letters: At least one.
        phones: At least one, in order.

    Returns:
        `len(letters) + 1` seconds, never decreasing.
    """
    if len(letters) * len(phones) > _LARGEST_TABLE:
        return [*(phones[index * len(phones) // len(letters)].start for index in range(len(letters))), phones[-1].end]
    first, last = _phones_of_letters(letters, phones)
    bounds = []
    for (start_phone, end_phone), group in groupby(zip(first, last, strict=True)):
        sharing = len(list(group))
        start, end = phones[start_phone].start, phones[end_phone].end
        bounds += [start + (end - start) * place / sharing for place in range(sharing)]
    return [*bounds, phones[-1].end]


def _phones_of_letters(letters: str, phones: Sequence[PhoneTiming]) -> tuple[list[int], list[int]]:
    """The first and last phone of each letter, by the cheapest monotone path. Every phone is some letter's."""
    letter_vowels = [_is_vowel_letter(letter) for letter in letters]
    phone_vowels = [phone.symbol.lstrip("ˈˌ")[:1] in _VOWEL_PHONES for phone in phones]
    rows, columns = len(letters), len(phones)
    cost = [[float("inf")] * columns for _ in range(rows)]
    came = [
        [0] * columns for _ in range(rows)
    ]  # phones advanced since the letter before: 0 shared, 1 next, more: covers
    for row in range(rows):
        for column in range(columns):
            mismatch = _MISMATCH * (letter_vowels[row] is not None and letter_vowels[row] != phone_vowels[column])
            if row == 0:
                cost[row][column] = mismatch + _SKIPPED_PHONE * column
                continue
            for step in range(min(column, 3) + 1):
                price = _SHARED_PHONE if step == 0 else _SKIPPED_PHONE * (step - 1)
                before = cost[row - 1][column - step] + price + mismatch
                if before < cost[row][column]:
                    cost[row][column], came[row][column] = before, step
    end = min(range(columns), key=lambda column: cost[-1][column] + _SKIPPED_PHONE * (columns - 1 - column))
    landed = [end]
    for row in range(rows - 1, 0, -1):
        landed.append(landed[-1] - came[row][landed[-1]])
    landed.reverse()
    return _covering(landed, columns)


def _covering(landed: list[int], columns: int) -> tuple[list[int], list[int]]:
    """Give the phones that no letter landed on to the letter before them, or, at the start, to the first."""
    first, last = list(landed), list(landed)
    first[0] = 0
    for row in range(len(landed)):
        following = next((other for other in landed[row + 1 :] if other != landed[row]), columns)
        last[row] = following - 1
        if row and landed[row] == landed[row - 1]:
            first[row] = first[row - 1]
    return first, last


def _is_vowel_letter(letter: str) -> bool | None:
    """None where the script doesn't tell, or the character has no sound of its own."""
    if not letter.isalpha():
        return None
    base = unicodedata.normalize("NFD", letter.lower())[0]
    if base in _VOWEL_LETTERS:
        return True
    return False if unicodedata.name(base, "").split(" ")[0] in {"LATIN", "GREEK", "CYRILLIC"} else None


class PassageAligner:
    """Turns the word times of one passage into character times, as they arrive.

    A character is handed out with the stretch of audio in which it begins, once its times are final.

    Args:
        passage: What is being spoken.
        source_text: The caller's whole text.
        offset: Seconds of audio before the passage.
    """

    def __init__(self, passage: Passage, source_text: str, offset: float) -> None:
        self._spoken = passage.spoken.text
        self._origins = passage.spoken.origins.tolist()
        self._source = source_text
        self._source_position, self._source_end = passage.source
        self._offset = offset
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._handed_out = 0

    def add(self, words: Iterable[WordTiming]) -> None:
        """Take words in order. Times are seconds from the start of the passage."""
        for word in words:
            self._fill(word.first, word.start)
            self._settle(word)

    def take(self, elapsed: float) -> tuple[Alignment, Alignment]:
        """Characters that begin before `elapsed` seconds of the passage's audio and weren't handed out yet.

        Returns:
            The alignment of the caller's text and that of the spoken text, seconds from the start of all audio.
        """
        upto = self._handed_out
        known = min(len(self._starts), len(self._spoken) - 1)  # when the last one ends isn't known yet
        while upto < known and self._starts[upto] < elapsed:
            upto += 1
        return self._hand_out(upto, self._origins[upto] if upto < len(self._origins) else self._source_position)

    def finish(self, duration: float) -> tuple[Alignment, Alignment]:
        """The rest. The last character ends where the passage's audio ends, `duration` seconds from its start."""
        self._fill(len(self._spoken), duration)
        if self._ends:
            self._ends[-1] = max(duration, self._starts[-1])
        source, spoken = self._hand_out(len(self._spoken), self._source_end)
        if source.text:
            source = Alignment(source.text, source.starts, (*source.ends[:-1], self._offset + duration))
        return source, spoken

    def _settle(self, word: WordTiming) -> None:
        last = min(word.last, len(self._spoken))
        letters = self._spoken[len(self._starts) : last]
        if not letters:
            return
        if word.phones:
            bounds = letter_boundaries(letters, word.phones)
        else:
            step = (word.end - word.start) / len(letters)
            bounds = [word.start + step * index for index in range(len(letters) + 1)]
        floor = self._ends[-1] if self._ends else 0.0
        bounds = [max(bound, floor) for bound in bounds]
        self._starts += bounds[:-1]
        self._ends += bounds[1:]

    def _fill(self, position: int, until: float) -> None:
        """Let the characters before `position` that no word covers take the time up to `until`."""
        count = position - len(self._starts)
        if count <= 0:
            return
        start = self._ends[-1] if self._ends else 0.0
        step = max(0.0, until - start) / count
        self._starts += [start + step * index for index in range(count)]
        self._ends += [start + step * (index + 1) for index in range(count)]

    def _hand_out(self, upto: int, source_upto: int) -> tuple[Alignment, Alignment]:
        offset = self._offset
        spoken = Alignment(
            self._spoken[self._handed_out : upto],
            tuple(offset + start for start in self._starts[self._handed_out : upto]),
            tuple(offset + end for end in self._ends[self._handed_out : upto]),
        )
        source = self._traced_back(source_upto)
        self._handed_out = upto
        return source, spoken

    def _traced_back(self, upto: int) -> Alignment:
        """Times of the caller's characters up to `upto`: from the first to the last spoken character made of each."""
        first, upto = self._source_position, max(self._source_position, upto)
        spans: dict[int, tuple[float, float]] = {}
        for origin, start, end in zip(self._origins, self._starts, self._ends, strict=False):
            if first <= origin < upto:
                spans[origin] = (spans[origin][0] if origin in spans else start, end)
        position = next((start for _, (start, _) in sorted(spans.items())), self._ends[-1] if self._ends else 0.0)
        starts, ends = [], []
        for index in range(first, upto):
            start, end = spans.get(index, (position, position))
            starts.append(self._offset + start)
            ends.append(self._offset + end)
            position = end
        self._source_position = upto
        return Alignment(self._source[first:upto], tuple(starts), tuple(ends))
