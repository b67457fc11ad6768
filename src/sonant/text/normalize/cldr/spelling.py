"""Number words of many languages, by the rule-based number formats of the Unicode CLDR."""

from collections.abc import Iterator

from unicode_rbnf import RbnfEngine
from unicode_rbnf.engine import RbnfError

from sonant.text.normalize.cldr.idioms import Idioms

_ALIASES = {"nb": "no", "iw": "he", "in": "id", "tl": "fil", "cmn": "zh", "sh": "sr", "mo": "ro"}
_MOST_DIGITS = 15
_UNSURE = frozenset({"ja", "ko", "zh", "cmn", "yue", "wuu", "hak"})
"""Languages whose reading of figures depends on what is counted and how years are said: their engines know better."""

_RESPELLED = {"ro": str.maketrans("şţŞŢ", "șțȘȚ")}


class Speller:
    """Spells the numbers of one language. What it can't spell is None.

    Attributes:
        can_spell: Whether it knows the language at all.
        minus: The word for a minus sign; "" if it isn't known.

    Args:
        language: Primary tag.
        region: In capitals; "" for none.
        idioms: Of the language.
    """

    def __init__(self, language: str, region: str, idioms: Idioms) -> None:
        self._idioms = idioms
        self._engine = None
        for name in _names(language, region):
            try:
                engine = RbnfEngine.for_language(name)
            except ValueError:
                continue
            if engine.rulesets:
                self._engine = engine
                break
        self.can_spell = self._engine is not None
        self._respelled = _RESPELLED.get(language, {})
        self._ordinals = tuple(idioms.ordinals.split())
        self.minus = self._find_minus()

    def cardinal(self, value: int, gender: str = "") -> str | None:
        """How many.

        Args:
            value: Not negative.
            gender: Of the noun that follows; "" if none does.
        """
        if gender:
            names = (gender, "masculine", "reale", "common")
            return self._format(value, *(f"spellout-cardinal-{name}" for name in names), "spellout-numbering")
        return self._format(value, "spellout-numbering", "spellout-cardinal-masculine")

    def ordinal(self, value: int, ruleset: str = "") -> str | None:
        """Which in a row, by a rule set of the language or its plainest one."""
        return self._format(
            value, ruleset, "spellout-ordinal", "spellout-ordinal-masculine", "spellout-ordinal-common", cardinal=False
        )

    def own_ordinal(self, value: int, ending: str = "ego") -> str | None:
        """An ordinal from the list among the idioms, in the genitive or with another ending in its place."""
        rest = value % 100
        if not self._ordinals or rest == 0:
            return None
        cut = rest if rest <= 20 or rest % 10 == 0 else rest % 10
        names = [self._ordinals[cut - 1 if cut <= 20 else 17 + cut // 10]]
        if cut != rest:
            names.insert(0, self._ordinals[19 if rest < 30 else 17 + rest // 10])
        if value > rest:
            names.insert(0, self.cardinal(value - rest) or "")
        if ending == "ego":
            return " ".join(names)
        return " ".join(name[:-3] + ending if name.endswith("ego") else name for name in names).replace("iy", "i")

    def year(self, value: int) -> str | None:
        """A year."""
        return self._format(value, "spellout-numbering-year", "spellout-numbering")

    def digits(self, figures: str) -> str | None:
        """Figures one by one."""
        words = [self.cardinal(int(figure)) for figure in figures if figure.isdecimal()]
        return " ".join(word for word in words if word) if all(words) else None

    def number(self, written: str, gender: str = "") -> str | None:
        """A number without a sign, its decimal mark a full stop: "1234.5"."""
        whole, point, fraction = written.partition(".")
        leading_zero = len(whole) > 1 and int(whole[0]) == 0
        figures = leading_zero or len(whole) > _MOST_DIGITS
        spoken = self.digits(whole) if figures else self.cardinal(int(whole), "" if point else gender)
        if not point or spoken is None:
            return spoken
        decimals = self._decimals(fraction)
        return f"{spoken} {self._idioms.point} {decimals}" if self._idioms.point and decimals else None

    def _find_minus(self) -> str:
        """What the rule sets put before a negative number."""
        if self._engine is None:
            return ""
        try:
            negative, positive = (self._engine.format_number(value).text for value in (-7, 7))
        except (RbnfError, ValueError):
            return ""
        return str(negative).removesuffix(positive).strip() if negative != positive else ""

    def _decimals(self, fraction: str) -> str | None:
        if self._idioms.fraction == "digits" or len(fraction) > 3:
            return self.digits(fraction)
        zeros = len(fraction) - len(fraction.lstrip("0"))
        words = [self.cardinal(0)] * min(zeros, len(fraction) - 1) + [self.cardinal(int(fraction))]
        return " ".join(word for word in words if word) if all(words) else None

    def _format(self, value: int, *rulesets: str, cardinal: bool = True) -> str | None:
        if self._engine is None or value >= 10**_MOST_DIGITS:
            return None
        usable = [name for name in rulesets if name in self._engine.rulesets]
        try:
            if usable:
                text: str = self._engine.format_number(value, ruleset_names=usable[:1]).text
            elif cardinal:
                text = self._engine.format_number(value).text
            else:
                return None
        except (RbnfError, ValueError):
            return None
        text = text.replace("\u200b", "").translate(self._respelled).strip()
        return text.removeprefix(self._idioms.drop) if value >= 1000 else text


def _names(language: str, region: str) -> Iterator[str]:
    """What the library may call a language, the nearest first."""
    if language in _UNSURE:
        return
    name = _ALIASES.get(language, language)
    if region:
        yield f"{name}_{region}"
    yield name
