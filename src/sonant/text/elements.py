"""What each SSML element means."""

import re
from dataclasses import dataclass, replace

from sonant.core.errors import MalformedMarkup
from sonant.core.text import Delivery
from sonant.text import prosody
from sonant.text.normalize.say_as import KINDS
from sonant.text.phonemes import ALPHABETS, to_ipa
from sonant.text.runs import Override, RunBuilder, Style
from sonant.text.sentences import PARAGRAPH_PAUSE

DEEPEST = 32
LONGEST_SILENCE = 3_600.0
"""Seconds that all breaks of a text may last together."""

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_ANYWHERE = ("xml:lang", "xml:base", "xml:id", "onlangfailure")

ELEMENTS: dict[str, tuple[str, ...]] = {
    "speak": ("version", "startmark", "endmark"),
    "break": ("time", "strength"),
    "phoneme": ("alphabet", "ph"),
    "sub": ("alias",),
    "say-as": ("interpret-as", "format", "detail"),
    "prosody": ("rate", "pitch", "range", "volume"),
    "emphasis": ("level",),
    "lang": (),
    "mark": ("name",),
    "token": ("role",),
    "p": (),
    "s": (),
    "w": ("role",),
}
"""The elements that are understood, and their own attributes."""

_TEXT_ONLY = ("phoneme", "sub", "say-as")
_EMPTY = ("break", "mark")
_EMPHASES = {
    "strong": {"rate": 0.85, "pitch": 1.08, "pitch_range": 1.3, "volume_db": 2.0},
    "moderate": {"rate": 0.92, "pitch": 1.04, "pitch_range": 1.15, "volume_db": 1.0},
    "none": {},
    "reduced": {"rate": 1.08, "pitch_range": 0.8, "volume_db": -2.0},
}


@dataclass(frozen=True, slots=True)
class _Frame:
    """An open element: its attributes, the style around it, and where its text starts in the run."""

    name: str
    attributes: dict[str, str]
    outside: Style
    start: int


