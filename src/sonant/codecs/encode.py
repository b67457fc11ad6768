"""From sound to the bytes of an audio format, as a stream."""

from typing import Protocol

import numpy as np

from sonant.codecs import opus
from sonant.codecs.coder import Coder
from sonant.codecs.companding import G711
from sonant.codecs.flac import Flac
from sonant.codecs.format import AudioFormat
from sonant.codecs.linear import Pcm, Wav
from sonant.codecs.mp3 import Mp3
from sonant.codecs.opus import OggOpus
from sonant.codecs.resample import Resampler
from sonant.core.audio import Audio, mono, silence
from sonant.core.errors import UnsupportedFormat


class Encoder(Protocol):
    """Writes one continuous stream. What comes out in all does not depend on how the input was cut.

    Nothing has to be closed: an encoder that is dropped is freed at once.
    """

    @property
    def media_type(self) -> str:
        """What an HTTP response calls the bytes."""
        ...

    @property
    def heavy(self) -> bool:
        """Whether `encode` and `flush` take milliseconds of processor time, so that they belong in a thread."""
        ...

    def encode(self, audio: Audio, /) -> bytes:
        """Take the next stretch; answer what is complete, perhaps nothing.

        Args:
            audio: Any rate, the same in each call. Several channels are mixed to one. What is not a number becomes
                silence, and what is beyond full scale is clipped.

        Raises:
            ValueError: `audio` has another rate than the stretches before.
        """
        ...

    def flush(self) -> bytes:
        """What was held back, and the stream's end. Call once."""
        ...

    def sized(self, content: bytes, /) -> bytes:
        """A whole stream that this encoder has written, its length stated where the format has a place for it."""
        ...


def encoder_for(audio_format: AudioFormat) -> Encoder:
    """A new stream of the format. The first one of a compressed format imports PyAV: see `prewarm`."""
    return _StreamEncoder(audio_format)


def prewarm() -> None:
    """Pay at the server's start for what the first encoder of each kind would cost later."""
    for name in ("mp3_44100_128", "opus_48000_64", "ulaw_8000", "alaw_8000"):
        encoder = encoder_for(AudioFormat.parse(name))
        encoder.encode(silence(0.2, 16000))
        encoder.flush()


class _StreamEncoder:
    def __init__(self, audio_format: AudioFormat) -> None:
        self.media_type = audio_format.media_type
        self.heavy = audio_format.codec in {"mp3", "opus", "flac"}
        self._sample_rate = audio_format.sample_rate
        self._coder = _coder_for(audio_format)
        self._resampler: Resampler | None = None

    def encode(self, audio: Audio, /) -> bytes:
        if self._resampler is None:
            self._resampler = Resampler(audio.sample_rate, self._sample_rate)
        return self._write(self._resampler.process(_mixed(audio)))

    def flush(self) -> bytes:
        tail = b"" if self._resampler is None else self._write(self._resampler.flush())
        return tail + self._coder.finish()

    def sized(self, content: bytes, /) -> bytes:
        return self._coder.sized(content)

    def _write(self, audio: Audio) -> bytes:
        return self._coder.write(np.clip(audio.samples[0], -1.0, 1.0))


def _mixed(audio: Audio) -> Audio:
    """One channel without anything that would spoil the resampler's memory or make LAME abort the process."""
    channel = audio.samples[0] if audio.channels == 1 else audio.samples.mean(axis=0)
    return mono(np.clip(np.nan_to_num(channel, posinf=1.0, neginf=-1.0), -1.0, 1.0), audio.sample_rate)


def _coder_for(audio_format: AudioFormat) -> Coder:
    match audio_format:
        case AudioFormat(codec="pcm"):
            return Pcm()
        case AudioFormat(codec="wav", sample_rate=rate):
            return Wav(rate)
        case AudioFormat(codec="ulaw" | "alaw" as law):
            return G711(law)
        case AudioFormat(codec="flac", sample_rate=rate):
            return Flac(rate)
        case AudioFormat(codec="mp3", sample_rate=rate, bitrate_kbps=int(kbps)):
            return Mp3(rate, kbps)
        case AudioFormat(codec="opus", sample_rate=opus.SAMPLE_RATE, bitrate_kbps=int(kbps)):
            return OggOpus(kbps)
    raise UnsupportedFormat(f"There is no encoder for {audio_format.codec} at such rates.")
