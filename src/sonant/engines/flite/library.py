"""CMU Flite's shared library through ctypes: its structures, its functions, and its voices.

The interface is that of Flite 2 (`flite.h` and the headers it names). Flite keeps pointers to the names of features, so
names are constants of this package and never freed.
"""

import ctypes
from collections.abc import Iterable
from ctypes import POINTER, Structure, c_byte, c_char_p, c_float, c_int, c_short, c_void_p
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from sonant.enginekit.libraries import load_library

PACKAGE = "libflite1"
LIBRARY = "libflite.so.1"

STRETCH, F0_MEAN, F0_SPREAD = b"duration_stretch", b"int_f0_target_mean", b"int_f0_target_stddev"
MODEL = b"cg_db"


class _Wave(Structure):
    """`cst_wave`."""

    _fields_: ClassVar = [
        ("type", c_char_p),
        ("sample_rate", c_int),
        ("num_samples", c_int),
        ("num_channels", c_int),
        ("samples", POINTER(c_short)),
    ]


class Track(Structure):
    """`cst_track`."""

    _fields_: ClassVar = [
        ("type", c_char_p),
        ("num_frames", c_int),
        ("num_channels", c_int),
        ("times", POINTER(c_float)),
        ("frames", POINTER(POINTER(c_float))),
    ]


class Model(Structure):
    """`cst_cg_db` on a 64-bit machine, as far as it matters here."""

    _fields_: ClassVar = [
        ("_name_and_types", c_byte * 24),
        ("f0_mean", c_float),
        ("f0_stddev", c_float),
        ("_trees", c_byte * 72),
        ("accent_channels", c_int),
        ("accent_count", c_int),
        ("accents", POINTER(POINTER(c_float))),
        ("_spectra", c_byte * 120),
        ("has_accents", c_int),
        ("_rest", c_byte * 36),
    ]


class Stream(Structure):
    """`cst_audio_streaming_info`."""


Callback = ctypes.CFUNCTYPE(c_int, POINTER(_Wave), c_int, c_int, c_int, POINTER(Stream))
Stream._fields_ = [
    ("min_buffsize", c_int),
    ("asc", Callback),
    ("utt", c_void_p),
    ("item", c_void_p),
    ("userdata", c_void_p),
]

_SIGNATURES: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (  # name, what it returns, what it takes
    ("audio_streaming_info_val", c_void_p, (POINTER(Stream),)),
    ("cg_db_val", c_void_p, (POINTER(Model),)),
    ("delete_utterance", None, (POINTER(c_void_p),)),
    ("feat_val", c_void_p, (c_void_p, c_char_p)),
    ("ffeature_float", c_float, (c_void_p, c_char_p)),
    ("flite_feat_set", None, (c_void_p, c_char_p, c_void_p)),
    ("flite_feat_set_float", None, (c_void_p, c_char_p, c_float)),
    ("flite_get_param_float", c_float, (c_void_p, c_char_p, c_float)),
    ("item_as", c_void_p, (c_void_p, c_char_p)),
    ("item_daughter", c_void_p, (c_void_p,)),
    ("item_feat_float", c_float, (c_void_p, c_char_p)),
    ("item_feat_string", c_char_p, (c_void_p, c_char_p)),
    ("item_next", c_void_p, (c_void_p,)),
    ("item_set_float", None, (c_void_p, c_char_p, c_float)),
    ("item_set_string", None, (c_void_p, c_char_p, c_char_p)),
    ("mlpg", POINTER(Track), (POINTER(Track), POINTER(Model))),
    ("mlsa_resynthesis", c_void_p, (POINTER(Track), POINTER(Track), POINTER(Model), POINTER(Stream), c_int)),
    ("new_audio_streaming_info", POINTER(Stream), ()),
    ("new_utterance", POINTER(c_void_p), ()),
    ("relation_append", c_void_p, (c_void_p, c_void_p)),
    ("relation_head", c_void_p, (c_void_p,)),
    ("utt_init", c_void_p, (POINTER(c_void_p), c_void_p)),
    ("utt_relation", c_void_p, (c_void_p, c_char_p)),
    ("utt_relation_create", c_void_p, (POINTER(c_void_p), c_char_p)),
    ("utt_synth_tokens", c_void_p, (POINTER(c_void_p),)),
    ("val_cg_db", POINTER(Model), (c_void_p,)),
    ("val_track", POINTER(Track), (c_void_p,)),
)


@dataclass(frozen=True, slots=True)
class LoadedVoice:
    """A loaded voice: its address, its statistical model if it has one, and its natural stretch and F0 in Hz."""

    address: int
    model: Any
    stretch: float
    f0_mean: float
    f0_spread: float


class Library:
    """Flite's functions by their names, with voices loaded once and for all."""

    def __init__(self, speakers: Iterable[str]) -> None:
        """Load the library and its voices.

        Raises:
            LibraryMissing: It isn't installed.
        """
        self.call = load_library(LIBRARY, PACKAGE)
        for part in ("usenglish", "cmulex"):
            load_library(f"libflite_{part}.so.1", PACKAGE)
        for name, gives, takes in _SIGNATURES:
            function = getattr(self.call, name)
            function.restype, function.argtypes = gives, takes
        self.call.flite_init()
        self.voices = {speaker: self._load_voice(speaker) for speaker in speakers}

    def _load_voice(self, speaker: str) -> LoadedVoice:
        library = load_library(f"libflite_cmu_us_{speaker}.so.1", PACKAGE)
        register = library[f"register_cmu_us_{speaker}"]
        register.restype, register.argtypes = c_void_p, [c_char_p]
        address = register(None)
        features = ctypes.cast(address, POINTER(c_void_p))[1]  # struct cst_voice: name, features, ...
        natural = partial(self.call.flite_get_param_float, features)
        packed = self.call.feat_val(features, MODEL)
        model = self.call.val_cg_db(packed) if packed else None
        return LoadedVoice(
            address=address,
            model=model,
            stretch=natural(STRETCH, 1.0),
            f0_mean=model.contents.f0_mean if model else natural(F0_MEAN, 0.0),
            f0_spread=model.contents.f0_stddev if model else natural(F0_SPREAD, 0.0),
        )
