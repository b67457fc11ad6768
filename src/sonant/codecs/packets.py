"""The encoders of libavcodec, without a container."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sonant.codecs.libav import load_av


class PacketEncoder:
    """Encodes one channel, taken in pieces of any length.

    Args:
        codec: libavcodec's name of the encoder.
        sample_rate: Hz.
        sample_format: libavutil's name of the type of the samples.
        bitrate_kbps: None where the codec gives no choice of one.
        options: The encoder's own.

    Attributes:
        frame_length: Samples in a packet.
        header: What the codec wants its container to hold.
    """

    def __init__(
        self,
        codec: str,
        sample_rate: int,
        sample_format: str,
        bitrate_kbps: int | None,
        options: Mapping[str, str],
    ) -> None:
        self._av: Any = load_av()
        self._sample_format = sample_format
        self._context = self._av.CodecContext.create(codec, "w")
        self._context.sample_rate = sample_rate
        self._context.layout = "mono"
        self._context.format = sample_format
        if bitrate_kbps is not None:
            self._context.bit_rate = bitrate_kbps * 1000
        self._context.thread_count = 1
        self._context.options = dict(options)
        self._context.open()
        self.frame_length: int = self._context.frame_size
        self.header: bytes = self._context.extradata or b""
        self._position = 0

    def push(self, samples: npt.NDArray[Any]) -> list[bytes]:
        """The packets that these samples, shape `(time,)`, complete."""
        if not len(samples):
            return []
        frame = self._av.AudioFrame.from_ndarray(samples[None], format=self._sample_format, layout="mono")
        frame.sample_rate = self._context.sample_rate
        frame.pts = self._position
        self._position += len(samples)
        return [bytes(packet) for packet in self._context.encode(frame)]

    def push_silence(self, length: int) -> list[bytes]:
        """The packets that so many float samples of silence complete."""
        return self.push(np.zeros(length, np.float32))

    def drain(self) -> list[bytes]:
        """The packets that are left. Called once, at the end."""
        return [bytes(packet) for packet in self._context.encode(None)]
