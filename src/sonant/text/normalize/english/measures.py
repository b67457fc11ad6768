"""English readings of measures: numbers with units, percentages, temperatures, angles, dimensions."""

import re

from sonant.text.normalize.english.numbers import MINUS, NUMBER, Numbers
from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, alternatives, at_sentence_end, define

_AMBIGUOUS = frozenset({"in", "t", "N", "J", "MP", "bar", "mo", "pt"})
"""Units that are also something else: they count only right beside the figure."""

_INVARIABLE = frozenset({"hertz", "kilohertz", "megahertz", "gigahertz", "terahertz", "horsepower", "lux", "P S I"})
_POWERS = {"²": "square", "2": "square", "³": "cubic", "3": "cubic", "sq": "square", "cu": "cubic"}
_FIXED = {"%": "percent", "％": "percent", "‰": "per mille"}
_SIDES = {"N": "north", "S": "south", "E": "east", "W": "west"}
_SIGNS = {"+": "plus ", "±": "plus or minus ", "~": "about ", "≈": "about "}
_PARTS = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅙": "1/6", "⅚": "5/6", "⅐": "1/7", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8", "⅑": "1/9", "⅒": "1/10",
}  # fmt: skip
VULGAR = "".join(_PARTS)
_START = rf"(?<![\w.,])(?P<sign>[{MINUS}+±~≈])?"
_NUMBER = rf"(?P<number>(?:\d{{1,9}}[ \u2009])?\d{{1,9}}/\d{{1,9}}(?![/\d])|\d{{0,9}}[{VULGAR}]|{NUMBER})"
_UPPER = rf"(?:\s?(?P<to>[-–—])\s?(?P<upper>{NUMBER}))?"
_SIZE = r"(?P<size>\s(?:thousand|million|billion|trillion)\b)?"


def plural_unit(word: str) -> str:
    """The plural of a unit's name.

    >>> plural_unit("foot"), plural_unit("mile per hour"), plural_unit("hertz"), plural_unit("square inch")
    ('feet', 'miles per hour', 'hertz', 'square inches')
    """
    head, per, tail = word.partition(" per ")
    if head in _INVARIABLE:
        return word
    head = head[:-4] + "feet" if head.endswith("foot") else head + ("es" if head.endswith(("ch", "x")) else "s")
    return head + per + tail


