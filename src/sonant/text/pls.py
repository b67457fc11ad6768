"""Pronunciation dictionaries as files: the W3C's Pronunciation Lexicon Specification 1.0.

The format has no place for whether capitals or word boundaries matter. A rule that differs from the usual says so in
attributes of a namespace of our own, which other readers ignore.
"""

import io
from collections.abc import Sequence
from typing import Literal
from xml.sax import SAXException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.saxutils import escape, quoteattr
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from sonant.core.errors import InvalidRequest
from sonant.text.dictionaries import Rule

LARGEST_BYTES = 4 * 2**20
MOST_RULES_IN_FILE = 10_000

_PLS = "http://www.w3.org/2005/01/pronunciation-lexicon"
_OWN = "urn:sonant:pronunciation-rules"
_DEEPEST = 8

_Name = tuple[str | None, str]


def parse_pls(document: bytes) -> list[Rule]:
    """Read a lexicon.

    Of several pronunciations of a lexeme the preferred one counts, or the first; each of its graphemes becomes a rule.

    Raises:
        InvalidRequest: It is no lexicon, is too large, or holds a rule that can't be applied.
    """
    if len(document) > LARGEST_BYTES:
        raise InvalidRequest(f"A pronunciation dictionary file may have {LARGEST_BYTES // 2**20} MiB.")
    reader = _LexiconReader()
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(reader)
    try:
        parser.parse(io.BytesIO(document))
    except (SAXException, DefusedXmlException, ValueError, LookupError) as error:
        raise InvalidRequest("The pronunciation dictionary file is not well-formed XML without a DTD.") from error
    for rule in reader.rules:
        rule.check()
    return reader.rules


def write_pls(rules: Sequence[Rule], language: str) -> bytes:
    """Write a lexicon.

    Args:
        rules: In order of precedence.
        language: BCP 47 tag.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<lexicon version="1.0" xmlns="{_PLS}" xmlns:sonant="{_OWN}" alphabet="ipa" xml:lang={quoteattr(language)}>',
    ]
    for rule in rules:
        own = "" if rule.case_sensitive else ' sonant:case-sensitive="false"'
        own += "" if rule.word_boundaries else ' sonant:word-boundaries="false"'
        alphabet = f" alphabet={quoteattr(rule.alphabet)}" if rule.kind == "phoneme" and rule.alphabet != "ipa" else ""
        lines += [
            f"  <lexeme{own}>",
            f"    <grapheme>{escape(rule.string_to_replace)}</grapheme>",
            f"    <{rule.kind}{alphabet}>{escape(rule.replacement)}</{rule.kind}>",
            "  </lexeme>",
        ]
    return "\n".join([*lines, "</lexicon>", ""]).encode()


class _LexiconReader(ContentHandler):
    """Collects the rules of a lexicon."""

    def __init__(self) -> None:
        super().__init__()
        self.rules: list[Rule] = []
        self._path: list[str] = []
        self._alphabet = "ipa"
        self._text: list[str] | None = None
        self._lexeme: dict[str, bool] = {}
        self._graphemes: list[str] = []
        self._readings: list[tuple[bool, Literal["alias", "phoneme"], str, str]] = []
        self._attributes: tuple[str, bool] = ("ipa", False)

    def startElementNS(self, name: _Name, qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802
        del qname
        local = name[1]
        if not self._path and local != "lexicon":
            raise InvalidRequest("The pronunciation dictionary file is no PLS lexicon.")
        if len(self._path) >= _DEEPEST:
            raise InvalidRequest("The pronunciation dictionary file is nested too deep.")
        self._path.append(local)
        if local == "lexicon":
            self._alphabet = attrs.get((None, "alphabet"), "ipa")
        elif local == "lexeme":
            self._graphemes, self._readings = [], []
            self._lexeme = {
                flag: attrs.get((_OWN, flag), "true") != "false" for flag in ("case-sensitive", "word-boundaries")
            }
        elif local in ("grapheme", "phoneme", "alias"):
            self._text = []
            alphabet = attrs.get((None, "alphabet"), self._alphabet)
            self._attributes = (alphabet, attrs.get((None, "prefer"), "false") == "true")

    def characters(self, content: str) -> None:
        if self._text is not None:
            self._text.append(content)

    def endElementNS(self, name: _Name, qname: str | None) -> None:  # noqa: N802
        del name, qname
        local = self._path.pop()
        text = "".join(self._text or ()).strip()
        if local == "grapheme":
            self._graphemes.append(text)
        elif local in ("phoneme", "alias"):
            alphabet, preferred = self._attributes
            self._readings.append((preferred, "phoneme" if local == "phoneme" else "alias", text, alphabet))
        elif local == "lexeme":
            self._end_lexeme()
        self._text = None

    def _end_lexeme(self) -> None:
        if not self._readings or not self._graphemes:
            raise InvalidRequest("Each lexeme needs a grapheme, and a phoneme or an alias.")
        _, kind, replacement, alphabet = max(self._readings, key=lambda reading: reading[0])
        for grapheme in self._graphemes:
            rule = Rule(
                kind,
                grapheme,
                replacement,
                alphabet if kind == "phoneme" else "ipa",
                self._lexeme["case-sensitive"],
                self._lexeme["word-boundaries"],
            )
            self.rules.append(rule)
        if len(self.rules) > MOST_RULES_IN_FILE:
            raise InvalidRequest(f"A pronunciation dictionary may have {MOST_RULES_IN_FILE} rules.")
