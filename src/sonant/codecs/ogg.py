"""Pages of an Ogg stream, RFC 3533."""

import struct
import zlib
from collections.abc import Sequence

_SERIAL = 1
_BEGIN, _END = 0x02, 0x04
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class OggStream:
    """Numbers the pages of one logical stream."""

    def __init__(self) -> None:
        self._pages = 0

    def page(self, packets: Sequence[bytes], granule: int, *, ends: bool = False) -> bytes:
        """A page of whole packets.

        Args:
            packets: Together at most 255 pieces of 255 bytes.
            granule: Position in the stream after the last packet; its unit is the codec's.
            ends: It is the last page.
        """
        lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
        flags = (_BEGIN if self._pages == 0 else 0) | (_END if ends else 0)
        header = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, _SERIAL, self._pages, 0)
        content = header + bytes([len(lacing)]) + lacing + b"".join(packets)
        self._pages += 1
        return content[:22] + struct.pack("<I", _checksum(content)) + content[26:]


def _checksum(page: bytes) -> int:
    """CRC-32 with the most significant bit first and nothing inverted, by way of zlib's, which is the mirror image."""
    mirrored = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")
