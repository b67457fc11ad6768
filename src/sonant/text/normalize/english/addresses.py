"""English readings of web and e-mail addresses, files, handles, hashtags and IP addresses."""

import re

from sonant.text.normalize.english.numbers import Numbers, digits, letters
from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import DIGITS, Expansion, Spoken, alternatives, define

_SIGNS = {
    ".": "dot", "/": "slash", "-": "dash", "_": "underscore", ":": "colon", "?": "question mark", "=": "equals",
    "&": "and", "%": "percent", "#": "hash", "+": "plus", "~": "tilde", "@": "at",
}  # fmt: skip
_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")
_CAMEL = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+")
_LABEL = r"[A-Za-z0-9][A-Za-z0-9-]{0,62}"


class Addresses:
    """Reads addresses."""

    def __init__(self, numbers: Numbers, words: Words) -> None:
        self._numbers = numbers
        self._words = words

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        host = rf"(?:{_LABEL}\.)+(?:{'|'.join(self._words.domains)})(?![\w@-])(?!\.[a-z])"
        path = r"(?:/[A-Za-z0-9_./~%?=&#+:@-]*[A-Za-z0-9_/])?"
        return [
            define(
                "e-mail address",
                r"(?<![\w.+-])[A-Za-z0-9_.+%-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b",
                lambda match: self._spell(match[0]),
                "@",
            ),
            define(
                "web address",
                rf"(?<![\w@.-])(?:(?:https?|ftp)://[\w-]+(?:\.[\w-]+)*(?::\d+)?|www(?:\.[\w-]+)+|{host}){path}",
                lambda match: self._spell(match[0].rpartition("://")[2]).removesuffix(" slash"),
                ".:",
            ),
            define(
                "file",
                rf"(?<![\w.])[\w-]{{1,64}}\.(?:{alternatives(self._words.files)})(?!\w)",
                lambda match: self._spell(match[0]),
                ".",
            ),
            define("path", r"(?<![\w/.~])~?(?:/[\w.-]*\w){2,}", lambda match: self._spell(match[0]), "/"),
            define("IP address", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)", self._ip, DIGITS, "."),
            define("handle", r"(?<![\w@])@[A-Za-z_]\w{1,30}", lambda match: self._spell(match[0]), "@"),
            define("hashtag", r"(?<![\w#&])#(?P<tag>[^\W\d]\w*)", self._hashtag, "#"),
        ]

    def _spell(self, address: str) -> str:
        spoken = []
        for piece in _PIECE.findall(address):
            if piece.isdecimal():
                spoken.append(self._figures(piece))
            elif piece.lower() in self._words.spelled_in_addresses:
                spoken.append(letters(piece))
            else:
                spoken.append(_SIGNS.get(piece, piece))
        return " ".join(spoken)

    def _figures(self, figures: str) -> str:
        return self._numbers.number(figures) if len(figures) <= 4 else digits(figures)

    def _hashtag(self, match: re.Match[str]) -> Spoken:
        pieces = _CAMEL.findall(match["tag"]) if match["tag"].isascii() else [match["tag"]]
        return " ".join(["hashtag", *(self._figures(piece) if piece.isdecimal() else piece for piece in pieces)])

    def _ip(self, match: re.Match[str]) -> Spoken:
        fields = match[0].split(".")
        return " dot ".join(map(self._numbers.number, fields)) if all(int(field) < 256 for field in fields) else None
