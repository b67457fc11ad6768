"""One utterance on its way through Flite, from tokens to samples."""

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from ctypes import POINTER, c_float
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from sonant.enginekit.clauses import Sound
from sonant.engines.flite.library import F0_MEAN, F0_SPREAD, MODEL, STRETCH, Callback, Library, Model

Pcm: TypeAlias = npt.NDArray[np.int16]
Rise: TypeAlias = Callable[[float], float]
"""What the F0 is multiplied with at a time in seconds."""

_FRAMES_PER_SECOND = 200
_GO_ON, _STOP = 0, -1

_STREAMING, _PARAMETERS, _STRENGTHS = b"streaming_info", b"param_track", b"str_track"
_NAME, _WHITESPACE, _OPENING, _CLOSING = b"name", b"whitespace", b"prepunctuation", b"punc"
_PHONES, _LOCAL_STRETCH = b"phones", b"local_duration_stretch"
_SYLLABLES, _STRESS, _END, _PREVIOUS_END = b"SylStructure", b"stress", b"end", b"R:Segment.p.end"


@dataclass(frozen=True, slots=True)
class SpokenToken:
    """One token as Flite takes it.

    Attributes:
        name: ASCII, not empty.
        closing: Punctuation after it.
        phones: Flite's own phones, where its sounds are given.
        stretch: Ratio of its duration.
    """

    name: str
    closing: str
    phones: tuple[str, ...] = ()
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How an utterance is spoken: ratios of duration, of mean F0, and of the F0's spread in musical intervals."""

    stretch: float = 1.0
    pitch: float = 1.0
    pitch_range: float = 1.0


class Listener(Protocol):
    """Who gets an utterance while it is made."""

    def on_sounds(self, sounds: Sequence[Sequence[Sound]], /) -> Rise | None:
        """The sounds of each token, before any sample is made. What comes back reshapes a statistical voice's F0."""
        ...

    def on_samples(self, samples: Pcm, last: bool, /) -> int:
        """The next samples. How many are wanted next, at least; 0 for no more."""
        ...


