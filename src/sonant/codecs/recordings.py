"""Reading back what was recorded: FLAC that this program wrote itself, so it needs no guard."""

from collections.abc import Iterator
from typing import IO

import numpy as np

from sonant.codecs.libav import load_av
from sonant.core.audio import Audio, from_int16


def recorded(file: IO[bytes]) -> Iterator[Audio]:
    """The sound of a recording, a few thousand samples at a time.

    Args:
        file: FLAC of one channel, read from where it stands to its end; it needn't be able to seek.

    Raises:
        ValueError: It is damaged.
    """
    with load_av().open(file, format="flac") as container:
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        for frame in container.decode(stream):
            yield from_int16(np.ravel(frame.to_ndarray()).astype(np.int16, copy=False), frame.sample_rate)
