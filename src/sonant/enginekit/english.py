"""English text as tokens that an engine which reads ASCII can take, each knowing the characters it came from."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sonant.core.text import Pronunciation
from sonant.enginekit.phones import arpabet_from_ipa

_OPENING = "\"'`({[<"
_CLOSING = "\"'`.,:;!?(){}[]>-"
_STOPS = ".!?:;"
_SPOKEN_SYMBOLS = "@#$%^&*|\\=+~_/"

_ASCII = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u02bc": "'", "\u2032": "'", "\u201c": '"', "\u201d": '"',
    "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-",
    "\u2013": "\u2014", "\u2014": "\u2014", "\u2015": "\u2014", "\u2212": "-", "\u00ad": "", "\u00a1": "",
    "\u00bf": "", "\u00df": "ss", "\u00e6": "ae", "\u00c6": "Ae", "\u0153": "oe", "\u0152": "Oe", "\u00f8": "o",
    "\u00d8": "O", "\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D", "\u00f0": "d", "\u00d0": "D",
    "\u00fe": "th", "\u00de": "Th", "\u0131": "i", "\u00d7": "x",
}  # fmt: skip
_DASH = "\u2014"

_PIECES = re.compile(r"[^\s\u2014]+|\u2014")
_ABBREVIATION = re.compile(
    r"(?:[A-Z]\.)*[A-Z]|mr|mrs|ms|dr|st|prof|jr|sr|vs|etc|no|gen|sen|rev|hon|mt|ft", re.IGNORECASE
)
_SIGNED = re.compile(rf"[{re.escape(_OPENING)}]*[.-]\d")
_QUESTION_WORDS = frozenset({"who", "whom", "whose", "what", "which", "when", "where", "why", "how"})

_ENDINGS = {"'ll": ("AX0", "L"), "'d": ("D",), "'ve": ("V",), "'re": ("ER0",), "'m": ("M",)}
_SIBILANTS = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})
_VOICELESS = frozenset({"P", "T", "K", "F", "TH"})


@dataclass(frozen=True, slots=True)
class Token:
    """A written word.

    Attributes:
        first: Index of its first character in the text, punctuation around it left out.
        last: Index after its last character.
        name: What to read, printable ASCII without spaces; never empty.
        closing: Punctuation after it, up to the next token.
        phones: ARPAbet with stress, where its sounds are given; otherwise empty.
    """

    first: int
    last: int
    name: str
    closing: str = ""
    phones: tuple[str, ...] = ()


def tokens(text: str, pronunciations: Sequence[Pronunciation] = ()) -> list[Token]:
    """Split a text into what is to be read.

    A given pronunciation makes one token of its characters, whatever they are; what touches it is read by itself, but
    an ending such as "'s" joins its sounds. Punctuation belongs to the token before it.

    >>> [(token.name, token.closing) for token in tokens("Caf\u00e9s \u2014 \u201cfine\u201d ones, e.g. ours.")]
    [('Cafes', ','), ('fine', '"'), ('ones', ','), ('e.g', ''), ('ours', '.')]
    """
    found: list[Token] = []
    position = 0
    for given in pronunciations:
        phones = tuple(arpabet_from_ipa(given.ipa))
        if phones and given.start >= position:
            _read(text, position, given.start, found)
            found.append(Token(given.start, given.end, _name(text[given.start : given.end]), phones=phones))
            position = given.end
    _read(text, position, len(text), found)
    return _without_abbreviation_stops(found)


def is_question(spoken: Sequence[Token]) -> bool:
    """Whether it ends in a question mark and asks for a yes or no, which English says with a rising voice."""
    return bool(spoken) and "?" in spoken[-1].closing and spoken[0].name.lower() not in _QUESTION_WORDS


def ends_sentence(spoken: Sequence[Token]) -> bool:
    """Whether the last token is followed by a stop: of a sentence, or one as good as that."""
    return bool(set(spoken[-1].closing) & set(_STOPS))


def split(spoken: Sequence[Token], shortest: int, longest: int) -> Iterator[Sequence[Token]]:
    """Cut a row of tokens after every `longest`, and at punctuation where that leaves `shortest` on both sides."""
    start = 0
    for end in range(1, len(spoken)):
        length = end - start
        stops = set(spoken[end - 1].closing) & set("," + _STOPS)
        if length == longest or (stops and min(length, len(spoken) - end) >= shortest):
            yield spoken[start:end]
            start = end
    yield spoken[start:]


def _read(text: str, start: int, end: int, found: list[Token]) -> None:
    """Append the tokens of a stretch of the text."""
    letters: list[str] = []
    origins: list[int] = []
    for index in range(start, end):
        for letter in _transliterated(text[index]):
            letters.append(letter)
            origins.append(index)
    plain = "".join(letters)
    for piece in _PIECES.finditer(plain):
        _append(piece.group(), origins[piece.start() : piece.end()], found, touches=origins[piece.start()] == start)


def _append(piece: str, origins: Sequence[int], found: list[Token], *, touches: bool) -> None:
    """Append one token, or add to the last one what is no token of its own."""
    before = len(piece) - len(piece.lstrip(_OPENING + _CLOSING))
    if _SIGNED.fullmatch(piece[: before + 1]):
        before -= 1
    opened = piece[before:]
    core = opened.rstrip(_CLOSING)
    last = found[-1] if found else None
    if last and last.phones and touches and last.last == origins[0] and (ending := _ending(piece, last.phones)):
        name = piece.rstrip(_CLOSING)
        phones = last.phones + ending
        found[-1] = replace(last, last=origins[len(name) - 1] + 1, phones=phones, closing=piece[len(name) :])
    elif core and (any(letter.isalnum() for letter in core) or set(core) & set(_SPOKEN_SYMBOLS)):
        if last and before:
            found[-1] = replace(last, closing=last.closing + piece[:before].strip(_OPENING + "-"))
        first, end = origins[before], origins[before + len(core) - 1] + 1
        found.append(Token(first, end, core, closing=opened[len(core) :].replace("-", "")))
    elif last:
        pause = "," if set(piece) & set(_DASH + "-") and not last.closing else piece.replace(_DASH, "").replace("-", "")
        found[-1] = replace(last, closing=last.closing + pause)


def _ending(piece: str, phones: Sequence[str]) -> tuple[str, ...]:
    """The sounds of "'s" and its like after other sounds; none if it is something else."""
    ending = piece.rstrip(_CLOSING).lower()
    if ending != "'s":
        return _ENDINGS.get(ending, ())
    if phones[-1] in _SIBILANTS:
        return ("IH0", "Z")
    return ("S",) if phones[-1] in _VOICELESS else ("Z",)


def _without_abbreviation_stops(found: list[Token]) -> list[Token]:
    """A lone full stop inside the text is an abbreviation's unless a new sentence seems to begin after it."""
    kept = found[:]
    for index, (token, following) in enumerate(pairwise(found)):
        sentence = following.name[0].isupper() and not _ABBREVIATION.fullmatch(token.name)
        if token.closing == "." and not sentence:
            kept[index] = replace(token, closing="")
    return kept


def _name(written: str) -> str:
    """Something ASCII to call a token by whose sounds are given."""
    letters = "".join(letter for character in written for letter in _transliterated(character) if letter.isalnum())
    return letters or "x"


def _transliterated(character: str) -> str:
    """A character as printable ASCII, or the dash; white space as a space; nothing where there is no likeness."""
    if " " <= character <= "~":
        return character
    if character.isspace():
        return " "
    if character in _ASCII:
        return _ASCII[character]
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(letter for letter in decomposed if " " < letter <= "~" or letter == "\u2044").replace("\u2044", "/")