class Elements:
    """Takes in tags in order and turns them into runs.

    Args:
        builder: Of the runs.
        document: Whether the text is an SSML document rather than plain text with tags in it.

    Attributes:
        complete: Whether the document has ended.
    """

    def __init__(self, builder: RunBuilder, *, document: bool) -> None:
        self._builder = builder
        self._document = document
        self._frames: list[_Frame] = []
        self._style = Style()
        self._silence = 0.0
        self.complete = False

    @property
    def open(self) -> bool:
        """Whether any element is open."""
        return bool(self._frames)

    def check_closed(self) -> None:
        """Make sure that nothing is open at the end.

        Raises:
            MalformedMarkup: Something is.
        """
        if self._frames:
            raise MalformedMarkup(f"The tag <{self._frames[-1].name}> isn't closed.")

    def start(self, name: str, attributes: dict[str, str], position: int) -> None:
        """Take in an opening tag, which starts at `position`.

        Raises:
            MalformedMarkup: It can't be here, or not with these attributes.
        """
        self._check(name, attributes)
        frame = _Frame(name, attributes, self._style, self._builder.length)
        style = self._styled(name, attributes)
        if name in ("p", "s"):
            self._builder.close(position)
        self._frames.append(frame)
        self._style = style
        self._builder.set_style(style, position)
        if name in _TEXT_ONLY:
            self._frames[-1] = replace(frame, start=self._builder.length)

    def end(self, name: str, position: int) -> None:
        """Take in a closing tag, which ends before `position`.

        Raises:
            MalformedMarkup: Another element is open, or what this one holds doesn't fit.
        """
        if not self._frames or self._frames[-1].name != name:
            raise MalformedMarkup(f"The closing tag </{name}> has no opening tag at its level.")
        frame = self._frames.pop()
        if name == "speak":
            self.complete = True
        elif name == "break":
            self._builder.close(position, pause=self._pause(frame))
        elif name in _TEXT_ONLY:
            self._give_reading(frame)
        elif name in ("p", "s"):
            self._builder.close(position, rest=PARAGRAPH_PAUSE if name == "p" else 0.0)
        self._style = frame.outside
        self._builder.set_style(frame.outside, position)

    def _check(self, name: str, attributes: dict[str, str]) -> None:
        allowed = ELEMENTS[name]
        for attribute in attributes:
            if attribute not in allowed and attribute not in _ANYWHERE and not attribute.startswith(("xmlns", "xsi:")):
                known = f": it has {', '.join(allowed)}" if allowed else ""
                raise MalformedMarkup(f"<{name}> has an attribute that isn't supported{known}.")
        language = attributes.get("xml:lang", "en")
        if not _LANGUAGE_TAG.fullmatch(language) or (name == "lang" and "xml:lang" not in attributes):
            raise MalformedMarkup(f'The xml:lang of <{name}> must be a language tag such as "en-GB".')
        outermost = self._document and not self._frames
        if (name == "speak") != outermost or self.complete:
            raise MalformedMarkup("An SSML document has one <speak> element, with all others inside it.")
        if self._frames and self._frames[-1].name in (*_TEXT_ONLY, *_EMPTY):
            raise MalformedMarkup(f"<{self._frames[-1].name}> can't hold other tags.")
        if len(self._frames) >= DEEPEST:
            raise MalformedMarkup(f"Tags are nested more than {DEEPEST} deep.")

    def _styled(self, name: str, attributes: dict[str, str]) -> Style:
        """The style inside an element that starts here."""
        language = attributes.get("xml:lang", self._style.language)
        delivery = self._style.delivery
        if name == "prosody":
            delivery = _with_prosody(delivery, attributes)
        elif name == "emphasis":
            level = attributes.get("level", "moderate")
            if level not in _EMPHASES:
                raise MalformedMarkup(f"The level of <emphasis> must be one of {', '.join(_EMPHASES)}.")
            delivery = delivery.with_prosody(**_EMPHASES[level])
        return Style(language, delivery)

    def _pause(self, frame: _Frame) -> float:
        if self._builder.length != frame.start:
            raise MalformedMarkup("<break> can't hold text.")
        if "time" in frame.attributes:
            pause = prosody.parse_time(frame.attributes["time"])
        else:
            pause = prosody.parse_strength(frame.attributes.get("strength", "medium"))
        self._silence += pause
        if self._silence > LONGEST_SILENCE:
            raise MalformedMarkup(f"The breaks of a text may last {LONGEST_SILENCE:.0f} seconds together.")
        return pause

    def _give_reading(self, frame: _Frame) -> None:
        end = self._builder.length
        if frame.name == "say-as":
            kind = frame.attributes.get("interpret-as", "")
            if kind not in KINDS:
                raise MalformedMarkup(f"The interpret-as of <say-as> must be one of {', '.join(sorted(KINDS))}.")
            if end > frame.start:
                form = frame.attributes.get("format", "")
                self._builder.override(Override(frame.start, end, "say-as", kind, form))
            return
        if end == frame.start:
            raise MalformedMarkup(f"<{frame.name}> must hold the text that it gives the reading of.")
        if frame.name == "sub":
            if "alias" not in frame.attributes:
                raise MalformedMarkup("<sub> needs an alias.")
            self._builder.override(Override(frame.start, end, "alias", frame.attributes["alias"]))
        else:
            self._builder.override(Override(frame.start, end, "phoneme", _ipa(frame.attributes)))


def _with_prosody(delivery: Delivery, attributes: dict[str, str]) -> Delivery:
    value = {name: attributes[name].strip() for name in ELEMENTS["prosody"] if name in attributes}
    return delivery.with_prosody(
        rate=prosody.parse_rate(value["rate"]) if "rate" in value else 1.0,
        pitch=prosody.parse_pitch(value["pitch"]) if "pitch" in value else 1.0,
        pitch_range=prosody.parse_range(value["range"]) if "range" in value else 1.0,
        volume_db=prosody.parse_volume(value["volume"]) if "volume" in value else 0.0,
    )


def _ipa(attributes: dict[str, str]) -> str:
    alphabet, phonemes = attributes.get("alphabet", "ipa"), attributes.get("ph", "").strip()
    if alphabet not in ALPHABETS:
        raise MalformedMarkup(f"The alphabet of <phoneme> must be one of {', '.join(ALPHABETS)}.")
    if not phonemes:
        raise MalformedMarkup("<phoneme> needs its sounds in the attribute ph.")
    try:
        return to_ipa(phonemes, alphabet)
    except ValueError as error:
        raise MalformedMarkup(f"The ph of <phoneme> isn't valid {alphabet}.") from error
