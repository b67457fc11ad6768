"""Streaming filters on one channel of samples.

Every filter is a pair: `process` takes the next stretch of samples and gives as many as it can, `flush` gives the
rest. What comes out, joined, lines up with what went in (delays are taken off) and is the same to the bit however the
input was cut: sums run in a fixed order, and whatever works on blocks counts them from the first sample.
"""

import math
from abc import ABC, abstractmethod
from itertools import pairwise
from typing import Protocol

import numpy as np

from sonant.core.audio import Samples

BLOCKS_PER_SECOND = 200

_NO_SAMPLES: Samples = np.empty(0, np.float32)


class Filter(Protocol):
    """A stateful transform of a stream of samples, shape `(time,)`."""

    def process(self, samples: Samples, /) -> Samples:
        """The next stretch in, what is ready out."""
        ...

    def flush(self) -> Samples:
        """What was held back. Nothing may be processed afterwards."""
        ...


_FOLLOWING_SAMPLES = 4096


class Gain:
    """The same amplification throughout."""

    def __init__(self, gain_db: float) -> None:
        self._factor = np.float32(10 ** (gain_db / 20))

    def process(self, samples: Samples) -> Samples:
        """Scale."""
        return samples * self._factor

    def flush(self) -> Samples:
        """Nothing is ever held back."""
        return _NO_SAMPLES


class Resampler:
    """Plays samples `ratio` times faster at the same rate: all frequencies times `ratio`, all times divided by it.

    Lowering frequencies is left to soxr's engine for variable rates, held at one ratio: the usual one gives nothing for
    the first 60 ms. Raising them isn't, because there that engine rings for 10 ms after each sound.
    """

    def __init__(self, ratio: float, sample_rate: int) -> None:
        from soxr import ResampleStream  # noqa: PLC0415 - most voices leave formants alone

        self._stream = ResampleStream(sample_rate * ratio, sample_rate, 1, dtype="float32", quality="HQ", vr=ratio < 1)
        self._ratio = ratio
        self._received = self._sent = 0

    def process(self, samples: Samples) -> Samples:
        """Resample; a few hundred samples are held back."""
        self._received += len(samples)
        resampled: Samples = self._stream.resample_chunk(samples)
        self._sent += len(resampled)
        return resampled

    def flush(self) -> Samples:
        """The end of the stream, which comes only when something follows it."""
        rest: Samples = self._stream.resample_chunk(np.zeros(_FOLLOWING_SAMPLES, np.float32), last=True)
        return rest[: round(self._received / self._ratio) - self._sent]


class Convolver:
    """An FIR filter as it is: delayed by its own length."""

    def __init__(self, taps: Samples) -> None:
        self._taps = taps
        self._past: Samples = np.zeros(len(taps) - 1, np.float32)

    def process(self, samples: Samples) -> Samples:
        """As many samples as went in."""
        if not len(samples):
            return samples
        stretch = np.concatenate((self._past, samples))
        self._past = stretch[len(samples) :]
        return np.convolve(stretch, self._taps, "valid")


class Equaliser:
    """A symmetric FIR filter, which delays all frequencies alike, so that the delay can be taken off."""

    def __init__(self, taps: Samples) -> None:
        """Make it of an odd number of taps."""
        self._convolver = Convolver(taps)
        self._delay = self._unheard = len(taps) // 2

    def process(self, samples: Samples) -> Samples:
        """Filter; half the filter's length is held back."""
        filtered = self._convolver.process(samples)
        skipped = min(self._unheard, len(filtered))
        self._unheard -= skipped
        return filtered[skipped:]

    def flush(self) -> Samples:
        """The last half length."""
        return self.process(np.zeros(self._delay, np.float32))


class Blockwise(ABC):
    """A filter that works on blocks of 5 ms, counted from the first sample."""

    def __init__(self, sample_rate: int) -> None:
        self._length = sample_rate // BLOCKS_PER_SECOND
        self._rest: Samples = _NO_SAMPLES

    @abstractmethod
    def _filtered(self, blocks: Samples) -> Samples:
        """Whole blocks in, whole blocks out: shape `(blocks, length)`."""

    def process(self, samples: Samples) -> Samples:
        """Filter; less than a block is held back."""
        stretch = np.concatenate((self._rest, samples))
        whole = len(stretch) // self._length * self._length
        self._rest = stretch[whole:]
        return self._filtered(stretch[:whole].reshape(-1, self._length)).reshape(-1)

    def flush(self) -> Samples:
        """The block that was not full."""
        count = len(self._rest)
        return self.process(np.zeros(-count % self._length, np.float32))[:count]

    def _ramps(self, levels: list[float]) -> Samples:
        """Straight lines between levels at the edges of blocks, shape `(blocks + 1,)` to `(blocks, length)`."""
        edges = np.array(levels)
        lines = edges[:-1, None] + np.diff(edges)[:, None] * (np.arange(self._length) / self._length)
        return lines.astype(np.float32)


