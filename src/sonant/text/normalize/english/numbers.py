"""English number words."""

import re
from dataclasses import dataclass

from sonant.text.normalize.expansion import alternatives

_GROUPED = r"(?:(?:,\d{3})++|(?:[\u00a0\u2009\u202f]\d{3})++|(?: \d{3}){2,}+)(?!\d)"
WHOLE = rf"(?:\d{{1,3}}{_GROUPED}|\d++)"
NUMBER = rf"(?:{WHOLE}(?:\.\d++)?|\.\d++)"
_GROUPING = re.compile(r"[,\s]")
_MINUSES = "-−\u2010\u2011"
MINUS = re.escape(_MINUSES)
"""For a character class: hyphen-minus, minus sign, hyphen, non-breaking hyphen."""

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ("thousand", "million", "billion", "trillion", "quadrillion")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
MOST_DIGITS = 3 * (len(_SCALES) + 1)
"""A longer number is read digit by digit."""

MAGNITUDES = {
    **dict.fromkeys(("k", "K"), "thousand"),
    **dict.fromkeys(("m", "M", "mn", "mm", "MM", "mio"), "million"),
    **dict.fromkeys(("bn", "Bn", "B", "b"), "billion"),
    **dict.fromkeys(("T", "tn", "trn"), "trillion"),
}
MAGNITUDE = rf"(?:{alternatives(MAGNITUDES)}|\s?(?:hundred|thousand|million|billion|trillion))"


def digits(figures: str) -> str:
    """Figures one by one; whatever is no figure is left out.

    >>> digits("007")
    'zero zero seven'
    """
    return " ".join(_ONES[int(figure)] for figure in figures if figure.isdecimal())


def magnitude(written: str | None) -> str:
    """The word for a written magnitude such as "M" or "bn"; "" for none."""
    word = (written or "").strip()
    return MAGNITUDES.get(word, word)


def letters(word: str) -> str:
    """The names of letters, as capitals with spaces between them.

    >>> letters("html")
    'H T M L'
    """
    return " ".join(word.upper())


def plural(word: str) -> str:
    """The plural of a number word.

    >>> plural("ninety"), plural("six"), plural("hundred")
    ('nineties', 'sixes', 'hundreds')
    """
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x")) else "s")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Spells numbers the way one side of the Atlantic does.

    Attributes:
        british: "one hundred and one" rather than "one hundred one".
    """

    british: bool = False

    def cardinal(self, value: int) -> str:
        """How many.

        >>> Numbers().cardinal(1_234_005)
        'one million two hundred thirty-four thousand five'
        >>> Numbers(british=True).cardinal(105_001)
        'one hundred and five thousand and one'
        """
        if value >= 10**MOST_DIGITS:
            return digits(str(value))
        if value < 1000:
            return self._below_thousand(value)
        words: list[str] = []
        for power in range(len(_SCALES), 0, -1):
            count, value = divmod(value, 1000**power)
            if count:
                words += [self._below_thousand(count), _SCALES[power - 1]]
        if value:
            words.append(("and " if self.british and value < 100 else "") + self._below_thousand(value))
        return " ".join(words)

    def ordinal(self, value: int) -> str:
        """Which in a row.

        >>> [Numbers().ordinal(value) for value in (1, 12, 20, 21, 100)]
        ['first', 'twelfth', 'twentieth', 'twenty-first', 'one hundredth']
        """
        words = self.cardinal(value)
        cut = max(words.rfind(" "), words.rfind("-")) + 1
        last = words[cut:]
        if last in _ORDINALS:
            return words[:cut] + _ORDINALS[last]
        return words[:cut] + (last[:-1] + "ieth" if last.endswith("y") else last + "th")

    def number(self, written: str) -> str:
        """A written number without a sign: "1,234", "0.05", ".5", "007".

        >>> Numbers().number("1,250.05"), Numbers().number("007")
        ('one thousand two hundred fifty point zero five', 'zero zero seven')
        """
        whole, point, fraction = _GROUPING.sub("", written).partition(".")
        if not whole:
            spoken = ""
        elif len(whole) > MOST_DIGITS or (len(whole) > 1 and int(whole[0]) == 0):
            spoken = digits(whole)
        else:
            spoken = self.cardinal(int(whole))
        return f"{spoken} point {digits(fraction)}".lstrip() if point else spoken

    def signed(self, written: str) -> str:
        """A written number that may have a sign: "-3", "+5", "±0.1"."""
        signs = {"+": "plus ", "±": "plus or minus "} | dict.fromkeys(_MINUSES, "minus ")
        sign = signs.get(written[:1], "")
        return sign + self.number(written[1:] if sign else written)

    def year(self, value: int) -> str:
        """A year as people say it.

        >>> [Numbers().year(value) for value in (1984, 1905, 2000, 2007, 2024)]
        ['nineteen eighty-four', 'nineteen oh five', 'two thousand', 'two thousand seven', 'twenty twenty-four']
        >>> [Numbers().year(value) for value in (1900, 800, 44, 1066)]
        ['nineteen hundred', 'eight hundred', 'forty-four', 'ten sixty-six']
        """
        century, rest = divmod(value, 100)
        return self.cardinal(value) if century % 10 == 0 and rest < 10 else self.pairs(value)

    def pairs(self, value: int) -> str:
        """A number of up to four figures in pairs, as rooms, flights and models are read.

        >>> [Numbers().pairs(value) for value in (101, 747, 1234, 200, 42)]
        ['one oh one', 'seven forty-seven', 'twelve thirty-four', 'two hundred', 'forty-two']
        """
        head, rest = divmod(value, 100)
        if head == 0 or head >= 100 or (rest == 0 and head % 10 == 0):
            return self.cardinal(value)
        if rest == 0:
            return f"{self._below_thousand(head)} hundred"
        return f"{self._below_thousand(head)} {'oh ' if rest < 10 else ''}{self._below_thousand(rest)}"

    def _below_thousand(self, value: int) -> str:
        hundreds, rest = divmod(value, 100)
        small = _ONES[rest] if rest < 20 else _TENS[rest // 10] + (f"-{_ONES[rest % 10]}" if rest % 10 else "")
        if not hundreds:
            return small
        if not rest:
            return f"{_ONES[hundreds]} hundred"
        return f"{_ONES[hundreds]} hundred {'and ' if self.british else ''}{small}"