class Measures:
    """Reads measures."""

    def __init__(self, numbers: Numbers, words: Words) -> None:
        self._numbers = numbers
        self._units = dict(words.units)
        if numbers.british:
            self._units = {symbol: re.sub("(met|lit)er", r"\1re", word) for symbol, word in self._units.items()}
        self._per = words.per

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        return [*self._angles(), *self._counted()]

    def _angles(self) -> list[Expansion]:
        return [
            define(
                "coordinate",
                r"(?<![\w.,])(?P<degrees>\d{1,3}(?:\.\d+)?)\s?°\s?(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s?[′'’]\s?)?"
                r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s?[″\"”]\s?)?(?P<side>[NSEW])(?!\w)",
                self._say_coordinate,
                DIGITS,
                "°",
            ),
            define(
                "feet and inches",
                r"(?<![\w.,])(?P<feet>\d{1,2})['′’]\s?(?P<inches>\d{1,2}(?:\.\d)?)(?:[\"″”]|''|(?!\w))",
                lambda match: f"{self._numbers.number(match['feet'])} foot {self._numbers.number(match['inches'])}",
                DIGITS,
                "'′’",
            ),
            define(
                "inches",
                r'(?<![\w.,"])(?P<number>(?:\d{1,2}[ -])?\d{1,2}/\d{1,2}|\d{1,3}(?:\.\d+)?)(?P<unit>["″])(?!\w)',
                self._say_inches,
                DIGITS,
                '"″',
            ),
            define(
                "feet",
                r"(?<![\w.,'’])(?P<number>\d{1,3})(?P<unit>′)(?!\w)",
                lambda match: f"{self._numbers.number(match['number'])} {'foot' if match['number'] == '1' else 'feet'}",
                DIGITS,
                "′",
            ),
        ]

    def _counted(self) -> list[Expansion]:
        unit = alternatives(self._units)
        vulgar = DIGITS + VULGAR
        start = _START + _NUMBER + _UPPER
        return [
            define("temperature", rf"{start}\s?(?P<unit>°\s?[CF]|℃|℉)(?!\w)", self._say_measure, vulgar, "°℃℉"),
            define("angle", rf"{start}\s?(?P<unit>°)(?!\w)", self._say_measure, vulgar, "°"),
            define("percentage", rf"{start}\s?(?P<unit>[%‰％])", self._say_measure, vulgar, "%‰％"),
            define(
                "dimensions",
                rf"(?<![\w.,])(?P<token>{NUMBER}(?:\s?(?:{unit}))?(?:\s?[xX×]\s?{NUMBER}){{1,3}})(?!\d)"
                rf"(?=\s?(?:{unit})\b|\W|$)",
                self._say_dimensions,
                DIGITS,
                "xX×",
            ),
            define(
                "measure",
                rf"{start}{_SIZE}(?P<gap>[\s-]?)(?P<unit>(?:(?:sq|cu)\.?\s)?(?:{unit})(?:[²³]|\^?[23](?!\d))?"
                r"(?:/(?:[A-Za-z]{1,6})[²³]?)?)(?![\w/]|['’][a-z])(?P<stop>\.(?!\w))?",
                self._say_measure,
                vulgar,
            ),
            define(
                "multiple",
                rf"(?<![\w.,])(?P<number>{NUMBER})(?P<unit>[xX×])(?!\w)",
                lambda match: {"number": self._numbers.number(match["number"]), "unit": "times"},
                DIGITS,
                "xX×",
            ),
        ]

    def unit_below(self, symbol: str) -> str | None:
        """What is said for a unit after a slash; None if it is no unit."""
        return self._per.get(symbol) or self._units.get(symbol)

    def unit(self, written: str, *, one: bool) -> str | None:
        """What is said for a unit such as "km/h", "m²" or "°C"; None if it is no unit."""
        if written in _FIXED:
            return _FIXED[written]
        if written[0] in "°℃℉":
            scale = {"C": " Celsius", "℃": " Celsius", "F": " Fahrenheit", "℉": " Fahrenheit"}.get(written[-1], "")
            return ("degree" if one else "degrees") + scale
        symbol, slash, below = written.partition("/")
        word = self._powered(symbol, one=one)
        if word is None or not slash:
            return word
        per = self._per.get(below) or self._powered(below, one=True)
        return None if per is None else f"{word} per {per}"

    def fraction(self, written: str) -> tuple[str, bool]:
        """A fraction such as "3/4", "2 1/2" or "1½", and whether it is more than one."""
        if written[-1] in _PARTS:
            whole, ratio = written[:-1], _PARTS[written[-1]]
        else:
            whole, _, ratio = written.replace("\u2009", " ").rpartition(" ")
        over, _, under = ratio.partition("/")
        part = self.ratio(int(over), int(under))
        if not whole:
            return part, int(over) > int(under)
        if int(over) == 1 and int(under) in (2, 4):
            part = part.replace("one ", "a ")
        return f"{self._numbers.number(whole)} and {part}", True

    def ratio(self, over: int, under: int) -> str:
        """One number over another as a fraction: "two thirds"."""
        name = {2: "half", 4: "quarter"}.get(under) or self._numbers.ordinal(under)
        if over != 1:
            name = "halves" if under == 2 else name + "s"
        return f"{self._numbers.cardinal(over)} {name}"

    def _powered(self, symbol: str, *, one: bool) -> str | None:
        prefix, _, rest = symbol.partition(" ")
        power = _POWERS.get(prefix.rstrip("."), "") if rest else ""
        symbol = rest or symbol
        if symbol not in self._units:
            symbol, power = symbol[:-1].rstrip("^"), _POWERS.get(symbol[-1], "")
        if symbol not in self._units or (power and len(power) < 3):
            return None
        word = self._units[symbol]
        return f"{power} {word if one else plural_unit(word)}".lstrip()

    def _say_measure(self, match: re.Match[str]) -> Spoken:
        groups = match.groupdict()
        number, written, gap = match["number"], match["unit"], groups.get("gap", "")
        follows = match.string[match.end() : match.end() + 1]
        if written in _AMBIGUOUS and (follows == "-" or (gap.isspace() and not (written == "in" and groups["stop"]))):
            return None
        if number[-1] in VULGAR or "/" in number:
            said, more = self.fraction(number)
        else:
            said, more = self._numbers.number(number), number != "1" or bool(groups.get("size"))
        word = self.unit(written, one=gap == "-" or not (more or groups["upper"]))
        if word is None:
            return None
        spoken = {"number": said, "unit": word, "to": "to", "gap": " "}
        if groups["sign"]:
            spoken["sign"] = _SIGNS.get(groups["sign"], "minus ")
        if groups["upper"]:
            spoken["upper"] = self._numbers.number(groups["upper"])
        if groups.get("stop") and not at_sentence_end(match):
            spoken["stop"] = ""
        return spoken

    def _say_dimensions(self, match: re.Match[str]) -> Spoken:
        if re.fullmatch(r"[\d.,]+(?:\s×\s[\d.,]+)+", match["token"]):
            return None
        spoken = []
        for side in re.split(r"\s?[xX×]\s?", match["token"]):
            symbol = side.lstrip(DIGITS + ".,").strip()
            word = self._units.get(symbol, "")
            number = side.removesuffix(symbol).strip()
            spoken.append(f"{self._numbers.number(number)} {plural_unit(word) if word else ''}".rstrip())
        return " by ".join(spoken)

    def _say_inches(self, match: re.Match[str]) -> Spoken:
        number = match["number"]
        opened = re.findall(r'(?<!\d)"', match.string[: match.start("unit")])
        if match["unit"] == '"' and len(opened) % 2:
            return None
        if "/" in number:
            said, more = self.fraction(number.replace("-", " "))
        else:
            said, more = self._numbers.number(number), number != "1"
        return {"number": said, "unit": "inches" if more else "inch"}

    def _say_coordinate(self, match: re.Match[str]) -> Spoken:
        spoken = [
            f"{self._numbers.number(match[group])} {group[:-1] if match[group] == '1' else group}"
            for group in ("degrees", "minutes", "seconds")
            if match[group]
        ]
        return " ".join([*spoken, _SIDES[match["side"]]])
