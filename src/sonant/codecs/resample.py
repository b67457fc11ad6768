"""Change of sample rate, as a stream."""

from math import ceil

import numpy as np
import soxr

from sonant.core.audio import Audio


class Resampler:
    """Converts one continuous stream from one sample rate to another.

    What comes out does not depend on how the input was cut. Its total length is `round(n * target_rate /
    source_rate)`, and it is in step with the input to within half a sample of the lower rate.

    This is soxr's engine for variable rates, held at one ratio. The usual one works in blocks and gives nothing for
    the first 20 to 160 ms of input; this one holds back 6 ms (48 to 44.1 kHz) to 31 ms (44.1 to 8 kHz), is flat to
    0.9 of the lower Nyquist frequency and keeps images and aliases below -100 dB. It takes 0.3 to 2.7 ms for a second
    of sound.
    """

    def __init__(self, source_rate: int, target_rate: int) -> None:
        """Make a resampler for one stream; rates in Hz."""
        self._source_rate = source_rate
        self._target_rate = target_rate
        self._stream: soxr.ResampleStream | None = None
        # When it lowers the rate, the engine is late by 1.6 to 1.9 samples.
        self._lead = 2 if target_rate < source_rate else 0
        self._channels = 1
        self._received = 0
        self._sent = 0

    def process(self, audio: Audio) -> Audio:
        """Convert the next stretch; what the filter still needs is held back.

        Args:
            audio: Any number of channels, the same in each call.

        Raises:
            ValueError: `audio` has another sample rate than the stream's.
        """
        if audio.sample_rate != self._source_rate:
            raise ValueError(f"the stream is at {self._source_rate} Hz, this stretch at {audio.sample_rate}")
        self._channels = audio.channels
        if self._source_rate == self._target_rate:
            return audio
        if self._stream is None:
            self._stream = soxr.ResampleStream(self._source_rate, self._target_rate, audio.channels, vr=True)
        self._received += audio.samples.shape[1]
        return self._kept(self._stream.resample_chunk(np.ascontiguousarray(audio.samples.T)))

    def flush(self) -> Audio:
        """What was held back. Call once, at the end."""
        if self._stream is None:
            return Audio(np.zeros((self._channels, 0), np.float32), self._target_rate)
        total = round(self._received * self._target_rate / self._source_rate)
        silence = np.zeros((ceil(4 * self._source_rate / self._target_rate), self._channels), np.float32)
        tail = self._kept(self._stream.resample_chunk(silence, last=True)).samples
        return Audio(tail[:, : tail.shape[1] - (self._sent - total)], self._target_rate)

    def _kept(self, interleaved: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Audio:
        skipped = min(self._lead, len(interleaved))
        self._lead -= skipped
        self._sent += len(interleaved) - skipped
        return Audio(np.ascontiguousarray(interleaved[skipped:].T), self._target_rate)
