"""Writing systems: which one a text is in, and which ones write without spaces between words."""

import re
from collections import Counter

_RANGES = {
    "Latin": "A-Za-zªºÀ-ÖØ-öø-ɏɐ-ʯ\u1e00-\u1effＡ-Ｚａ-ｚ",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "Armenian": "\u0531-\u058a\ufb13-\ufb17",
    "Hebrew": "\u0591-\u05f4\ufb1d-\ufb4f",
    "Arabic": "\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff"
    "\ufe70-\ufefc",
    "Devanagari": "\u0900-\u0963\u0970-\u097f",
    "Bengali": "\u0980-\u09e3\u09f0-\u09ff",
    "Gurmukhi": "\u0a01-\u0a5e\u0a70-\u0a76",
    "Gujarati": "\u0a81-\u0ae3\u0af0-\u0aff",
    "Oriya": "\u0b01-\u0b63\u0b70-\u0b77",
    "Tamil": "\u0b82-\u0bd7",
    "Telugu": "\u0c00-\u0c63",
    "Kannada": "\u0c80-\u0ce3",
    "Malayalam": "\u0d00-\u0d63\u0d7a-\u0d7f",
    "Sinhala": "\u0d81-\u0df4",
    "Thai": "\u0e01-\u0e4e",
    "Lao": "\u0e81-\u0ece\u0edc-\u0edf",
    "Myanmar": "\u1000-\u103f\u1050-\u108f",
    "Georgian": "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "Hangul": "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff",
    "Ethiopic": "\u1200-\u139f\u2d80-\u2ddf",
    "Cherokee": "\u13a0-\u13ff\uab70-\uabbf",
    "Khmer": "\u1780-\u17d3\u17dc",
    "Kana": "\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "Han": "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
}

_LETTERS = re.compile("|".join(f"(?P<{name}>[{span}]+)" for name, span in _RANGES.items()))
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u31f0-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)


def is_unspaced(character: str) -> bool:
    """Whether a character belongs to a script that puts no spaces between words: Han, kana, Thai, Lao, Khmer, Burmese.

    >>> is_unspaced("東"), is_unspaced("ไ"), is_unspaced("a"), is_unspaced("한")
    (True, True, False, False)
    """
    return character > "\u0dff" and _UNSPACED.match(character) is not None


def count_scripts(text: str) -> Counter[str]:
    """How many letters of each script a text has.

    >>> count_scripts("Hi, мир!")
    Counter({'Cyrillic': 3, 'Latin': 2})
    """
    counts: Counter[str] = Counter()
    for match in _LETTERS.finditer(text):
        if match.lastgroup is not None:
            counts[match.lastgroup] += match.end() - match.start()
    return counts
