"""The sounds of speech in two alphabets: the International Phonetic Alphabet, and the CMU dictionary's ARPAbet.

ARPAbet here is upper case with a stress digit on vowels ("HH AX0 L OW1"). `AX` (schwa) is accepted and produced beside
the dictionary's own `AH0`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

PRIMARY, SECONDARY = "ˈ", "ˌ"

_VOWELS = {
    "AA": "ɑ",
    "AE": "æ",
    "AH": "ʌ",
    "AO": "ɔ",
    "AW": "aʊ",
    "AX": "ə",
    "AY": "aɪ",
    "EH": "ɛ",
    "ER": "ɝ",
    "EY": "eɪ",
    "IH": "ɪ",
    "IY": "i",
    "OW": "oʊ",
    "OY": "ɔɪ",
    "UH": "ʊ",
    "UW": "u",
}
_CONSONANTS = {
    "B": "b",
    "CH": "tʃ",
    "D": "d",
    "DH": "ð",
    "F": "f",
    "G": "ɡ",
    "HH": "h",
    "JH": "dʒ",
    "K": "k",
    "L": "l",
    "M": "m",
    "N": "n",
    "NG": "ŋ",
    "P": "p",
    "R": "ɹ",
    "S": "s",
    "SH": "ʃ",
    "T": "t",
    "TH": "θ",
    "V": "v",
    "W": "w",
    "Y": "j",
    "Z": "z",
    "ZH": "ʒ",
}
_UNSTRESSED = {"AH": "ə", "ER": "ɚ"}
_ALLOPHONES = {
    "AXR": "ɚ",
    "DX": "ɾ",
    "EL": "l̩",
    "EM": "m̩",
    "EN": "n̩",
    "HV": "ɦ",
    "IX": "ɨ",
    "NX": "ɾ̃",
    "UX": "ʉ",
}

# What English makes of sounds and spellings that are not the ones above, as ARPAbet without stress.
_FOREIGN = {
    # affricates and vowels that are written in other ways
    "ʧ": "CH", "ʤ": "JH", "tɕ": "CH", "dʑ": "JH", "tʂ": "CH", "dʐ": "JH", "cç": "CH", "ɟʝ": "JH",
    "əʊ": "OW", "ɔʊ": "OW", "oː": "AO", "o": "OW", "ɛɪ": "EY", "æɪ": "EY", "ʌɪ": "AY", "ɑɪ": "AY", "ɑʊ": "AW",
    "æʊ": "AW", "oɪ": "OY", "ɒɪ": "OY", "ei": "EY", "ai": "AY", "au": "AW", "ou": "OW", "oi": "OY", "ɔi": "OY",
    "ɒ": "AA", "ɐ": "AH", "a": "AA", "aː": "AA", "e": "EH", "eː": "EY", "ɘ": "AX", "ɵ": "UH", "ɤ": "AH", "ɨ": "IH",
    "ᵻ": "IH", "ᵿ": "UH", "ʉ": "UW", "ɯ": "UW", "y": "UW", "ʏ": "UH", "ø": "ER", "œ": "ER", "ɶ": "AE", "ɞ": "ER",
    # vowels with an r, British and American
    "ɜ": "ER", "ɝ": "ER", "ɚ": "ER", "ɜɹ": "ER", "əɹ": "ER", "ʌɹ": "ER", "ɜr": "ER", "ər": "ER", "ʌr": "ER",
    "ɜːɹ": "ER", "ɜːr": "ER", "ɪə": "IH R", "iə": "IY AX", "eə": "EH R", "ɛə": "EH R", "ʊə": "UH R", "ɔə": "AO R",
    "ɪəɹ": "IH R", "eəɹ": "EH R", "ɛəɹ": "EH R", "ʊəɹ": "UH R", "ɪər": "IH R", "eər": "EH R", "ɛər": "EH R",
    "ʊər": "UH R",
    # consonants
    "g": "G", "r": "R", "ɾ": "D", "ɽ": "D", "ɻ": "R", "ʁ": "R", "ʀ": "R", "ɺ": "L", "ɭ": "L", "ɫ": "L", "ɬ": "L",
    "ɮ": "L", "ʎ": "L Y", "ɲ": "N Y", "ɳ": "N", "ɴ": "NG", "ɱ": "M", "ʍ": "W", "ɰ": "W", "ɥ": "W", "ʋ": "V",
    "β": "V", "ɸ": "F", "x": "K", "χ": "K", "ç": "HH", "ħ": "HH", "ɦ": "HH", "ɣ": "G", "ɢ": "G", "q": "K", "c": "K",
    "ɟ": "G", "ʝ": "Y", "ɕ": "SH", "ʂ": "SH", "ɧ": "SH", "ʑ": "ZH", "ʐ": "ZH", "ʈ": "T", "ɖ": "D", "ʔ": "", "ʕ": "",
}  # fmt: skip

_TO_ARPABET = {**{ipa: name for name, ipa in (_VOWELS | _CONSONANTS).items()}, **_FOREIGN}
_LONGEST = max(map(len, _TO_ARPABET))
_VOWEL_LETTERS = frozenset("aɑɒæɐeɛəɘɜɝɚɞɤiɪɨᵻoɔøœɶɵuʊʉᵿɯʌyʏ")
_SYLLABIC = "\u0329"  # the stroke below l, m, n that makes them a syllable
_STRESS_DIGIT = re.compile(r"[0-9]$")


def is_vowel(ipa: str) -> bool:
    """Whether a phoneme, stress and diacritics allowed, is the core of a syllable.

    >>> is_vowel("ˈoʊ"), is_vowel("tʃ"), is_vowel("n̩")
    (True, False, True)
    """
    return any(letter in _VOWEL_LETTERS or letter == _SYLLABIC for letter in unicodedata.normalize("NFD", ipa))


def ipa_of(phone: str) -> str:
    """One ARPAbet phone, in either case, as IPA without a stress mark. The digit may be missing.

    The names that TIMIT has for variants ("AXR", "DX") are known, too.

    Raises:
        KeyError: There is no such phone.

    >>> ipa_of("OW1"), ipa_of("ah0"), ipa_of("AH1"), ipa_of("ch")
    ('oʊ', 'ə', 'ʌ', 'tʃ')
    """
    name = _STRESS_DIGIT.sub("", phone.upper())
    if phone.endswith("0") and name in _UNSTRESSED:
        return _UNSTRESSED[name]
    return _VOWELS.get(name) or _ALLOPHONES.get(name) or _CONSONANTS[name]


def ipa_from_arpabet(phones: Sequence[str]) -> str:
    """A word in ARPAbet as IPA, each stress mark right before its vowel.

    Raises:
        KeyError: A phone doesn't exist.

    >>> ipa_from_arpabet("HH AH0 L OW1".split())
    'həlˈoʊ'
    """
    marks = {"1": PRIMARY, "2": SECONDARY}
    return "".join(marks.get(phone[-1:], "") + ipa_of(phone) for phone in phones)


def arpabet_from_ipa(ipa: str) -> list[str]:
    """A word in IPA as the ARPAbet phones nearest to it; vowels carry their stress.

    Tolerant: ties, length marks and diacritics need not be there, sounds English lacks become their neighbours, and
    what is no sound at all is passed over. A word without any stress mark is stressed on its first full vowel.

    >>> arpabet_from_ipa("təˈmɑːtəʊ")
    ['T', 'AX0', 'M', 'AA1', 'T', 'OW0']
    >>> arpabet_from_ipa("t͡ʃɜːt͡ʃ"), arpabet_from_ipa("bʌtn̩")
    (['CH', 'ER1', 'CH'], ['B', 'AH1', 'T', 'AX0', 'N'])
    """
    phones: list[str] = []
    stress = "0"
    for symbol in _symbols(ipa):
        if symbol in (PRIMARY, SECONDARY):
            stress = "1" if symbol == PRIMARY else "2"
        elif symbol in _VOWELS:
            phones.append(symbol + ("0" if symbol == "AX" and stress == "0" else stress))
            stress = "0"
        else:
            phones.append(symbol)
    if not any(phone.endswith(("1", "2")) for phone in phones):
        _stress_first_vowel(phones)
    return phones


def _stress_first_vowel(phones: list[str]) -> None:
    vowels = [index for index, phone in enumerate(phones) if phone.endswith("0")]
    full = [index for index in vowels if phones[index] != "AX0"] or vowels
    if full:
        phones[full[0]] = phones[full[0]][:-1] + "1"


def _symbols(ipa: str) -> Iterator[str]:
    """Stress marks and bare ARPAbet names in the order of the string, longest match first."""
    letters = _plain(ipa)
    position = 0
    while position < len(letters):
        for length in range(min(_LONGEST, len(letters) - position), 0, -1):
            piece = letters[position : position + length]
            if piece in _TO_ARPABET:
                yield from _TO_ARPABET[piece].split()
                position += length
                break
        else:
            if letters[position] in (PRIMARY, SECONDARY):
                yield letters[position]
            position += 1


def _plain(ipa: str) -> str:
    """Without ties and diacritics; a syllabic consonant gets a schwa before it, and a length mark stays."""
    plain: list[str] = []
    for letter in unicodedata.normalize("NFD", ipa.replace("'", PRIMARY).replace("ç", "\ue000")):
        if letter == _SYLLABIC and plain:
            plain.insert(len(plain) - 1, "ə")
        elif not unicodedata.combining(letter):
            plain.append(letter)
    return "".join(plain).replace("\ue000", "ç").replace(":", "ː")
