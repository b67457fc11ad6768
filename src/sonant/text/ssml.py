"""Markup: SSML documents, and SSML tags within plain text.

A text that starts with `<speak` is a document and must be well-formed. Any other text is plain: the known tags in it
count, and all else is text, so that "a < b" and "<3" need no escaping.

The scanner is our own because an XML parser can do neither of the two things that are needed: tell for each character
where it was written (entities and byte offsets get in between), and read tags in a text that is not XML. It is smaller
than XML where XML is dangerous: no document types, no entities but the five and numeric ones, depth and number of
tags limited, and each character looked at a bounded number of times.
"""

import re
from collections.abc import Callable

import numpy as np

from sonant.core.errors import MalformedMarkup
from sonant.core.text import TracedText
from sonant.text.elements import ELEMENTS, Elements
from sonant.text.runs import Run, RunBuilder

MOST_TAGS = 10_000
LONGEST_ATTRIBUTE = 1_000

_DOCUMENT = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<speak(?=[\s/>])", re.DOTALL)
_NAME = r"[A-Za-z_][\w.:-]*"
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{_NAME})(?=[\s/>])")
_ATTRIBUTE = re.compile(rf"\s+({_NAME})\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_TAG_END = re.compile(r"\s*(/?)>")
_KNOWN = re.compile(rf"</?(?:{'|'.join(ELEMENTS)})(?:\s*/?\s*>|\s+{_NAME}\s*=)")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_DIRECTION = re.compile(r"\[[^\W\d_][^\W\d_ ,'’-]*(?:[ ,'’-]+[^\W\d_]+){0,7}\]")


def parse_markup(text: str, *, markup: bool = True, stage_directions: bool = False) -> list[Run]:
    """Find the runs of a text.

    Args:
        text: As the caller wrote it.
        markup: Whether tags count. If not, every character is text.
        stage_directions: Whether words in brackets, such as "[whispers]", are how to speak rather than what to say.

    Returns:
        In order; together they account for every character. Empty for an empty text only.

    Raises:
        MalformedMarkup: A tag is unclosed, misplaced or has attributes that it can't have, or there are too many.
    """
    tagged = markup and "<" in text
    document = tagged and _DOCUMENT.match(text) is not None
    scanner = _Scanner(text, document=document, stage_directions=stage_directions)
    if document:
        scanner.scan_document()
    elif tagged:
        scanner.scan_plain()
    else:
        scanner.add_text(0, len(text))
    return scanner.finish()


class _Scanner:
    def __init__(self, text: str, *, document: bool, stage_directions: bool) -> None:
        self._text = text
        self._directions = stage_directions and "[" in text
        self._builder = RunBuilder()
        self._elements = Elements(self._builder, document=document)
        self._tags = 0

    def scan_document(self) -> None:
        position = 0
        while position < len(self._text):
            found = self._text.find("<", position)
            end = len(self._text) if found < 0 else found
            self._add_escaped(position, end)
            position = self._scan_construct(end) if end < len(self._text) else end
        if not self._elements.complete:
            raise MalformedMarkup("The <speak> element isn't closed.")

    def scan_plain(self) -> None:
        position = written = 0
        while (position := self._text.find("<", position)) >= 0:
            if not _KNOWN.match(self._text, position):
                position += 1
                continue
            self.add_text(written, position)
            written = position = self._scan_tag(position)
        self.add_text(written, len(self._text))

    def finish(self) -> list[Run]:
        self._elements.check_closed()
        return self._builder.finish(len(self._text))

    def add_text(self, start: int, end: int) -> None:
        """Append the caller's own characters."""
        if self._directions:
            for direction in _DIRECTION.finditer(self._text, start, end):
                self._append(start, direction.start())
                start = direction.end()
        self._append(start, end)

    def _append(self, start: int, end: int) -> None:
        if end > start:
            self._builder.add(TracedText.from_source(self._text[start:end], start))

    def _add_escaped(self, start: int, end: int) -> None:
        """Append text in which references stand for characters."""
        while (found := self._text.find("&", start, end)) >= 0:
            match = _REFERENCE.match(self._text, found, end)
            if match is None:
                raise MalformedMarkup("An & in SSML must start an entity such as &amp; or a character reference.")
            self._add_checked(start, found)
            self._builder.add(TracedText(_character(match), np.array([found], np.int32)))
            start = match.end()
        self._add_checked(start, end)

    def _add_checked(self, start: int, end: int) -> None:
        if end > start and not self._elements.open and self._text[start:end].strip():
            raise MalformedMarkup("All text of an SSML document must be inside its <speak> element.")
        if self._elements.open:
            self.add_text(start, end)

    def _scan_construct(self, position: int) -> int:
        """Take in what starts with < in a document; the index after it."""
        skipped: dict[str, tuple[str, Callable[[int, int], None]]] = {
            "<!--": ("-->", lambda _start, _end: None),
            "<![CDATA[": ("]]>", self._add_checked),
            "<?xml": ("?>", lambda _start, _end: None),
        }
        for opening, (closing, take) in skipped.items():
            if self._text.startswith(opening, position):
                end = self._text.find(closing, position + len(opening))
                if end < 0:
                    raise MalformedMarkup("A comment or section of the SSML document isn't closed.")
                take(position + len(opening), end)
                return end + len(closing)
        if self._text.startswith(("<!", "<?"), position):
            raise MalformedMarkup("Document types and processing instructions are not allowed in SSML.")
        return self._scan_tag(position)

    def _scan_tag(self, position: int) -> int:
        self._tags += 1
        if self._tags > MOST_TAGS:
            raise MalformedMarkup(f"The text has more than {MOST_TAGS} tags.")
        match = _TAG.match(self._text, position)
        if match is None:
            raise MalformedMarkup("A < in SSML must start a tag; write &lt; for the sign.")
        name = match["name"]
        if name not in ELEMENTS:
            raise MalformedMarkup("The SSML document has an element that isn't supported.")
        attributes: dict[str, str] = {}
        end = match.end()
        while attribute := _ATTRIBUTE.match(self._text, end):
            value = attribute[2] if attribute[2] is not None else attribute[3]
            if attribute[1] in attributes or len(value) > LONGEST_ATTRIBUTE:
                raise MalformedMarkup(f"An attribute of <{name}> is repeated or too long.")
            attributes[attribute[1]] = _REFERENCE.sub(_character, value)
            end = attribute.end()
        closing = _TAG_END.match(self._text, end)
        if closing is None or (match["close"] and (attributes or closing[1])):
            raise MalformedMarkup(f"The tag <{match['close']}{name}> is malformed.")
        if match["close"]:
            self._elements.end(name, closing.end())
        else:
            self._elements.start(name, attributes, position)
            if closing[1]:
                self._elements.end(name, closing.end())
        return closing.end()


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _ENTITIES[match[3]]
    code = int(match[1]) if match[1] else int(match[2], 16)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise MalformedMarkup("A character reference names no character.")
    return chr(code)
