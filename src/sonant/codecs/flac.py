"""FLAC, for storage."""

import hashlib
import struct

from sonant.codecs.coder import Channel
from sonant.codecs.packets import PacketEncoder
from sonant.core.audio import to_int16

_LAST_BLOCK_STREAMINFO = 0x80


class Flac:
    """FLAC of 16-bit samples.

    Level 5: recorded speech comes to 0.53 to 0.61 of its PCM for 0.6 ms a second; level 8 saves one part in a hundred
    more for half as much time again, and level 12 as much for ten times that. While open, an encoder holds 7 MiB.
    """

    def __init__(self, sample_rate: int) -> None:
        self._encoder = PacketEncoder("flac", sample_rate, "s16", None, {"compression_level": "5"})
        self._unsent_header = self._header(self._encoder.header)
        self._digest = hashlib.md5(usedforsecurity=False)
        self._length = 0

    def write(self, samples: Channel, /) -> bytes:
        """See `Coder`."""
        header, self._unsent_header = self._unsent_header, b""
        linear = to_int16(samples)
        self._digest.update(linear.astype("<i2", copy=False).tobytes())
        self._length += len(linear)
        return header + b"".join(self._encoder.push(linear))

    def finish(self) -> bytes:
        """See `Coder`. A file without samples has a header all the same."""
        return self._unsent_header + b"".join(self._encoder.drain())

    def sized(self, content: bytes, /) -> bytes:
        """See `Coder`. The header also gets the samples' digest."""
        info = self._encoder.header
        rate_and_length = int.from_bytes(info[10:18], "big") >> 36 << 36 | self._length
        header = self._header(info[:10] + rate_and_length.to_bytes(8, "big") + self._digest.digest())
        return header + content[len(header) :]

    @staticmethod
    def _header(stream_info: bytes) -> bytes:
        return struct.pack(">4sI", b"fLaC", _LAST_BLOCK_STREAMINFO << 24 | len(stream_info)) + stream_info
