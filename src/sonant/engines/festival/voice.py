"""The file of an HTS voice, and how its F0 is moved: by moving what its model says of log F0."""

import math
import re
from pathlib import Path

import numpy as np

_NUMBERS_PER_DENSITY = 7  # means of log F0 and its two derivatives, their variances, the weight of being voiced
_STATES = 5


class HtsVoice:
    """An `.htsvoice` file of the hts_engine API 1.07 whose second stream is log F0."""

    def __init__(self, path: Path) -> None:
        """Read it.

        Raises:
            OSError: It can't be read.
            ValueError: It isn't such a file.
        """
        self._content = path.read_bytes()
        header, mark, _ = self._content.partition(b"[DATA]\n")
        if not mark:
            raise ValueError("not an HTS voice")
        self._header = header.decode("ascii", "replace")
        self._data = len(header) + len(mark)
        self._f0 = self._part("STREAM_PDF[LF0]", skip=4 * _STATES)  # one count of densities per state comes first
        self._f0_spread = self._part("GV_PDF[LF0]", skip=4)

    def moved(self, pitch: float, pitch_range: float) -> bytes:
        """The same voice with its mean F0 and the F0's spread in musical intervals multiplied."""
        content = bytearray(self._content)
        densities = np.frombuffer(self._content[self._f0], "<f4").reshape(-1, _NUMBERS_PER_DENSITY).astype(np.float64)
        mean = np.average(densities[:, 0], weights=densities[:, 6])
        densities[:, 0] = mean + (densities[:, 0] - mean) * pitch_range + math.log(pitch)
        densities[:, 1:3] *= pitch_range
        densities[:, 3:6] *= pitch_range**2
        content[self._f0] = densities.astype("<f4").tobytes()
        spreads = np.frombuffer(self._content[self._f0_spread], "<f4").reshape(-1, 2)
        content[self._f0_spread] = (spreads * (pitch_range**2, pitch_range**4)).astype("<f4").tobytes()
        return bytes(content)

    def _part(self, name: str, skip: int) -> slice:
        """Where a part's numbers are, after what comes first in it."""
        found = re.search(re.escape(name) + r":(\d+)-(\d+)", self._header)
        if found is None:
            raise ValueError(f"the HTS voice has no {name}")
        return slice(self._data + int(found[1]) + skip, self._data + int(found[2]) + 1)
