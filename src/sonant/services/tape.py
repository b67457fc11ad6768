"""Sound on its way to a blob."""

from sonant.codecs.encode import Encoder, encoder_for
from sonant.codecs.format import AudioFormat
from sonant.core.audio import Audio, concatenate
from sonant.store.blobs import BlobStore, BlobWriter

_BATCH_SECONDS = 5.0


class Tape:
    """Keeps the sound that runs past it as FLAC at its own rate.

    `add` only remembers. What waits for the processor or the disk is in the other methods, which threads call, one at
    a time; a short sound needs none of them before `seal`.

    Args:
        blobs: Where the sound goes.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._waiting: list[Audio] = []
        self._waiting_seconds = 0.0
        self._samples = 0
        self._sample_rate = 0
        self._encoder: Encoder | None = None
        self._writer: BlobWriter | None = None

    @property
    def sample_rate(self) -> int:
        """Hz; 0 before the first sound."""
        return self._sample_rate

    @property
    def duration(self) -> float:
        """Seconds so far."""
        return self._samples / self._sample_rate if self._sample_rate else 0.0

    def add(self, audio: Audio) -> None:
        """Take the next stretch of sound, of the same rate as those before."""
        if audio.samples.shape[1]:
            self._sample_rate = audio.sample_rate
            self._samples += audio.samples.shape[1]
            self._waiting.append(audio)
            self._waiting_seconds += audio.duration

    @property
    def is_full(self) -> bool:
        """Whether so much waits that it should be written."""
        return self._waiting_seconds >= _BATCH_SECONDS

    def write(self) -> None:
        """Encode and write what waits."""
        if not self._waiting:
            return
        if self._encoder is None or self._writer is None:
            self._encoder = encoder_for(AudioFormat("flac", self._sample_rate))
            self._writer = self._blobs.writer()
        self._writer.write(self._encoder.encode(concatenate(self._waiting)))
        self._waiting.clear()
        self._waiting_seconds = 0.0

    def seal(self) -> BlobWriter | None:
        """Write the rest and make it durable.

        Returns:
            What is to be kept; None if there was no sound at all.
        """
        self.write()
        if self._encoder is not None and self._writer is not None:
            self._writer.write(self._encoder.flush())
            self._encoder = None  # its memory, soon and where it came from, for the next one
            self._writer.seal()
        return self._writer

    def discard(self) -> None:
        """Forget everything that wasn't kept."""
        self._waiting.clear()
        if self._writer is not None:
            self._writer.discard()
