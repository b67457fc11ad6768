"""English readings of signs that stand for words, and of what is written but not said."""

import re

from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import CLAIMED, Expansion, Spoken, alternatives, define

_SILENT = "*_|^~`®™℠•·‣◦▪■□●○◆◇★☆✓✔✗✘†‡#¬¦<>{}\\"
_ENTITIES = {"amp": " and ", "lt": " less than ", "gt": " greater than "}
_COMPARISONS = {"<": " less than ", ">": " greater than ", "<=": " at most ", ">=": " at least "}
_SPACED_DASH = r"\s?(?:—|―|(?<=\s)[–-]{1,3}(?=\s))\s?|(?<=\w)--(?=\w)"


class Signs:
    """Reads signs."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def names(self) -> list[Expansion]:
        """Names that hold a sign; they come first."""
        names = self._words.names
        pattern = rf"(?<![\w./])(?:{alternatives(names)})(?![\w/]|[.,-]\w)"
        return [define("name", pattern, lambda match: names[match[0]])]

    def expansions(self) -> list[Expansion]:
        """All other signs; they come last."""
        signs = "".join(self._words.signs)
        number = rf"(?=\s?[\d{CLAIMED}])"
        return [
            define("power", r"(?<=[\w)])[²³]", lambda match: " squared" if match[0] == "²" else " cubed", "²³"),
            define("entity", r"&(?P<name>amp|lt|gt|quot|nbsp|apos);", self._say_entity, "&"),
            define("comparison", rf"[<>]=?{number}|(?<=\s)[<>]=?(?=\s)", lambda match: _COMPARISONS[match[0]], "<>"),
            define("hash", rf"#{number}", lambda _: "number ", "#"),
            define("tilde", rf"~{number}", lambda _: "about ", "~"),
            define("slash", r"(?<=[A-Za-z])/(?=[A-Za-z])", lambda _: " slash ", "/"),
            define("slash between words", r"\s/\s", lambda _: ", ", "/"),
            define("backslash", r"\\(?=\w)", lambda _: " backslash ", "\\"),
            define("dash", _SPACED_DASH, lambda _: ", ", "—―–-"),
            define("ellipsis", "…", lambda _: "...", "…"),
            define("sign", f"[{re.escape(signs)}]", lambda match: f" {self._words.signs[match[0]]} ", signs),
            define("silent sign", f"[{re.escape(_SILENT)}]+", lambda _: "", _SILENT),
        ]

    @staticmethod
    def _say_entity(match: re.Match[str]) -> Spoken:
        return _ENTITIES.get(match["name"], " ")
