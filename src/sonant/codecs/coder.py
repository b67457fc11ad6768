"""What stands behind an encoder: one codec, one channel, one rate."""

from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Channel: TypeAlias = npt.NDArray[np.float32]
"""float32, shape `(time,)`, finite, within ±1.0."""


class Coder(Protocol):
    """Writes one channel at its format's rate as bytes, as one continuous stream."""

    def write(self, samples: Channel, /) -> bytes:
        """Take the next samples; answer what is complete."""
        ...

    def finish(self) -> bytes:
        """What was held back, and the stream's end. Called once."""
        ...

    def sized(self, content: bytes, /) -> bytes:
        """The whole finished stream, with its length stated wherever the format has a place for it."""
        ...
