"""Text that knows where it came from.

The text pipeline turns the caller's text into what is spoken: markup goes, numbers become words, rules apply.
`TracedText` carries, for each character of the result, the index of the caller's character that it came from, so that
one set of times from an engine gives the alignment of both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Origins = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in place of the characters `start` to `end` (exclusive)."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class TracedText:
    """A text and the origin of each of its characters.

    Attributes:
        text: What it says now.
        origins: int32, shape `(len(text),)`, never decreasing: indices into the caller's text.
    """

    text: str
    origins: Origins

    def __post_init__(self) -> None:
        if self.origins.shape != (len(self.text),):
            raise ValueError(f"{len(self.text)} characters need as many origins, not {self.origins.shape}")

    @classmethod
    def from_source(cls, text: str, offset: int = 0) -> "TracedText":
        """The caller's own text, unchanged; its first character is the caller's character `offset`."""
        return cls(text, np.arange(offset, offset + len(text), dtype=np.int32))

    @classmethod
    def join(cls, pieces: Iterable["TracedText"]) -> "TracedText":
        """Pieces one after another."""
        kept = list(pieces)
        if not kept:
            return cls("", np.empty(0, np.int32))
        if len(kept) == 1:
            return kept[0]
        return cls("".join(piece.text for piece in kept), np.concatenate([piece.origins for piece in kept]))

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> "TracedText":
        """A stretch of it, origins kept; steps are not allowed."""
        if part.step not in (None, 1):
            raise ValueError("a traced text can't be cut in steps")
        return TracedText(self.text[part], self.origins[part])

    def edited(self, edits: Sequence[Edit]) -> "TracedText":
        """Apply edits that are in order and don't overlap.

        A replacement's characters are spread over the origins of what they replace. An insertion takes the
        origin of the character before it, or, at the very beginning, of the one after it; in an empty text that is 0.

        Raises:
            ValueError: Edits overlap, are out of order or out of range.

        >>> traced = TracedText.from_source("I owe $5.").edited([Edit(6, 8, "five dollars")])
        >>> traced.text, traced.origins[6:18].tolist()
        ('I owe five dollars.', [6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7])
        """
        pieces: list[str] = []
        origins: list[Origins] = []
        position = 0
        for edit in edits:
            if not position <= edit.start <= edit.end <= len(self.text):
                raise ValueError(f"edit {edit.start}:{edit.end} overlaps another or is out of range")
            pieces += (self.text[position : edit.start], edit.text)
            origins += (self.origins[position : edit.start], self._spread(edit))
            position = edit.end
        if not pieces:
            return self
        return TracedText("".join([*pieces, self.text[position:]]), np.concatenate([*origins, self.origins[position:]]))

    def stripped(self) -> "TracedText":
        """Without white space at both ends."""
        start = len(self.text) - len(self.text.lstrip())
        return self[start : max(start, len(self.text.rstrip()))]

    def _spread(self, edit: Edit) -> Origins:
        length = len(edit.text)
        replaced = self.origins[edit.start : edit.end]
        if len(replaced) == 1:
            return np.repeat(replaced, length)
        if len(replaced):
            return replaced[np.arange(length) * len(replaced) // max(length, 1)]
        neighbour = edit.start - 1 if edit.start else 0
        origin = self.origins[neighbour] if len(self.origins) else 0
        return np.full(length, origin, np.int32)


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """Speak the characters `start` to `end` (exclusive) of a spoken text as these sounds.

    Attributes:
        ipa: Phonemes in the International Phonetic Alphabet, stress marks included.
    """

    start: int
    end: int
    ipa: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How something is said, in physical terms. Ratios are relative to the speaker's natural way.

    Attributes:
        rate: Ratio of speaking rate; 2.0 is twice as fast.
        pitch: Ratio of mean fundamental frequency.
        pitch_range: Ratio of the fundamental frequency's spread around its mean.
        variability: 0 (each rendering alike, whatever the seed) to 1 (renderings with other seeds differ most).
        volume_db: Gain in decibels.
        presence: Lift the band that carries consonants, so that the voice stands out.
    """

    rate: float = 1.0
    pitch: float = 1.0
    pitch_range: float = 1.0
    variability: float = 0.5
    volume_db: float = 0.0
    presence: bool = False

    def with_prosody(
        self, *, rate: float = 1.0, pitch: float = 1.0, pitch_range: float = 1.0, volume_db: float = 0.0
    ) -> "Delivery":
        """The same delivery, faster, higher, livelier or louder by these ratios and decibels."""
        return replace(
            self,
            rate=self.rate * rate,
            pitch=self.pitch * pitch,
            pitch_range=self.pitch_range * pitch_range,
            volume_db=self.volume_db + volume_db,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A stretch of speech that an engine makes in one go: a sentence, or the part of one that is said in one way.

    The passages of a text, in order, account for every character of the caller's text exactly once.

    Attributes:
        spoken: What is said. May be empty: then the passage is only its pause.
        source: Start and end (exclusive) in the caller's text of the characters it accounts for, markup included.
        language: BCP 47 tag of what is said.
        pronunciations: Stretches of `spoken` whose sounds are given, in order.
        delivery: What markup asks for, relative to the voice's own delivery.
        pause: Seconds of silence after it, beyond the engine's own.
    """

    spoken: TracedText
    source: tuple[int, int]
    language: str
    pronunciations: tuple[Pronunciation, ...] = ()
    delivery: Delivery = field(default_factory=Delivery)
    pause: float = 0.0
