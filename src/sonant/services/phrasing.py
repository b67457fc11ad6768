"""When text that arrives bit by bit is spoken: the buffer behind the sockets."""

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_SCHEDULE = (120.0, 160.0, 250.0, 290.0)
LEAST_TRIGGERED = 50
"""Characters that must wait before `try_trigger_generation` is obeyed."""

_SENTENCE_END = re.compile(r"[.!?…。！？؟।]['\"”’)\]]*\s+|\n+")
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<(/?)[A-Za-z][^<>]*?(/?)>")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Text to be spoken now.

    Attributes:
        text: Ends at a word's end.
        last: Whether nothing follows it for the time being: a flush, or the end.
    """

    text: str
    last: bool


class PhraseBuffer:
    """Collects text and cuts it into phrases.

    The n-th phrase is due when the waiting text has as many characters as the schedule's n-th figure, the last figure
    holding for all that follow. It is cut after its last sentence, or, where none ends in its latter half, after its
    last word. In automatic mode a phrase is due as soon as a sentence is complete.

    Args:
        schedule: Characters, one figure per phrase.
        automatic: Ignore the schedule.
        markup: Never cut inside an element.
    """

    def __init__(self, schedule: Sequence[float], *, automatic: bool, markup: bool) -> None:
        self._schedule = schedule
        self._automatic = automatic
        self._markup = markup
        self._waiting = ""
        self._spoken = 0

    def add(self, text: str, *, trigger: bool = False) -> list[Phrase]:
        """Take text; `trigger` asks for what waits to be spoken if there is enough of it."""
        self._waiting += text
        phrases = []
        while (phrase := self._due(trigger=trigger)) is not None:
            phrases.append(phrase)
        return phrases

    def flush(self) -> list[Phrase]:
        """Everything that waits."""
        text, self._waiting = self._waiting, ""
        if not text.strip():
            return []
        self._spoken += 1
        return [Phrase(text, last=True)]

    def __len__(self) -> int:
        return len(self._waiting)

    def _due(self, *, trigger: bool) -> Phrase | None:
        if self._automatic:
            cut = self._last_sentence(0)
        elif len(self._waiting) >= self._threshold() or (trigger and len(self._waiting) >= LEAST_TRIGGERED):
            cut = self._last_sentence(len(self._waiting) // 2) or self._last_word()
        else:
            return None
        if not cut or not self._waiting[:cut].strip():
            return None
        text, self._waiting = self._waiting[:cut], self._waiting[cut:]
        self._spoken += 1
        return Phrase(text, last=False)

    def _threshold(self) -> float:
        return self._schedule[min(self._spoken, len(self._schedule) - 1)]

    def _last_sentence(self, least: int) -> int:
        return self._last_cut(_SENTENCE_END, least)

    def _last_word(self) -> int:
        return self._last_cut(_SPACE, 0)

    def _last_cut(self, boundary: re.Pattern[str], least: int) -> int:
        """The last place after a boundary, after `least` characters and outside markup; 0 if there is none."""
        inside = _Elements(self._waiting) if self._markup else None
        ends = [match.end() for match in boundary.finditer(self._waiting, least)]
        return next((end for end in reversed(ends) if end > least and (inside is None or end not in inside)), 0)


class _Elements:
    """The stretches of a text that lie inside a tag or between a tag and its end tag."""

    def __init__(self, text: str) -> None:
        self._stretches: list[tuple[int, int]] = []
        depth = start = position = 0
        for tag in _TAG.finditer(text):
            if depth == 0:
                start = tag.start()
            depth = max(0, depth + _nesting(tag))
            if depth == 0:
                self._stretches.append((start, tag.end()))
            position = tag.end()
        if depth:
            self._stretches.append((start, len(text) + 1))
        elif (unfinished := text.find("<", position)) >= 0:
            self._stretches.append((unfinished, len(text) + 1))

    def __contains__(self, cut: int) -> bool:
        index = bisect(self._stretches, (cut, 0)) - 1
        return index >= 0 and self._stretches[index][0] < cut < self._stretches[index][1]


def _nesting(tag: re.Match[str]) -> int:
    closing, empty = tag.groups()
    return 0 if empty else -1 if closing else 1
