"""English readings of abbreviations that end in a full stop, and of a few that don't."""

import re

from sonant.text.normalize.english.numbers import letters
from sonant.text.normalize.english.words import Words
from sonant.text.normalize.expansion import CLAIMED, DIGITS, Expansion, Spoken, alternatives, at_sentence_end, define

_BRITISH_TITLES = "Mr|Mrs|Ms|Mx|Dr|Prof|St|Mt|Lt|Sgt|Capt|Revd"
_FAMOUS_STREETS = frozenset({"Wall", "Main", "High", "Bond", "Fleet", "Oxford", "Baker", "Market", "Bourbon"})


class Abbreviations:
    """Reads abbreviations."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def expansions(self) -> list[Expansion]:
        """The classes of this module, in order of precedence."""
        words = self._words
        return [
            define(
                "short form",
                rf"(?<![\w/.’'-])(?:{alternatives(words.short_forms)})(?![\w’'/.-])",
                lambda match: words.short_forms[match[0]],
            ),
            define(
                "street",
                rf"(?P<house>\d\s)?(?<!\w)(?P<name>[A-Z0-9{CLAIMED}][\w'’{CLAIMED}]*)\s"
                rf"(?P<token>(?P<word>{alternatives(words.streets)})\.)",
                self._say_street,
                ".",
            ),
            define(
                "title",
                rf"\b(?P<token>(?:(?P<word>{alternatives(words.titles)})\.|(?P<short>{_BRITISH_TITLES})(?=\s)))"
                rf"(?=\s?[A-Z{CLAIMED}]|\s(?:and|&)\s)",
                lambda match: words.titles[match["word"] or match["short"]],
            ),
            define(
                "counted",
                rf"(?<![\w.])(?P<word>{alternatives(words.counted)})\.(?=\s?[\d{CLAIMED}])",
                lambda match: words.counted[match["word"]],
                ".",
                DIGITS,
            ),
            define(
                "abbreviation",
                rf"(?<![\w.])(?P<word>{alternatives(words.abbreviations)})\.(?!\w)",
                lambda match: words.abbreviations[match["word"]] + _stop(match),
                ".",
            ),
            define(
                "initialism",
                r"(?<![\w.])(?:[A-Za-z]\.){2,}(?:[A-Za-z](?!\w))?(?!\w)",
                lambda match: letters(match[0].replace(".", "")) + (_stop(match) if match[0].endswith(".") else ""),
                ".",
            ),
            define("initial", r"(?<![\w.’'&-])[A-Z](?P<token>\.)(?=\s?[A-Z])", lambda _: "", "."),
        ]

    def _say_street(self, match: re.Match[str]) -> Spoken:
        word, name = match["word"], match["name"]
        before_name = re.match(r"\s[A-Z]", match.string[match.end() :]) is not None
        in_address = match["house"] is not None and name[0] not in DIGITS
        if word in self._words.titles and before_name and not in_address and name not in _FAMOUS_STREETS:
            return None
        if name in self._words.titles or name in ("The", "A", "In", "At", "And"):
            return None
        return self._words.streets[word] + _stop(match)


def _stop(match: re.Match[str]) -> str:
    """The full stop of an abbreviation is that of the sentence, too, where it ends one."""
    return "." if at_sentence_end(match) else ""
