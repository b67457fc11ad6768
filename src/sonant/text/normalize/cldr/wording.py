"""Readings of abbreviations, signs and addresses in languages other than English."""

import re
from collections.abc import Mapping

from sonant.text.normalize.cldr.figures import Figures
from sonant.text.normalize.cldr.idioms import Idioms
from sonant.text.normalize.expansion import CLAIMED, DIGITS, Expansion, Spoken, alternatives, at_sentence_end, define

_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")
_DOMAIN = r"(?:com|org|net|edu|gov|info|io|eu|de|at|ch|fr|be|es|mx|it|pt|br|nl|pl|ru|ua|cz|se|no|dk|fi|tr|ro|uk|cn)"
_SILENT = "*_|^~`®™•·‣▪■□●○◆◇★☆✓✔✗✘†‡#¬¦<>{}\\"


class Wording:
    """Reads what stands for words."""

    def __init__(self, figures: Figures, idioms: Idioms) -> None:
        self._figures = figures
        self._idioms = idioms
        self._spoken_marks = {
            ".": idioms.dot,
            "/": idioms.slash,
            "-": idioms.dash,
            "_": idioms.underscore,
            "@": idioms.at,
        }

    def addresses(self) -> list[Expansion]:
        """Web and e-mail addresses; they come first."""
        if not self._idioms.dot:
            return []
        host = rf"(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.)+{_DOMAIN}(?![\w@-])"
        path = r"(?:/[A-Za-z0-9_./~%-]*[A-Za-z0-9_])?"
        return [
            define(
                "e-mail address",
                r"(?<![\w.+-])[A-Za-z0-9_.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b",
                lambda match: self._spell(match[0]),
                "@",
            ),
            define(
                "web address",
                rf"(?<![\w@.-])(?:https?://[\w-]+(?:\.[\w-]+)*|www(?:\.[\w-]+)+|{host}){path}",
                lambda match: self._spell(match[0].rpartition("://")[2]),
                ".:",
            ),
        ]

    def abbreviations(self) -> list[Expansion]:
        """Abbreviations."""
        idioms, following = self._idioms, rf"\s?[\d{CLAIMED}]"
        found = [
            _table("short form", idioms.short_forms, r"(?<![\w.])", "", r"(?![\w.])"),
            _table("counted", idioms.counted, r"(?<![\w.])", r"\.?", f"(?={following})"),
            _table("title", idioms.titles, r"(?<![\w.-])", r"\.", r"(?=\s\w)"),
            _table("abbreviation", idioms.abbreviations, r"(?<![\w.])", r"\.", r"(?!\w)", stop=True),
        ]
        return [expansion for expansion in found if expansion is not None]

    def signs(self) -> list[Expansion]:
        """Signs; they come last."""
        signs = self._idioms.signs
        found = [
            define("dash", r"\s?—\s?|\s[–-]\s", lambda _: ", ", "—–-"),
            define("ellipsis", "…", lambda _: "...", "…"),
        ]
        if signs:
            pattern = f"(?:{alternatives(signs)})"
            found.append(define("sign", pattern, lambda match: f" {signs[match[0]]} ", "".join(signs)))
        return [*found, define("silent sign", f"[{re.escape(_SILENT)}]+", lambda _: "", _SILENT)]

    def telephones(self) -> list[Expansion]:
        """Telephone numbers: figures one by one, or in pairs."""
        patterns = [
            r"(?<![\w.,+])\+\d{1,3}(?:[\s./-]?\(?\d{1,5}\)?){2,6}(?![\w]|[./-]\d)",
            r"(?<![\w.,/+-])0\d{1,4}(?:[\s/-]\d{2,8}){1,5}(?![\w]|[.,/-]\d)",
            r"(?<![\w.,+])\d{15,}(?![\w]|[.,]\d)",
        ]
        return [
            define("telephone number", pattern, lambda match: self.telephone(match[0]), DIGITS) for pattern in patterns
        ]

    def telephone(self, written: str) -> str | None:
        """A telephone number's words."""
        groups = re.findall(r"\d+", written)
        if self._idioms.telephone_pairs and all(len(group) == 2 for group in groups):
            spoken = [self._figures.say(group) for group in groups]
        else:
            spoken = [self._figures.speller.digits(group) for group in groups]
        if not all(spoken):
            return None
        plus = self._idioms.signs.get("+", "")
        return (f"{plus} " if written.startswith("+") and plus else "") + ", ".join(filter(None, spoken))

    def _spell(self, address: str) -> str:
        words = []
        for piece in _PIECE.findall(address):
            if piece.isdecimal():
                words.append(self._figures.speller.digits(piece) or piece)
            else:
                words.append(" ".join(piece) if piece == "www" else self._spoken_marks.get(piece, piece))
        return " ".join(filter(None, words))


def _table(
    name: str, words: Mapping[str, str], before: str, stop_pattern: str, after: str, *, stop: bool = False
) -> Expansion | None:
    if not words:
        return None

    def say(match: re.Match[str]) -> Spoken:
        return words[match["word"]] + ("." if stop and at_sentence_end(match) else "")

    return define(name, rf"{before}(?P<word>{alternatives(words)}){stop_pattern}{after}", say)
