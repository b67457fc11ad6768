"""Audio as a value, and the arithmetic on it that every floor may need."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A stretch of linear PCM.

    Attributes:
        samples: float32, shape `(channels, time)`, full scale ±1.0. Never written to.
        sample_rate: Hz.
    """

    samples: Samples
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.dtype != np.float32 or self.samples.ndim != 2:
            raise ValueError(f"samples must be float32 (channels, time), not {self.samples.dtype} {self.samples.shape}")
        if self.sample_rate <= 0:
            raise ValueError(f"sample_rate must be positive, not {self.sample_rate}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return float(self.samples.shape[1] / self.sample_rate)

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])


def mono(samples: npt.ArrayLike, sample_rate: int) -> Audio:
    """One channel of samples as an `Audio`.

    Args:
        samples: Shape `(time,)`; converted to float32, not scaled.
        sample_rate: Hz.
    """
    return Audio(np.asarray(samples, dtype=np.float32)[None], sample_rate)


def from_int16(samples: npt.NDArray[np.int16], sample_rate: int) -> Audio:
    """One channel of 16-bit samples, shape `(time,)`, scaled to ±1.0."""
    return mono(samples.astype(np.float32) / 32768.0, sample_rate)


def to_int16(samples: Samples) -> npt.NDArray[np.int16]:
    """Float samples of any shape as 16-bit ones, rounded and clipped at full scale."""
    scaled: npt.NDArray[np.int16] = np.rint(np.clip(samples * 32768.0, -32768, 32767)).astype(np.int16)
    return scaled


def silence(seconds: float, sample_rate: int) -> Audio:
    """One channel of digital zero, `seconds` long to the nearest sample."""
    return Audio(np.zeros((1, round(seconds * sample_rate)), np.float32), sample_rate)


def concatenate(pieces: Sequence[Audio]) -> Audio:
    """Join pieces in time.

    Raises:
        ValueError: There is no piece, or their rates or channel counts differ.
    """
    if not pieces:
        raise ValueError("nothing to join")
    if len({(piece.sample_rate, piece.channels) for piece in pieces}) != 1:
        raise ValueError("pieces differ in sample rate or channels")
    return Audio(np.concatenate([piece.samples for piece in pieces], axis=1), pieces[0].sample_rate)


def amplify(audio: Audio, gain_db: float) -> Audio:
    """Scale by a gain in decibels; full scale is not enforced."""
    return Audio(audio.samples * np.float32(10 ** (gain_db / 20)), audio.sample_rate)


def fade(audio: Audio, seconds: float) -> Audio:
    """Ramp the first and last `seconds` linearly from and to silence.

    Args:
        audio: Shape `(channels, time)`.
        seconds: Length of each ramp. Clipped to half of `audio.duration`.

    Returns:
        Same shape and rate as `audio`.

    Raises:
        ValueError: `seconds` is negative.

    >>> fade(Audio(np.ones((1, 8), np.float32), sample_rate=8), seconds=0.25).samples.tolist()
    [[0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0]]
    """
    if seconds < 0:
        raise ValueError(f"seconds must not be negative: {seconds}")
    length = min(round(seconds * audio.sample_rate), audio.samples.shape[1] // 2)
    envelope = np.ones(audio.samples.shape[1], np.float32)
    if length:
        ramp = np.arange(length, dtype=np.float32) / length
        envelope[:length] = ramp
        envelope[-length:] = ramp[::-1]
    return Audio(audio.samples * envelope, audio.sample_rate)
