"""FFmpeg's libraries, through PyAV."""

import ctypes
from functools import cache
from types import ModuleType


@cache
def load_av() -> ModuleType:
    """PyAV, imported when it is first needed: it costs 50 ms and 18 MiB.

    PyAV cuts and converts sound with filter graphs, and each graph starts as many threads as there are processors, up
    to 15. They would have nothing to do, so the libraries are told that there is one processor.
    """
    import av.codec.context  # noqa: PLC0415 - the point of this function

    ctypes.CDLL(av.codec.context.__file__).av_cpu_force_count(1)
    return av