class Rendering:
    """One utterance on its way from tokens to samples."""

    def __init__(self, library: Library, speaker: str, listener: Listener) -> None:
        self._call = library.call
        self._voice = library.voices[speaker]
        self._listener = listener
        self._begun = False
        self._rise: Rise | None = None
        self._failure: BaseException | None = None
        self._utterance = self._call.new_utterance()
        self._features = self._utterance[0]  # struct cst_utterance: features, ...
        self._stream = self._call.new_audio_streaming_info()
        self._stream.contents.min_buffsize = 1
        self._stream.contents.asc = self._callback = Callback(self._on_samples)

    def make(self, spoken: Sequence[SpokenToken], manner: Manner) -> None:
        """Run Flite over the tokens. What `listener` raises comes out here."""
        self._append(spoken)
        self._set(manner)
        self._call.flite_feat_set(self._features, _STREAMING, self._call.audio_streaming_info_val(self._stream))
        self._call.utt_init(self._utterance, self._voice.address)
        self._call.utt_synth_tokens(self._utterance)
        if self._rise and self._voice.model and not self._failure:
            self._render_again(self._rise)
        self._call.delete_utterance(self._utterance)
        if self._failure is not None:
            raise self._failure

    def _append(self, spoken: Sequence[SpokenToken]) -> None:
        call = self._call
        row = call.utt_relation_create(self._utterance, b"Token")
        for index, token in enumerate(spoken):
            item = call.relation_append(row, None)
            call.item_set_string(item, _NAME, token.name.encode("ascii"))
            call.item_set_string(item, _WHITESPACE, b" ")
            call.item_set_string(item, _OPENING, b"")
            call.item_set_string(item, _CLOSING, token.closing.encode("ascii"))
            call.item_set_float(item, _LOCAL_STRETCH, token.stretch)
            if token.phones:  # equal strings on neighbours would be spoken once, so the spaces in them differ
                call.item_set_string(item, _PHONES, (" " * (1 + index % 2)).join(token.phones).encode("ascii"))

    def _set(self, manner: Manner) -> None:
        """Set duration and F0. Flite's spread is in Hz, so it grows with the mean."""
        voice, put = self._voice, partial(self._call.flite_feat_set_float, self._features)
        put(STRETCH, voice.stretch * manner.stretch)
        if voice.model and voice.model.contents.has_accents:
            self._accents = _moved_accents(voice.model.contents, manner)
            self._model = _with_accents(voice.model.contents, self._accents)
            self._call.flite_feat_set(self._features, MODEL, self._call.cg_db_val(self._model))
        else:
            put(F0_MEAN, voice.f0_mean * manner.pitch)
            put(F0_SPREAD, voice.f0_spread * manner.pitch * manner.pitch_range)

    def _on_samples(self, wave: Any, start: int, size: int, last: int, stream: Any) -> int:
        """Flite's callback. Nothing may be raised through C."""
        try:
            if not self._begun:
                self._begun = True
                self._rise = self._listener.on_sounds(list(self._sounds()))
                if self._voice.model and self._rise:
                    return _STOP  # to come back from _render_again
            samples = np.ctypeslib.as_array(wave.contents.samples, (start + size,))[start:].copy()
            wanted = self._listener.on_samples(samples, bool(last))
        except BaseException as failure:  # noqa: BLE001 - make() raises it again
            self._failure = failure
            return _STOP
        stream.contents.min_buffsize = wanted
        return _GO_ON if wanted else _STOP

    def _sounds(self) -> Iterator[list[Sound]]:
        """The sounds of each token in order."""
        call = self._call
        for token in self._each(call.relation_head(call.utt_relation(self._utterance, b"Token"))):
            yield [
                Sound(
                    phone=call.item_feat_string(segment, _NAME).decode("ascii"),
                    start=call.ffeature_float(segment, _PREVIOUS_END),
                    end=call.item_feat_float(segment, _END),
                    stressed=call.item_feat_string(syllable, _STRESS) == b"1",
                )
                for word in self._each(call.item_daughter(token))
                for syllable in self._each(call.item_daughter(call.item_as(word, _SYLLABLES)))
                for segment in self._each(call.item_daughter(syllable))
            ]

    def _each(self, item: int | None) -> Iterator[int]:
        """An item and those that follow it."""
        while item:
            yield item
            item = self._call.item_next(item)

    def _render_again(self, rise: Rise) -> None:
        """Change the F0 that Flite predicted, and render what it predicted then."""
        call, model = self._call, self._voice.model
        predicted = call.val_track(call.feat_val(self._features, _PARAMETERS))
        for index in range(predicted.contents.num_frames):
            predicted.contents.frames[index][0] *= rise(index / _FRAMES_PER_SECOND)
        strengths = call.val_track(call.feat_val(self._features, _STRENGTHS))
        self._stream.contents.min_buffsize = 1
        call.mlsa_resynthesis(call.mlpg(predicted, model), strengths, model, self._stream, 0)


def _moved_accents(model: Model, manner: Manner) -> npt.NDArray[np.float32]:
    """A model's accents, in log F0, scaled around their mean and moved.

    The first number of an accent is its peak above the phrase, the third is its size.
    """
    rows = [model.accents[index][: model.accent_channels] for index in range(model.accent_count)]
    accents = np.array(rows, np.float32)
    mean = accents[:, 0].mean()
    accents[:, 0] = mean + (accents[:, 0] - mean) * manner.pitch_range + math.log(manner.pitch)
    accents[:, 2] *= manner.pitch_range
    return accents


def _with_accents(model: Model, accents: npt.NDArray[np.float32]) -> Model:
    """A copy of a model that points to other accents, which must outlive it."""
    rows = (POINTER(c_float) * len(accents))(*(row.ctypes.data_as(POINTER(c_float)) for row in accents))
    copy = Model.from_buffer_copy(model)
    copy.accents = ctypes.cast(rows, POINTER(POINTER(c_float)))
    return copy
