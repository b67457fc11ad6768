"""MP3 at a constant bit rate, for players that see nothing but the stream."""

from math import ceil

import numpy as np

from sonant.codecs.coder import Channel
from sonant.codecs.packets import PacketEncoder

_DELAY = 1105
"""Samples by which LAME (576) and every decoder (529) together delay the sound."""

_GRANULE = 576
_DROPPED = 2 * _GRANULE
"""Samples of the frames that are not sent: one at 32 to 48 kHz, where a frame has two granules, two at 16 to 24 kHz."""

_SILENT_PEAK = 10 ** (-50 / 20)
_FEWEST_FRAMES = 2
"""FFmpeg doesn't take a single frame for MP3."""


class Mp3:
    """MPEG audio layer III, without ID3 tags and without a Xing frame.

    A Xing frame tells players how much silence to skip at both ends, but it comes first and its numbers are known
    last. So the silence is not sent. The first two granules that LAME makes hold nothing else, and are dropped; at
    the end the stream stops with the frame that has the last sample.

    Two things follow. No frame may borrow bytes from the one before it (the bit reservoir): that costs 0.1 to 0.4 dB
    of noise to mask and wins 26 ms until the first bytes. And the first granule that is sent, 576 samples, lacks the
    half of its sound that overlaps with the one before. A stream that begins with a granule of silence has nothing to
    lose: its sound is put where the delay comes to 0. One that begins with sound is put a granule later.

    A decoder thus gets more than was put in, by less than one frame after a silent start, and by less than a granule
    and a frame after a loud one. LAME lowers the level by 0.45 dB, so that what it adds does not clip.
    """

    def __init__(self, sample_rate: int, bitrate_kbps: int) -> None:
        options = {"reservoir": "0", "compression_level": "5"}
        self._encoder = PacketEncoder("libmp3lame", sample_rate, "fltp", bitrate_kbps, options)
        self._dropped = _DROPPED // self._encoder.frame_length
        self._opening: Channel | None = np.zeros(0, np.float32)
        self._late = 0
        self._length = 0
        self._frames = 0

    def write(self, samples: Channel, /) -> bytes:
        """See `Coder`. The first bytes come after 77 ms of sound."""
        self._length += len(samples)
        if self._opening is None:
            return self._sent(self._encoder.push(samples))
        self._opening = np.concatenate([self._opening, samples])
        return self._begin(self._opening) if len(self._opening) >= _GRANULE else b""

    def finish(self) -> bytes:
        """See `Coder`. No samples give no bytes."""
        if not self._length:
            return b""
        pieces = [] if self._opening is None else [self._begin(self._opening)]
        frame_length = self._encoder.frame_length
        due = self._dropped + max(_FEWEST_FRAMES, ceil((self._late + self._length) / frame_length))
        while self._frames < due:
            pieces.append(self._sent(self._encoder.push_silence(frame_length)))
        return b"".join(pieces)

    def sized(self, content: bytes, /) -> bytes:
        """See `Coder`. There is no such place."""
        return content

    def _begin(self, opening: Channel) -> bytes:
        """Choose the number of samples by which decoded sound will be late: none, or a granule."""
        starts_loud = np.abs(opening[:_GRANULE]).max() > _SILENT_PEAK
        self._late = _GRANULE if starts_loud else 0
        self._opening = None
        lead_in = self._late + _DROPPED - _DELAY
        return self._sent([*self._encoder.push_silence(lead_in), *self._encoder.push(opening)])

    def _sent(self, packets: list[bytes]) -> bytes:
        """All packets but the stream's first ones."""
        kept = packets[max(0, self._dropped - self._frames) :]
        self._frames += len(packets)
        return b"".join(kept)
