"""The audio formats a caller may ask for, and the one that recordings are stored in."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from sonant.core.errors import UnsupportedFormat

Codec: TypeAlias = Literal["mp3", "pcm", "ulaw", "alaw", "opus", "wav", "flac"]

_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
_BIT_RATES_KBPS = (32, 64, 96, 128, 192)

STREAM_FORMATS: tuple[str, ...] = (
    "mp3_22050_32",
    "mp3_24000_48",
    *(f"mp3_44100_{kbps}" for kbps in _BIT_RATES_KBPS),
    *(f"pcm_{rate}" for rate in _RATES),
    "ulaw_8000",
    "alaw_8000",
    *(f"opus_48000_{kbps}" for kbps in _BIT_RATES_KBPS),
)
"""Names of what every operation that answers with sound offers."""

FORMATS: tuple[str, ...] = (*STREAM_FORMATS, *(f"wav_{rate}" for rate in _RATES))
"""Names of all formats: an operation that answers with one whole file may offer them."""

SOCKET_FORMATS: tuple[str, ...] = tuple(
    name for name in STREAM_FORMATS if name not in {"mp3_24000_48", "pcm_32000", "pcm_48000"}
)
"""Names of what the WebSocket offers."""

_MEDIA_TYPES: dict[Codec, str] = {
    "mp3": "audio/mpeg",
    "pcm": "audio/pcm",
    "ulaw": "audio/basic",
    "alaw": "audio/x-alaw-basic",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
}


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How one channel of sound is written.

    Attributes:
        codec: `pcm` is headerless signed 16-bit little-endian, `ulaw` and `alaw` are headerless G.711, `opus` comes in
            Ogg, and `flac` is how recordings are stored: no caller can ask for it by name.
        sample_rate: Hz.
        bitrate_kbps: Constant bit rate; None where the codec gives no choice of one.
    """

    codec: Codec
    sample_rate: int
    bitrate_kbps: int | None = None

    @classmethod
    def parse(cls, name: str) -> "AudioFormat":
        """The format that callers know by this name.

        Raises:
            UnsupportedFormat: There is none.

        >>> AudioFormat.parse("mp3_44100_128")
        AudioFormat(codec='mp3', sample_rate=44100, bitrate_kbps=128)
        """
        if name not in FORMATS:
            raise UnsupportedFormat(f"There is no such output format. These exist: {', '.join(FORMATS)}.")
        codec, *numbers = name.split("_")
        return cls(cast("Codec", codec), *map(int, numbers))

    @property
    def name(self) -> str:
        """Codec, rate and, if there is one, bit rate: what callers write."""
        return "_".join(str(part) for part in (self.codec, self.sample_rate, self.bitrate_kbps) if part is not None)

    @property
    def media_type(self) -> str:
        """What an HTTP response calls it."""
        return _MEDIA_TYPES[self.codec]

    @property
    def extension(self) -> str:
        """What a file's name ends in, without the dot."""
        return self.codec
