"""English readings of telephone numbers and other figures that are read one by one."""

import re

from sonant.text.normalize.english.numbers import digits
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, define

_GROUP = re.compile(r"\d+|[A-Za-z]{2,}")
_BEFORE = r"(?<![\w.,$€£/:+-])"
_AFTER = r"(?!\w|[-./:]\d|,\d{3}(?!\d)|\s?[%°])"
_EXTENSION = r"(?:,?\s?(?P<extension>x|ext\.?|extension)\s?(?P<inside>\d{1,6}))?"
_CALL = "[Cc]all|[Cc]alled|[Cc]alling|[Dd]ial|[Dd]ialled|[Dd]ialed|[Rr]ing|[Pp]hone|[Tt]ext"
_NAMED = (
    "pin|code|zip|postcode|passcode|password|account number|account|serial number|tracking number|id|isbn|extension"
)
_FEWEST_CHARACTERS = 7


def say_telephone(written: str) -> str:
    """Figures one by one, with a pause between the groups they are written in.

    >>> say_telephone("+1 (555) 010-9999")
    'plus one, five five five, zero one zero, nine nine nine nine'
    """
    groups = [digits(group) if group[0].isdecimal() else group.lower() for group in _GROUP.findall(written)]
    return ("plus " if written.lstrip().startswith("+") else "") + ", ".join(groups)


def expansions() -> list[Expansion]:
    """The classes of this module, in order of precedence."""
    numbers = [
        (
            r"(?:\+?1[-.\s])?(?:\(\d{3}\)\s?|\d{3}[-.\s])\d{3}[-.\s]\d{4}(?!\w|[-./:]\d|,\d{3}(?!\d))",
            (DIGITS, "-. "),
        ),
        (r"\+\d{1,3}(?:[\s.-]?\(?\d{1,5}\)?){2,6}(?!\w|[-./:]\d)", (DIGITS, "+")),
        (rf"(?:\(?0\d{{2,4}}\)?[\s-]\d{{3,4}}(?:[\s-]?\d{{3,4}})?|07\d{{9}}|0\d{{9,10}}){_AFTER}", (DIGITS, "0")),
        (rf"\d{{1,6}}(?:-\d{{1,6}}){{3,}}{_AFTER}", (DIGITS, "-")),
        (r"1-8\d\d-(?:\d{3}-)?[A-Z]{3,8}(?!\w)", (DIGITS, "-")),
        (rf"\d{{3}}-(?:\d\d-)?\d{{4}}{_AFTER}", (DIGITS, "-")),
        (rf"\d{{4}}(?:[\s-]\d{{4}}){{2,4}}{_AFTER}", (DIGITS, "- ")),
    ]
    return [
        *(
            define("telephone number", rf"{_BEFORE}(?P<number>{pattern}){_EXTENSION}", _say_telephone, *needs)
            for pattern, needs in numbers
        ),
        define("number to call", rf"\b(?:{_CALL})\s(?P<token>\d{{3,6}})(?!\w|[.,]\d)", _say_digits, DIGITS, "ltgxe"),
        define(
            "code", rf"\b(?i:{_NAMED})(?:\s(?:is|was)|:|\s#)?\s(?P<token>\d{{3,}})(?!\w|[.,]\d)", _say_digits, DIGITS
        ),
        define("long figures", r"(?<![\w.,$€£])(?P<token>\d{13,})(?!\w|[.,]\d)", _say_digits, DIGITS),
    ]


def _say_digits(match: re.Match[str]) -> Spoken:
    return digits(match["token"])


def _say_telephone(match: re.Match[str]) -> Spoken:
    written = match["number"]
    if sum(map(str.isalnum, written)) < _FEWEST_CHARACTERS:
        return None
    spoken = {"number": say_telephone(written)}
    return spoken | {"extension": "extension ", "inside": digits(match["inside"])} if match["inside"] else spoken
