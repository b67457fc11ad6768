"""What markup leaves of a text: runs that are said in one way, and stretches whose reading is given."""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from sonant.core.text import Delivery, TracedText

_LEAD = re.compile(r"[.,;:!?…。！？、，।؟،)\]\"'”’»]+(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Override:
    """A stretch of a run that markup or a dictionary says how to read.

    Attributes:
        start: First character, an index into the run's text.
        end: After the last one.
        kind: `alias`: say `value` instead. `phoneme`: its sounds are `value`, in IPA. `say-as`: read it as a `value`.
        value: See `kind`.
        form: The format of a `say-as`, such as "dmy".
    """

    start: int
    end: int
    kind: Literal["alias", "phoneme", "say-as"]
    value: str
    form: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Text that is said in one way, up to the next change or break.

    Attributes:
        text: Without markup; otherwise as the caller wrote it.
        source_end: Index after the last of the caller's characters that it accounts for, markup included. It accounts
            for all of them from the end of the run before.
        overrides: In order, disjoint.
        language: BCP 47 tag where markup names one.
        delivery: What markup asks for.
        pause: Seconds after it.
    """

    text: TracedText
    source_end: int
    overrides: tuple[Override, ...] = ()
    language: str | None = None
    delivery: Delivery = field(default_factory=Delivery)
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Style:
    """How a stretch of markup is said."""

    language: str | None = None
    delivery: Delivery = field(default_factory=Delivery)


class RunBuilder:
    """Puts runs together from what a scanner finds, from the first character to the last."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._pieces: list[TracedText] = []
        self._overrides: list[Override] = []
        self._style = Style()
        self._rest = 0.0
        self.length = 0

    def add(self, piece: TracedText) -> None:
        """Append text to the current run."""
        self._pieces.append(piece)
        self.length += len(piece)

    def override(self, override: Override) -> None:
        """Give the reading of a stretch of the current run, which ends where the run ends now."""
        self._overrides.append(override)

    def set_style(self, style: Style, position: int) -> None:
        """Say what follows in another way. `position` is where the markup that asks for it starts or ends."""
        if style != self._style:
            self.close(position)
            self._style = style

    def close(self, position: int, *, pause: float = 0.0, rest: float = 0.0) -> None:
        """End the current run.

        Args:
            position: Index after the last of the caller's characters that belong to it.
            pause: Seconds that markup asks for.
            rest: Seconds that are natural here, unless a pause is longer or nothing follows.
        """
        text = self._without_lead(TracedText.join(self._pieces))
        if text.text.strip() or self._overrides:
            self._flush_rest()
            overrides = tuple(self._overrides)
            self._runs.append(Run(text, position, overrides, self._style.language, self._style.delivery, pause))
            self._rest = rest
        elif pause or (rest and self._runs):
            self._lengthen(position, pause)
            self._rest = max(self._rest, rest)
        self._pieces, self._overrides, self.length = [], [], 0

    def finish(self, position: int) -> list[Run]:
        """End the last run; all runs."""
        self.close(position)
        if self._runs:
            self._runs[-1] = _extended(self._runs[-1], position)
        elif position:
            self._runs.append(Run(TracedText.join(()), position))
        return self._runs

    def _without_lead(self, text: TracedText) -> TracedText:
        """The current run's text, after punctuation at its start has gone where it belongs: to the run before."""
        if not self._runs or self._runs[-1].pause or self._rest or not self._runs[-1].text.text or self._overrides:
            return text
        match = _LEAD.match(text.text)
        if match is None:
            return text
        last = self._runs[-1]
        lead = text[: match.end()]
        joined = TracedText.join((last.text, lead))
        self._runs[-1] = replace(last, text=joined, source_end=max(last.source_end, int(lead.origins[-1]) + 1))
        return text[match.end() :]

    def _lengthen(self, position: int, pause: float) -> None:
        if not self._runs:
            self._runs.append(Run(TracedText.join(()), position))
        self._runs[-1] = _extended(self._runs[-1], position, pause)

    def _flush_rest(self) -> None:
        if self._runs and self._rest > self._runs[-1].pause:
            self._runs[-1] = _extended(self._runs[-1], self._runs[-1].source_end, self._rest - self._runs[-1].pause)
        self._rest = 0.0


def _extended(run: Run, position: int, pause: float = 0.0) -> Run:
    return replace(run, source_end=position, pause=run.pause + pause)
