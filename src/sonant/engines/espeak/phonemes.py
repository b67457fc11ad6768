"""Pronunciations in IPA, spelled in espeak-ng's own names of phonemes.

Each language has its own set, and its own sound for a name, so the library itself is asked what each name sounds like.
"""

import struct
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from sonant.engines.espeak.library import EspeakLibrary
from sonant.engines.espeak.prosody import Prosody

_STRESS = {"ˈ": "'", "ˌ": ","}
_LONG = "ː"
_LONGEST_IPA = 200
_LONGEST_NAME = 5

_TABLE = struct.Struct("<BBxx32s")
_PHONEME = struct.Struct("<4sIHBB4x")
_VOWEL, _NASAL = 2, 8  # types of phonemes that sound lie from the one to the other

_SPELLINGS = str.maketrans(
    {"ʧ": "tʃ", "ʤ": "dʒ", "ʦ": "ts", "ʣ": "dz", "ʨ": "tɕ", "ʥ": "dʑ", "g": "ɡ", ":": _LONG, "'": "ˈ"}
)
_UNSPELLED = str.maketrans("", "", "\u0361\u035c.‿|‖ˑ")

# What stands in for a sound that a language lacks, nearest first.
_NEIGHBOURS = {
    "i": "ɪ", "ɪ": "i ɨ e", "ɨ": "ɪ y i", "ᵻ": "ɪ ə i", "y": "ʏ u i", "ʏ": "y ʊ ɪ", "ʉ": "u y", "ɯ": "u ɨ",
    "u": "ʊ o", "ʊ": "u o", "e": "eɪ ɛ", "ɛ": "e æ", "ø": "œ ɜ e", "œ": "ø ɜ ɛ", "ɘ": "ə e", "ɵ": "ø o ʊ", "ɤ": "o ʌ",
    "o": "oʊ ɔ", "ɔ": "ɒ o ɑ", "ə": "ɐ ʌ a e", "ɜ": "ɝ ə œ ɛ", "ɝ": "ɜɹ ɚ əɹ ɜ œr er", "ɚ": "əɹ ɝ ɐ ər ə", "ɞ": "ɜ œ",
    "ʌ": "ɐ ə a", "ɐ": "ʌ ə a", "æ": "a ɛ", "a": "ɑ æ ɐ", "ɶ": "a", "ɑ": "a ɒ ʌ", "ɒ": "ɔ ɑ o", "oʊ": "əʊ ou o",
    "eɪ": "ei e", "aɪ": "ai", "aʊ": "au", "ɔɪ": "oi", "əʊ": "oʊ ou o", "r": "ɹ ɾ ʁ ʀ", "ɹ": "r ɾ ʁ ʀ", "ɾ": "r ɹ t",
    "ɻ": "ɹ r", "ɽ": "ɾ r", "ʁ": "ʀ ɣ r ɹ", "ʀ": "ʁ r ɹ", "ɺ": "l ɾ", "l": "ɫ", "ɫ": "l", "ɭ": "l", "ʎ": "lj l",
    "ɬ": "ɫ l", "ɮ": "l", "ɲ": "nj n", "ɳ": "n", "ŋ": "nɡ n", "ɴ": "ŋ", "ɱ": "m", "θ": "s t", "ð": "d z",
    "ʃ": "ʂ ɕ s", "ʒ": "ʐ ʑ ʃ z", "ʂ": "ʃ s", "ʐ": "ʒ z", "ɕ": "ʃ ʂ s", "ʑ": "ʒ z", "z": "s", "tʃ": "tɕ tʂ",
    "dʒ": "dʑ dʐ tʃ", "tɕ": "tʃ", "dʑ": "dʒ", "tʂ": "tʃ", "dʐ": "dʒ", "ɧ": "ʃ x", "f": "p", "v": "ʋ w b f",
    "ʋ": "v w", "w": "v u ɡu", "ʍ": "w hw", "ɥ": "w j", "ɰ": "w ɡ", "β": "b v", "ɸ": "f p", "p": "b", "b": "p",
    "t": "t̪ d", "d": "d̪ t", "ʈ": "t", "ɖ": "d", "c": "k tʃ", "ɟ": "ɡ dʒ", "k": "ɡ", "ɡ": "k", "q": "k", "ɢ": "ɡ",
    "x": "χ ç h k", "χ": "x h", "ç": "x ʃ h", "ʝ": "j", "j": "i", "ɣ": "ɡ ʁ", "ħ": "h x", "ɦ": "h", "h": "x ħ ɦ",
    "ʕ": "ʔ",
}  # fmt: skip


