"""Opus in Ogg, RFC 7845."""

import struct

from sonant.codecs.coder import Channel
from sonant.codecs.ogg import OggStream
from sonant.codecs.packets import PacketEncoder

SAMPLE_RATE = 48000
_PAGE_PACKETS = 5
_VENDOR = b"Sonant"


class OggOpus:
    """Opus at 48 kHz and a constant bit rate, in packets of 20 ms.

    The first page of sound has one packet, so that it leaves at once; each further one has five, 100 ms. The last
    page says how many samples there really are, so a decoder gets exactly what was put in. At 32 kbit/s libopus takes
    most sound for speech, which suits speech and spoils lone tones above 2 kHz.
    """

    def __init__(self, bitrate_kbps: int) -> None:
        self._encoder = PacketEncoder("libopus", SAMPLE_RATE, "flt", bitrate_kbps, {"vbr": "off"})
        self._pre_skip: int = struct.unpack_from("<H", self._encoder.header, 10)[0]
        self._ogg = OggStream()
        self._unsent_headers = self._ogg.page([self._encoder.header], 0) + self._ogg.page([_comments()], 0)
        self._page_packets = 1
        self._waiting: list[bytes] = []
        self._encoded = 0
        self._length = 0

    def write(self, samples: Channel, /) -> bytes:
        """See `Coder`. The first sound comes after 20 ms of it."""
        self._length += len(samples)
        headers, self._unsent_headers = self._unsent_headers, b""
        return headers + self._pages(self._encoder.push(samples))

    def finish(self) -> bytes:
        """See `Coder`."""
        frame_length = self._encoder.frame_length
        end = self._pre_skip + self._length
        packets = self._encoder.push_silence(-(-end // frame_length) * frame_length - self._length)
        pages = self._unsent_headers + self._pages(packets[:-1])
        return pages + self._ogg.page([*self._waiting, packets[-1]], end, ends=True)

    def sized(self, content: bytes, /) -> bytes:
        """See `Coder`. The last page states the length already."""
        return content

    def _pages(self, packets: list[bytes]) -> bytes:
        pages = []
        for packet in packets:
            self._waiting.append(packet)
            self._encoded += self._encoder.frame_length
            if len(self._waiting) == self._page_packets:
                pages.append(self._ogg.page(self._waiting, self._encoded))
                self._waiting = []
                self._page_packets = _PAGE_PACKETS
        return b"".join(pages)


def _comments() -> bytes:
    return struct.pack("<8sI", b"OpusTags", len(_VENDOR)) + _VENDOR + struct.pack("<I", 0)
