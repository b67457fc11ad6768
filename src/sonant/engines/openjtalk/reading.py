"""How a Japanese text is read: its words, their sounds, and the labels that a voice speaks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sonant.core.speech import PhoneTiming, WordTiming

_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MOST_CHARACTERS = 1500  # of what the reader takes at once
_SOUNDLESS = frozenset({"pau", "sil", "sp", "unk"})
_PAUSE = "pau"

_IPA = {
    "A": "ḁ", "E": "e̥", "I": "i̥", "O": "o̥", "U": "ɯ̥", "u": "ɯ", "N": "ɴ", "cl": "ʔ", "by": "bʲ", "ch": "tɕ", "dy": "dʲ",
    "f": "ɸ", "g": "ɡ", "gw": "ɡʷ", "gy": "ɡʲ", "hy": "ç", "j": "dʑ", "kw": "kʷ", "ky": "kʲ", "my": "mʲ", "ny": "ɲ",
    "py": "pʲ", "r": "ɾ", "ry": "ɾʲ", "sh": "ɕ", "ty": "tʲ", "w": "ɰ", "y": "j",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phone:
    """A label's phone, and the word (characters from and to, exclusive) that it belongs to; None for silence."""

    symbol: str
    word: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of labels up to and with a pause."""

    labels: list[str]
    phones: list[Phone]

    def words(self, lengths: list[int], start: float, sample_rate: int) -> tuple[WordTiming, ...]:
        """Its words' times, given each label's length in samples and the second at which it begins."""
        words: list[WordTiming] = []
        for phone, length in zip(self.phones, lengths, strict=True):
            end = start + length / sample_rate
            if phone.word is not None:
                timing = PhoneTiming(_IPA.get(phone.symbol, phone.symbol), max(0.0, start), max(0.0, end))
                if words and (words[-1].first, words[-1].last) == phone.word:
                    before = words.pop()
                    words.append(WordTiming(*phone.word, before.start, timing.end, (*before.phones, timing)))
                else:
                    words.append(WordTiming(*phone.word, timing.start, timing.end, (timing,)))
            start = end
        return tuple(words)


def read(text: str, reader: Any) -> Iterator[Phrase]:
    """The phrases of a text.

    Args:
        text: Japanese; other scripts are read letter by letter.
        reader: The module `pyopenjtalk`.
    """
    readable = _UNREADABLE.sub(" ", text)
    for start in range(0, len(readable), _MOST_CHARACTERS):
        yield from _phrases(readable[start : start + _MOST_CHARACTERS], start, reader)


def _phrases(text: str, offset: int, reader: Any) -> Iterator[Phrase]:
    analyse = partial(
        reader.run_frontend_detailed, predict_nani=False
    )  # that would start threads, where it is installed
    features, morphemes = analyse(text)
    if not any(feature["mora_size"] for feature in features):
        return
    mapping = reader.make_phoneme_mapping(features, morphs=morphemes, caller_text=text)
    words = _word_of_each_phone(mapping, offset)
    labels: list[str] = []
    phones: list[Phone] = []
    for label in reader.make_label(features):
        symbol = label.split("-", 1)[1].split("+", 1)[0]
        labels.append(label)
        phones.append(Phone(symbol, None if symbol in _SOUNDLESS else next(words)))
        if symbol == _PAUSE:
            yield Phrase(labels, phones)
            labels, phones = [], []
    yield Phrase(labels, phones)


def _word_of_each_phone(mapping: list[dict[str, Any]], offset: int) -> Iterator[tuple[int, int]]:
    """For each sound in order, the characters of its word. A word that isn't in the text joins the one before."""
    word = (offset, offset + 1)
    for entry in mapping:
        first, last = entry["char_span"]
        sounds = [phone for phone in entry["phonemes"] if phone not in _SOUNDLESS]
        if last > first and sounds:
            word = first + offset, last + offset
        for _ in sounds:
            yield word