class PhonemeNames:
    """The phonemes of the language that the library is set to.

    Args:
        library: Set to the language.
        voice: The identifier of the language.
    """

    def __init__(self, library: EspeakLibrary, voice: str) -> None:
        silence = Prosody(wpm=449, pitch=50, pitch_range=50, noise_seed=0)
        library.speak("[[_]]", silence, lambda _samples, _marks: None, phonemic=True)  # brackets count from now on
        self._library = library
        self._names: dict[str, str] = {}
        for name, kind in _read_phonemes(library.data, _table_name(library.data, voice)):
            sound = self._sound(name, kind)
            if sound and (sound not in self._names or _plainness(name) < _plainness(self._names[sound])):
                self._names[sound] = name

    def _sound(self, name: str, kind: int) -> str:
        """What a phoneme sounds like inside a word: at its end it may be another."""
        neighbour = "t" if kind == _VOWEL else "a"
        alone, both = (self._ipa(part) for part in (neighbour, f"{name}|{neighbour}"))
        return both.removesuffix(alone) if alone and both.endswith(alone) else self._ipa(name)

    def _ipa(self, names: str) -> str:
        heard = unicodedata.normalize("NFD", self._library.transcribe(f"[[{names}]]"))
        return heard.strip().replace("ˈ", "").replace("ˌ", "")

    def spell(self, ipa: str) -> str:
        """A pronunciation in the names of phonemes; empty if nothing of it can be spoken.

        Sounds that the language lacks become their neighbours, and what is no sound is passed over. One without any
        stress mark is stressed at its beginning.
        """
        rest = unicodedata.normalize("NFD", ipa[:_LONGEST_IPA].translate(_SPELLINGS).translate(_UNSPELLED)).strip()
        spelled: list[str] = [] if "ˈ" in rest else ["'"]
        while rest:
            taken, names = self._next(rest)
            spelled += names
            rest = rest[taken:]
        return "|".join(spelled).replace("'|", "'").replace(",|", ",") if set(spelled) - {"'", ",", "||"} else ""

    def _next(self, rest: str) -> tuple[int, list[str]]:
        """How many characters the next sound takes, and its names; none if it can't be spoken at all."""
        if rest[0] in _STRESS:
            return 1, [_STRESS[rest[0]]]
        if rest[0].isspace():
            return 1, ["||"]
        for length, sound in _candidates(rest):
            if name := self._names.get(sound):
                return length, [name]
            names = [self._names.get(part, "") for part in sound]
            if sound != rest[:length] and all(names):
                return length, names
        return 1, []


def _candidates(rest: str) -> Iterator[tuple[int, str]]:
    """What the next sound might be spoken as, nearest first, and how many characters that would take."""
    for length in range(min(_LONGEST_NAME, len(rest)), 1, -1):
        yield length, rest[:length]
    if rest[1:2] == _LONG:
        for neighbour in _NEIGHBOURS.get(rest[0], "").split():
            yield 2, neighbour + _LONG
    yield 1, rest[0]
    for length in (2, 1):
        for neighbour in _NEIGHBOURS.get(rest[:length], "").split():
            yield length, neighbour
            yield length, neighbour + _LONG


def _plainness(name: str) -> tuple[bool, int]:
    """Less for plain names, which stand for the sound itself and not for what it becomes among others."""
    return any(character in "#-/_^*%0123456789" for character in name), len(name)


def _table_name(data: Path, voice: str) -> str:
    """The phoneme table of a language, as its voice file says or as the language is called."""
    lines = [line.split() for line in (data / "lang" / voice).read_text("utf-8").splitlines()]
    named = {line[0]: line[1] for line in reversed(lines) if len(line) > 1}
    return named.get("phonemes") or named["language"].split("-")[0]


def _read_phonemes(data: Path, table: str) -> list[tuple[str, int]]:
    """Name and type of every phoneme of a table and of those that it builds on, as `phontab` lists them."""
    content = (data / "phontab").read_bytes()
    offset = 4
    tables: list[
        tuple[str, int, int, int]
    ] = []  # name, number of the table below counted from 1, offset, size in bytes
    for _ in range(content[0]):
        count, base, name = _TABLE.unpack_from(content, offset)
        tables.append((name.rstrip(b"\0").decode(), base, offset + _TABLE.size, count * _PHONEME.size))
        offset += _TABLE.size + count * _PHONEME.size
    wanted = next(index for index, (name, *_) in enumerate(tables) if name == table)
    phonemes: dict[int, tuple[str, int]] = {}
    while wanted >= 0:
        _name, base, start, size = tables[wanted]
        for mnemonic, _flags, _program, code, kind in _PHONEME.iter_unpack(content[start : start + size]):
            phonemes.setdefault(code, (mnemonic.rstrip(b"\0").decode("ascii", "replace"), kind))
        wanted = base - 1
    return [(name, kind) for name, kind in phonemes.values() if _VOWEL <= kind <= _NASAL]
