"""Phonemic alphabets, as IPA."""

import re
import unicodedata

from sonant.enginekit.phones import ipa_from_arpabet

LONGEST_PHONEMES = 1_000

_XSAMPA = {
    # vowels
    "A": "ɑ", "{": "æ", "6": "ɐ", "Q": "ɒ", "E": "ɛ", "@": "ə", "3": "ɜ", "I": "ɪ", "O": "ɔ", "2": "ø", "9": "œ",
    "&": "ɶ", "U": "ʊ", "}": "ʉ", "V": "ʌ", "Y": "ʏ", "1": "ɨ", "M": "ɯ", "7": "ɤ", "8": "ɵ", "@`": "ɚ", "3`": "ɝ",
    "@\\": "ɘ", "3\\": "ɞ", "I\\": "ᵻ", "U\\": "ᵿ",
    # consonants
    "B": "β", "C": "ç", "D": "ð", "G": "ɣ", "H": "ɥ", "J": "ɲ", "K": "ɬ", "L": "ʎ", "N": "ŋ", "P": "ʋ", "v\\": "ʋ",
    "R": "ʁ", "S": "ʃ", "T": "θ", "W": "ʍ", "X": "χ", "Z": "ʒ", "4": "ɾ", "5": "ɫ", "?": "ʔ", "g": "ɡ",
    "b_<": "ɓ", "d_<": "ɗ", "g_<": "ɠ", "G_<": "ʛ", "J\\_<": "ʄ", "d`": "ɖ", "t`": "ʈ", "s`": "ʂ", "z`": "ʐ",
    "n`": "ɳ", "l`": "ɭ", "r`": "ɽ", "r\\`": "ɻ", "r\\": "ɹ", "R\\": "ʀ", "B\\": "ʙ", "G\\": "ɢ", "H\\": "ʜ",
    "h\\": "ɦ", "J\\": "ɟ", "j\\": "ʝ", "K\\": "ɮ", "L\\": "ʟ", "l\\": "ɺ", "M\\": "ɰ", "N\\": "ɴ", "O\\": "ʘ",
    "p\\": "ɸ", "s\\": "ɕ", "z\\": "ʑ", "x\\": "ɧ", "X\\": "ħ", "?\\": "ʕ", "<\\": "ʢ", ">\\": "ʡ", "|\\": "ǀ",
    "!\\": "ǃ", "||\\": "ǁ", "|\\|\\": "ǁ", "=\\": "ǂ", "F": "ɱ",
    # suprasegmentals and diacritics
    '"': "ˈ", "%": "ˌ", ":": "ː", ":\\": "ˑ", "_X": "\u0306", "_~": "\u0303", "~": "\u0303", "=": "\u0329",
    "_=": "\u0329", "_h": "ʰ", "_j": "ʲ", "'": "ʲ", "_w": "ʷ", "_G": "ˠ", "_?\\": "ˤ", "_0": "\u0325", "_v": "\u032c",
    "_d": "\u032a", "_a": "\u033a", "_m": "\u033b", "_t": "\u0324", "_k": "\u0330", "_}": "\u031a", "_^": "\u032f",
    "_r": "\u031d", "_o": "\u031e", "_+": "\u031f", "_-": "\u0320", "_A": "\u0318", "_q": "\u0319", "_O": "\u0339",
    "_c": "\u031c", '_"': "\u0308", "_x": "\u033d", "_N": "\u033c", "_e": "\u0334", "_l": "ˡ", "_n": "ⁿ", "_>": "ʼ",
    "`": "˞", "_T": "˥", "_H": "˦", "_M": "˧", "_L": "˨", "_B": "˩", "_F": "\u0302", "_R": "\u030c",
    "-\\": "‿", "-": "", ".": ".", "|": "|", "||": "‖", "_": "\u0361", " ": " ",
    # letters that are the same
    **{letter: letter for letter in "abcdefhijklmnopqrstuvwxyz"},
}  # fmt: skip
_XSAMPA_SYMBOL = re.compile("|".join(map(re.escape, sorted(_XSAMPA, key=len, reverse=True))))
_IPA_LETTERS = frozenset("ˈˌːˑ.|‖‿ '()-ʰʲʷˠˤˡⁿ˞˥˦˧˨˩↗↘ꜛꜜʼ̍")


def from_xsampa(phonemes: str) -> str:
    r"""X-SAMPA as IPA.

    Raises:
        ValueError: A symbol is unknown.

    >>> from_xsampa('t@"m{t@U'), from_xsampa('"Z_wE')
    ('təˈmætəʊ', 'ˈʒʷɛ')
    """
    ipa: list[str] = []
    position = 0
    while position < len(phonemes):
        match = _XSAMPA_SYMBOL.match(phonemes, position)
        if match is None:
            raise ValueError("unknown X-SAMPA symbol")
        ipa.append(_XSAMPA[match[0]])
        position = match.end()
    return "".join(ipa)


def from_arpabet(phonemes: str) -> str:
    """CMU ARPAbet, words separated by "|" or "_" as needed, as IPA.

    Raises:
        ValueError: A phone is unknown.

    >>> from_arpabet("HH AH0 L OW1")
    'həlˈoʊ'
    """
    try:
        return " ".join(ipa_from_arpabet(word.upper().split()) for word in re.split(r"[|_]", phonemes))
    except KeyError as error:
        raise ValueError("unknown ARPAbet phone") from error


def checked_ipa(phonemes: str) -> str:
    """IPA, after a look at whether it may be.

    Raises:
        ValueError: It holds something that is neither a letter nor a mark of the alphabet.
    """
    if any(not (letter.isalpha() or unicodedata.combining(letter) or letter in _IPA_LETTERS) for letter in phonemes):
        raise ValueError("not IPA")
    return phonemes


ALPHABETS = {
    "ipa": checked_ipa,
    "x-sampa": from_xsampa,
    "x-SAMPA": from_xsampa,
    "cmu-arpabet": from_arpabet,
    "cmu": from_arpabet,
}


def to_ipa(phonemes: str, alphabet: str) -> str:
    """Phonemes in an alphabet of `ALPHABETS` as IPA.

    Raises:
        ValueError: There is no such alphabet, they aren't written in it, or there are too many.
    """
    if alphabet not in ALPHABETS or len(phonemes) > LONGEST_PHONEMES:
        raise ValueError("unknown alphabet, or too many phonemes")
    return ALPHABETS[alphabet](phonemes)