class OffsetRemover(Blockwise):
    """Takes away a constant or slowly wandering offset: two poles at 3 Hz on the means of blocks."""

    _TIME_CONSTANT = 0.05

    def __init__(self, sample_rate: int) -> None:
        super().__init__(sample_rate)
        self._step = 1 - math.exp(-1 / (self._TIME_CONSTANT * BLOCKS_PER_SECOND))
        self._fast = self._slow = 0.0

    def _filtered(self, blocks: Samples) -> Samples:
        offsets = [self._slow]
        for mean in blocks.mean(axis=1, dtype=np.float64).tolist():
            self._fast += self._step * (mean - self._fast)
            self._slow += self._step * (self._fast - self._slow)
            offsets.append(self._slow)
        return blocks - self._ramps(offsets)


class Breath(Blockwise):
    """Mixes in aspiration: noise in the upper band that rises and falls with the voice's own upper band."""

    def __init__(self, amount: float, upper_band: Samples, sample_rate: int, seed: int) -> None:
        """Make it.

        Args:
            amount: 1 makes the noise as strong as the voice's own upper band.
            upper_band: Taps that pass the band in which aspiration is heard.
            sample_rate: Hz.
            seed: Of the noise.
        """
        super().__init__(sample_rate)
        self._voice_band, self._noise_band = Convolver(upper_band), Convolver(upper_band)
        self._noise = np.random.default_rng(seed)
        # The noise, before its band is cut out, has strength 1; the mean modulus of a Gaussian signal is sqrt(2 / pi).
        self._gain = amount * math.sqrt(math.pi / 2) / float(np.sqrt(np.square(upper_band, dtype=np.float64).sum()))
        self._earlier = self._edge = 0.0

    def _filtered(self, blocks: Samples) -> Samples:
        voice = self._voice_band.process(blocks.reshape(-1)).reshape(blocks.shape)
        noise = self._noise_band.process(self._noise.standard_normal(blocks.size, np.float32)).reshape(blocks.shape)
        edges = [self._edge]
        for level in np.abs(voice).mean(axis=1, dtype=np.float64).tolist():
            edges.append(self._gain * (self._earlier + level) / 2)
            self._earlier = level
        self._edge = edges[-1]
        return blocks + noise * self._ramps(edges)


class Limiter(Blockwise):
    """Keeps peaks under a ceiling. The gain falls in the block before a peak and recovers in a tenth of a second."""

    _RECOVERY = 0.1

    def __init__(self, ceiling: float, sample_rate: int) -> None:
        super().__init__(sample_rate)
        self._ceiling = ceiling
        self._step = 1 / (self._RECOVERY * BLOCKS_PER_SECOND)
        self._edge = 1.0
        self._held: Samples = np.empty((0, self._length), np.float32)

    def _filtered(self, blocks: Samples) -> Samples:
        """The blocks before the last one, whose gain depends on the one to come."""
        blocks = np.concatenate((self._held, blocks))
        self._held = blocks[-1:]
        return self._limited(blocks)

    def flush(self) -> Samples:
        """The last one or two blocks."""
        count = len(self._rest)
        ready = self.process(np.zeros(-count % self._length, np.float32))
        last = self._limited(np.concatenate((self._held, np.zeros_like(self._held)))).reshape(-1)
        return np.concatenate((ready, last[: count or None]))

    def _limited(self, blocks: Samples) -> Samples:
        """All blocks but the last."""
        if len(blocks) < 2:
            return blocks[:0]
        peaks = np.maximum(np.abs(blocks).max(axis=1), np.float32(self._ceiling))
        if self._edge == 1.0 and peaks.max() == np.float32(self._ceiling):
            return blocks[:-1]
        gains = (self._ceiling / peaks.astype(np.float64)).tolist()
        edges = [min(self._edge, gains[0])]
        for gain, following in pairwise(gains):
            edges.append(min(gain, following, edges[-1] + self._step, 1.0))
        self._edge = edges[-1]
        return blocks[:-1] * self._ramps(edges)
