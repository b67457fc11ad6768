"""libespeak-ng through its C interface. It keeps everything in globals: one per process, and never from two threads."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sonant.engines.espeak.prosody import Prosody

_SYNCHRONOUS = 2
_PHONEME_EVENTS, _IN_IPA, _DONT_EXIT = 0x1, 0x2, 0x8000
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_CHARACTERS = 1
_UTF8, _PHONEMES = 0x1, 0x100
_IPA_TEXT = 0x2
_BUFFER_MS = 60
_LOUDNESS = 60  # of 100: no variant overloads there


class MarkKind(IntEnum):
    """What begins at a mark; the numbers are the library's."""

    WORD = 1
    PHONEME = 7


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that the library says begins.

    Attributes:
        kind: A word or a phoneme.
        position: Index of a character of the text, or a little outside it.
        sample: Index of a sample of the sound.
        symbol: Of a phoneme, in IPA; empty for a pause, in parentheses for a change of language.
    """

    kind: MarkKind
    position: int
    sample: int
    symbol: str = ""


Receive: TypeAlias = Callable[[npt.NDArray[np.int16], list[Mark]], None]


class _Identity(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identity),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class EspeakLibrary:
    """The library, initialised.

    Args:
        library: The shared library.
        data: Its folder `espeak-ng-data`.

    Attributes:
        data: The same folder.
        sample_rate: Hz of its sound.

    Raises:
        OSError: It can't be loaded or finds no data.
    """

    def __init__(self, library: Path, data: Path) -> None:
        self.data = data
        self._library = ctypes.CDLL(str(library))
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        options = _PHONEME_EVENTS | _IN_IPA | _DONT_EXIT
        self.sample_rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, str(data).encode(), options))
        if self.sample_rate <= 0:
            raise OSError("espeak-ng finds no data")

    def choose_voice(self, voice: str) -> None:
        """Speak a language, by identifier, from now on.

        Raises:
            LookupError: There is no such voice.
        """
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise LookupError(voice)

    def speak(self, text: str, prosody: Prosody, receive: Receive, *, phonemic: bool = False) -> None:
        """Speak in the chosen voice, and hand over the sound as it comes.

        Args:
            text: What to speak.
            prosody: How.
            receive: Called with samples, shape `(time,)`, and the marks that fall into them. What it raises ends it.
            phonemic: What stands in double brackets is the library's own names of phonemes.
        """
        parameters = (_RATE, prosody.wpm), (_PITCH, prosody.pitch), (_RANGE, prosody.pitch_range), (_VOLUME, _LOUDNESS)
        for parameter, value in parameters:
            self._library.espeak_SetParameter(parameter, value, 0)
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(prosody.noise_seed))
        failures: list[BaseException] = []

        def on_sound(samples: Any, count: int, events: Any) -> int:
            try:
                receive(_copied(samples, count), _marks(events))
            except BaseException as failure:  # noqa: BLE001 - nothing may escape into the library
                failures.append(failure)
            return len(failures)

        callback = _Callback(on_sound)
        self._library.espeak_SetSynthCallback(callback)
        encoded = text.encode()
        flags = _UTF8 | (_PHONEMES if phonemic else 0)
        self._library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, _CHARACTERS, 0, flags, None, None)
        if failures:
            raise failures[0]

    def transcribe(self, text: str) -> str:
        """How the chosen voice speaks a short text by itself, in IPA with stress marks.

        Double brackets mean what they meant to the last `speak`.
        """
        encoded = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(encoded))
        clauses = []
        while rest.value:
            clauses.append(self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA_TEXT).decode())
        return " ".join(clauses)


def _copied(samples: Any, count: int) -> npt.NDArray[np.int16]:
    if not samples or count <= 0:
        return np.empty(0, np.int16)
    return np.frombuffer(ctypes.string_at(samples, count * 2), np.int16)


def _marks(events: Any) -> list[Mark]:
    marks: list[Mark] = []
    for event in events:  # a C array, ended by an event of type 0
        if event.type == 0:
            break
        if event.type == MarkKind.PHONEME:
            symbol = event.id.string.decode(errors="ignore")
            marks.append(Mark(MarkKind.PHONEME, event.text_position - 1, event.sample, symbol))
        elif event.type == MarkKind.WORD:
            marks.append(Mark(MarkKind.WORD, event.text_position - 1, event.sample))
    return marks
