"""ITU-T G.711: 16-bit samples in 8 bits, by the µ-law and the A-law."""

from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from sonant.codecs.coder import Channel
from sonant.core.audio import to_int16

Law = Literal["ulaw", "alaw"]


class G711:
    """One byte a sample, without a header."""

    def __init__(self, law: Law) -> None:
        self._code_words = code_words(law)

    def write(self, samples: Channel, /) -> bytes:
        """See `Coder`. Nothing is ever held back."""
        return self._code_words[to_int16(samples).view(np.uint16)].tobytes()

    def finish(self) -> bytes:
        """See `Coder`."""
        return b""

    def sized(self, content: bytes, /) -> bytes:
        """See `Coder`. There is no such place."""
        return content


@cache
def code_words(law: Law) -> npt.NDArray[np.uint8]:
    """The code word of every 16-bit sample.

    A word is a sign, 3 bits of segment and 4 bits of step. Its interval begins at a decision value of the standard's
    tables 1a and 2a, which are for 13 and 14 bits: the 16-bit magnitude is compared with 8 and 4 times the value.

    Returns:
        uint8, shape `(65536,)`, indexed by the sample's bits as an unsigned number. Never written to.
    """
    segment, step = np.divmod(np.arange(128), 16)
    if law == "ulaw":
        decision_values = 4 * (((2 * step + 32) << segment) - 33)
        positive, inverted = 0x00, 0xFF
    else:
        decision_values = 8 * np.where(segment == 0, 2 * step, (2 * step + 32) << np.maximum(segment - 1, 0))
        positive, inverted = 0x80, 0x55
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude_code = np.searchsorted(decision_values, np.abs(samples), side="right") - 1
    sign = np.where(samples < 0, positive ^ 0x80, positive)
    return ((magnitude_code | sign) ^ inverted).astype(np.uint8)
