"""PCM without a header, and the same in a RIFF WAVE file."""

import struct

from sonant.codecs.coder import Channel
from sonant.core.audio import to_int16

_UNKNOWN = 0xFFFFFFFF
_SAMPLE_BYTES = 2


class Pcm:
    """Signed 16-bit little-endian."""

    def write(self, samples: Channel, /) -> bytes:
        """See `Coder`. Nothing is ever held back."""
        return to_int16(samples).astype("<i2", copy=False).tobytes()

    def finish(self) -> bytes:
        """See `Coder`."""
        return b""

    def sized(self, content: bytes, /) -> bytes:
        """See `Coder`. There is no such place."""
        return content


class Wav:
    """RIFF WAVE, 16-bit.

    A stream can't know its length when its header leaves. It then says 2^32 - 1 bytes, which is what FFmpeg writes
    into a pipe and what it, browsers, SoX and Python's `wave` read to the end of the file.
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._pcm = Pcm()
        self._unsent_header = wave_header(sample_rate, _UNKNOWN)

    def write(self, samples: Channel, /) -> bytes:
        """See `Coder`."""
        header, self._unsent_header = self._unsent_header, b""
        return header + self._pcm.write(samples)

    def finish(self) -> bytes:
        """See `Coder`. A file without samples has a header all the same."""
        return self._unsent_header

    def sized(self, content: bytes, /) -> bytes:
        """See `Coder`."""
        header_length = len(wave_header(self._sample_rate, 0))
        return wave_header(self._sample_rate, len(content) - header_length) + content[header_length:]


def wave_header(sample_rate: int, data_bytes: int) -> bytes:
    """The 44 bytes before the samples of one 16-bit channel; sizes beyond 32 bits become 2^32 - 1, "unknown"."""
    riff_bytes = min(36 + data_bytes, _UNKNOWN)
    encoding = (16, 1, 1, sample_rate, sample_rate * _SAMPLE_BYTES, _SAMPLE_BYTES, 8 * _SAMPLE_BYTES)
    chunks = (b"fmt ", *encoding, b"data", min(data_bytes, _UNKNOWN))
    return struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", riff_bytes, b"WAVE", *chunks)
