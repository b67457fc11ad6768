"""hts_engine through its C interface, which pyopenjtalk carries inside its extension module.

pyopenjtalk's own wrapper hands out the sound only; the lengths of the sounds are to be had from the library itself.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

_ENGINE_BYTES = 1 << 14  # many times what the structure takes, whose layout is the library's own business
_LOG_F0 = 1  # the stream of fundamental frequencies
_SIZES = ("get_nstate", "get_total_state", "get_state_duration", "get_fperiod", "get_sampling_frequency")


@dataclass(frozen=True, slots=True)
class Manner:
    """How to speak: a ratio of rate, semitones of pitch, and the weight of the voice's natural variance of pitch."""

    rate: float
    half_tones: float
    variance_weight: float


class HtsVoice:
    """A voice, loaded.

    Args:
        library: A shared library that exports hts_engine.
        voice: A `.htsvoice` file.

    Attributes:
        sample_rate: Hz of its sound.

    Raises:
        OSError: The library or the voice can't be loaded.
    """

    def __init__(self, library: Path, voice: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self._system = ctypes.CDLL(None)
        self._system.open_memstream.restype = ctypes.c_void_p
        for name in _SIZES:
            self._function(name).restype = ctypes.c_size_t
        self._engine = ctypes.create_string_buffer(_ENGINE_BYTES)
        self._function("initialize")(self._engine)
        self._function("load").restype = ctypes.c_bool
        if not self._function("load")(self._engine, (ctypes.c_char_p * 1)(str(voice).encode()), ctypes.c_size_t(1)):
            raise OSError("hts_engine can't read the voice")
        self.sample_rate = int(self._function("get_sampling_frequency")(self._engine))
        self._frame = int(self._function("get_fperiod")(self._engine))  # samples

    def speak(self, labels: Sequence[str], manner: Manner) -> tuple[npt.NDArray[np.int16], list[int]]:
        """Speak full-context labels.

        Returns:
            The samples, shape `(time,)`, and how many of them belong to each label.
        """
        engine = self._engine
        self._function("set_speed")(engine, ctypes.c_double(manner.rate))
        self._function("add_half_tone")(engine, ctypes.c_double(manner.half_tones))
        weight = ctypes.c_double(manner.variance_weight)
        self._function("set_gv_weight")(engine, ctypes.c_size_t(_LOG_F0), weight)
        encoded = (ctypes.c_char_p * len(labels))(*(label.encode() for label in labels))
        self._must("generate_state_sequence_from_strings", encoded, ctypes.c_size_t(len(labels)))
        lengths = self._lengths()
        self._must("generate_parameter_sequence")
        self._must("generate_sample_sequence")
        samples = self._samples()
        self._function("refresh")(engine)
        return samples, lengths

    def _lengths(self) -> list[int]:
        states = int(self._function("get_nstate")(self._engine))
        duration = self._function("get_state_duration")
        total = int(self._function("get_total_state")(self._engine))
        frames = [int(duration(self._engine, ctypes.c_size_t(state))) for state in range(total)]
        return [sum(frames[start : start + states]) * self._frame for start in range(0, total, states)]

    def _samples(self) -> npt.NDArray[np.int16]:
        """What was generated, through a file in memory: the only way that doesn't fetch it sample by sample."""
        content, size = ctypes.c_char_p(), ctypes.c_size_t()
        stream = ctypes.c_void_p(self._system.open_memstream(ctypes.byref(content), ctypes.byref(size)))
        self._function("save_generated_speech")(self._engine, stream)
        self._system.fclose(stream)
        samples = np.frombuffer(ctypes.string_at(content, size.value), np.int16)
        self._system.free(content)
        return samples

    def _must(self, name: str, *arguments: object) -> None:
        function = self._function(name)
        function.restype = ctypes.c_bool
        if not function(self._engine, *arguments):
            raise RuntimeError(f"hts_engine failed to {name}")

    def _function(self, name: str) -> "ctypes._NamedFuncPointer":
        return getattr(self._library, f"HTS_Engine_{name}")  # type: ignore[no-any-return]
