"""From a sentence as it is written to the words that are said: given readings, normalization, white space."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sonant.core.text import Edit, Pronunciation, TracedText
from sonant.text.dictionaries import RuleSet
from sonant.text.normalize.expansion import CLAIMED
from sonant.text.normalize.normalizer import Normalizer
from sonant.text.normalize.say_as import say_as
from sonant.text.runs import Override, Run
from sonant.text.sentences import Sentence, split_sentences

LONGEST_SPOKEN = 800
"""Characters of words after which they are divided even within a sentence."""

_SPEAKABLE = re.compile(r"[^\W_]")
_BLANK = r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]"
_UNTIDY = re.compile(rf" *(?:[^\S ]|[\x00-\x1f\x7f-\x9f\ud800-\udfff]){_BLANK}*+| {{2,}}+")
_LETTER_A = re.compile(r"(?<!\S)A(?!\S)")
_LETTER_A_IPA = "ˈeɪ"
_PLACEHOLDER = "x"


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """What is said of a sentence. `pronunciations` are in order."""

    spoken: TracedText
    pronunciations: tuple[Pronunciation, ...] = ()


class SentenceReader:
    """Reads the sentences of a run.

    Args:
        run: The run.
        normalizer: Of its language.
        rules: Pronunciation rules.
        normalize: Whether figures, signs and abbreviations become words.
        before: Text before the run, which may decide how its beginning is read.
    """

    def __init__(
        self, run: Run, normalizer: Normalizer, rules: RuleSet | None, *, normalize: bool, before: str
    ) -> None:
        self._run = run
        self._normalizer = normalizer
        self._rules = rules
        self._normalize = normalize
        self._before = before
        self._starts = [override.start for override in run.overrides]

    def sentences(self) -> Iterator[Sentence]:
        """Cut the run; not within a stretch whose reading is given, as long as it isn't too long for a sentence."""
        text = self._run.text.text
        kept = [(override.start, override.end) for override in self._run.overrides]
        if self._rules is not None:
            kept += [(override.start, override.end) for override in self._rules.find_spanning(text)]
        return split_sentences(_masked(text, kept, _PLACEHOLDER), self._normalizer.abbreviations)

    def read(self, sentence: Sentence) -> Words:
        """The words of a sentence. Empty if it holds nothing that can be said."""
        text = self._run.text[sentence.start : sentence.end]
        text, given = self._give_readings(text, self._overrides_in(sentence.start, sentence.end))
        if self._normalize:
            text, given = self._normalized(text, given, self._before if sentence.start == 0 else "")
        words = _tidied(text, given)
        return words if _SPEAKABLE.search(words.spoken.text) else Words(TracedText.join(()))

    def _overrides_in(self, start: int, end: int) -> list[Override]:
        """The readings that are given in a stretch, in its own positions.

        A stretch may end within a reading only if that is longer than a sentence; then its first part gets all of it.
        """
        found: list[Override] = []
        first = max(bisect_right(self._starts, start) - 1, 0)
        for override in self._run.overrides[first:]:
            if override.start >= end:
                break
            if override.end <= start:
                continue
            first_character, last = max(override.start, start) - start, min(override.end, end) - start
            if override.start < start:
                found.append(Override(first_character, last, "alias", ""))
            else:
                found.append(Override(first_character, last, override.kind, override.value, override.form))
        if self._rules is None:
            return found
        text = self._run.text.text[start:end]
        matches = self._rules.find(_masked(text, [(override.start, override.end) for override in found], CLAIMED))
        return sorted([*found, *matches], key=lambda override: override.start)

    def _give_readings(self, text: TracedText, overrides: list[Override]) -> tuple[TracedText, list[Pronunciation]]:
        """Put aliases in place. The stretches that are settled come with their sounds, or "" where words say it all."""
        if not overrides:
            return text, []
        edits: list[Edit] = []
        settled: list[Pronunciation] = []
        shift = 0
        for override in overrides:
            start, end = override.start, override.end
            words = self._words_for(override, text.text[start:end])
            if words is not None:
                edits.append(Edit(start, end, words))
            length = end - start if words is None else len(words)
            if override.kind == "phoneme":
                settled.append(Pronunciation(start + shift, start + shift + length, override.value))
            elif override.kind == "say-as" and words is not None:
                settled += self._settle(words, start + shift)
            shift += length - (end - start)
        return text.edited(edits), settled

    def _settle(self, words: str, start: int) -> list[Pronunciation]:
        """Words at `start` as settled stretches: single letters A with their sound, the rest without."""
        settled: list[Pronunciation] = []
        position = 0
        for match in _LETTER_A.finditer(words) if self._normalizer.spells_a else ():
            settled.append(Pronunciation(start + position, start + match.start(), ""))
            settled.append(Pronunciation(start + match.start(), start + match.end(), _LETTER_A_IPA))
            position = match.end()
        return [*settled, Pronunciation(start + position, start + len(words), "")]

    def _words_for(self, override: Override, written: str) -> str | None:
        if override.kind == "alias":
            return override.value
        if override.kind == "say-as":
            return say_as(written, override.value, override.form, self._normalizer)
        return None

    def _normalized(
        self, text: TracedText, settled: list[Pronunciation], before: str
    ) -> tuple[TracedText, list[Pronunciation]]:
        """Put words in place of what isn't words. What is settled stays."""
        masked = _masked(text.text, [(stretch.start, stretch.end) for stretch in settled], CLAIMED)
        if before and not before[-1].isspace() and not masked[:1].isspace():
            before += " "
        offset = len(before)
        found = self._normalizer.edits(before + masked) if before else self._normalizer.edits(masked)
        edits = [Edit(edit.start - offset, edit.end - offset, edit.text) for edit in found if edit.start >= offset]
        if not edits:
            return text, settled
        kept = [stretch for stretch in settled if stretch.ipa]
        moved = _moved(kept, edits)
        if self._normalizer.spells_a:
            moved = sorted([*moved, *_letters_a(edits)], key=lambda stretch: stretch.start)
        return text.edited(edits), moved


