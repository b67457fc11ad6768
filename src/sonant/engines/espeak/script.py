"""What the library is given to read for an utterance."""

import re
from dataclasses import dataclass

from sonant.core.speech import Utterance
from sonant.core.text import Edit, Pronunciation, TracedText
from sonant.engines.espeak.library import EspeakLibrary
from sonant.engines.espeak.phonemes import PhonemeNames
from sonant.engines.espeak.words import Token, bare_sounds, find_words, is_unseparated

# Characters that command the library (control and private-use ones) or can't be encoded.
_COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufff0-\uffff\U000f0000-\U0010ffff]")
_BRACKETS = re.compile(r"[\[\]]")
_ENDS = frozenset(".!?…‥。！？｡؟۔।॥։՜՞።፧,;:،؛，、；：—–-")
_CLOSERS = "\"'”’»›)]}」』） \t\n\r\u00a0"


@dataclass(frozen=True, slots=True)
class Script:
    """A text for the library, and how it relates to the utterance's.

    Attributes:
        traced: The text, with the utterance's character for each of its characters.
        phonemic: It names phonemes in double brackets.
        tokens: The utterance's words.
    """

    traced: TracedText
    phonemic: bool
    tokens: list[Token]

    def origin(self, position: int) -> int:
        """The utterance's character for a position in the script, which may lie a little outside."""
        origins = self.traced.origins
        return int(origins[min(max(position, 0), len(origins) - 1)]) if len(origins) else 0


def write_script(utterance: Utterance, library: EspeakLibrary, voice: str) -> Script:
    """The script of an utterance, for the voice that the library is set to."""
    text = _COMMANDS.sub(" ", utterance.text)
    edits = _edits(utterance.pronunciations, library, voice) if utterance.pronunciations else []
    tokens = [_token(text, first, last, library) for first, last in find_words(text)]
    if edits:
        text = _BRACKETS.sub(" ", text)
    if _goes_on(utterance):
        edits.append(Edit(len(text), len(text), ","))
    return Script(TracedText.from_source(text).edited(edits), any(edit.text != "," for edit in edits), tokens)


def _edits(pronunciations: tuple[Pronunciation, ...], library: EspeakLibrary, voice: str) -> list[Edit]:
    names = PhonemeNames(library, voice)
    written = ((given, names.spell(given.ipa)) for given in pronunciations)
    return [Edit(given.start, given.end, f" [[{spelling}]] ") for given, spelling in written if spelling]


def _token(text: str, first: int, last: int, library: EspeakLibrary) -> Token:
    word = text[first:last]
    return Token(first, last, "" if is_unseparated(word) else bare_sounds(library.transcribe(word)))


def _goes_on(utterance: Utterance) -> bool:
    """Whether the sentence is unfinished, so that the voice must not fall at its end."""
    ending = utterance.text.rstrip(_CLOSERS)[-1:]
    return bool(utterance.next_text.strip()) and ending not in _ENDS