def divide(words: Words) -> list[Words]:
    """Divide words that are too many to say at once: at a space between what came from different characters."""
    text, origins = words.spoken.text, words.spoken.origins
    parts: list[Words] = []
    start = 0
    while len(text) - start > LONGEST_SPOKEN:
        cut = next(
            (
                position
                for position in range(start + LONGEST_SPOKEN, start + LONGEST_SPOKEN // 2, -1)
                if text[position - 1].isspace()
                and origins[position] > origins[position - 1]
                and not any(stretch.start < position < stretch.end for stretch in words.pronunciations)
            ),
            None,
        )
        if cut is None:
            break
        parts.append(_part(words, start, cut))
        start = cut
    return [*parts, _part(words, start, len(text))] if parts else [words]


def _part(words: Words, start: int, end: int) -> Words:
    inside = [
        Pronunciation(stretch.start - start, stretch.end - start, stretch.ipa)
        for stretch in words.pronunciations
        if start <= stretch.start < end
    ]
    return _tidied(words.spoken[start:end], inside)


def _tidied(text: TracedText, stretches: Sequence[Pronunciation]) -> Words:
    """With single spaces for white space and control characters, none at the ends, and the sounds that are given."""
    edits = [Edit(match.start(), match.end(), " ") for match in _UNTIDY.finditer(text.text)]
    sounds = [stretch for stretch in stretches if stretch.ipa]
    if edits:
        text, sounds = text.edited(edits), _moved(sounds, edits)
    lead = len(text.text) - len(text.text.lstrip())
    text = text.stripped()
    pronunciations = [
        Pronunciation(max(stretch.start - lead, 0), min(stretch.end - lead, len(text)), stretch.ipa)
        for stretch in sounds
    ]
    return Words(text, tuple(stretch for stretch in pronunciations if stretch.end > stretch.start))


def _moved(stretches: Sequence[Pronunciation], edits: Sequence[Edit]) -> list[Pronunciation]:
    """Where stretches are after edits; both in order."""
    moved: list[Pronunciation] = []
    shift = index = 0
    for stretch in stretches:
        ends: list[int] = []
        for position in (stretch.start, stretch.end):
            while index < len(edits) and edits[index].end <= position:
                shift += len(edits[index].text) - (edits[index].end - edits[index].start)
                index += 1
            inside = index < len(edits) and edits[index].start < position
            ends.append((edits[index].start if inside else position) + shift)
        moved.append(Pronunciation(ends[0], ends[1], stretch.ipa))
    return moved


def _letters_a(edits: Sequence[Edit]) -> list[Pronunciation]:
    """The letters A in spelled-out words, which an engine could take for the article."""
    found: list[Pronunciation] = []
    shift = 0
    for edit in edits:
        if "A" in edit.text:
            starts = (edit.start + shift + match.start() for match in _LETTER_A.finditer(edit.text))
            found += [Pronunciation(start, start + 1, _LETTER_A_IPA) for start in starts]
        shift += len(edit.text) - (edit.end - edit.start)
    return found


def _masked(text: str, stretches: Sequence[tuple[int, int]], mark: str) -> str:
    """The text with marks in place of the characters of some stretches."""
    if not stretches:
        return text
    pieces: list[str] = []
    position = 0
    for start, end in sorted(stretches):
        if start >= position:
            pieces += [text[position:start], mark * (end - start)]
            position = end
    return "".join([*pieces, text[position:]])
