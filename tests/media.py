"""Sounds to encode, and readers of what was encoded that share no code with the encoders."""

import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import av
import numpy as np

from sonant.codecs.encode import encoder_for
from sonant.codecs.format import AudioFormat
from sonant.core.audio import Audio, mono

RAW_FORMATS = {"pcm": "s16le", "ulaw": "mulaw", "alaw": "alaw"}
"""FFmpeg's names of what can't be told by looking at it."""


def format_of(name: str) -> AudioFormat:
    """Like `AudioFormat.parse`, and FLAC too."""
    codec, rate, *_ = name.split("_")
    return AudioFormat("flac", int(rate)) if codec == "flac" else AudioFormat.parse(name)


def sine(frequency: float, sample_rate: int, seconds: float = 1.0, amplitude: float = 0.5) -> Audio:
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    return mono(amplitude * np.sin(2 * np.pi * frequency * time), sample_rate)


def sweep(sample_rate: int, seconds: float = 1.0, highest: float = 3000.0) -> Audio:
    """A sine that rises evenly from 100 Hz to `highest`; 20 ms of silence before it, 20 ms of fading at both ends."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    samples = 0.5 * np.sin(2 * np.pi * (100 * time + (highest - 100) * time**2 / (2 * seconds)))
    rising = np.clip((time - 0.02) / 0.02, 0, 1)
    falling = np.clip((seconds - time) / 0.02, 0, 1)
    return mono(samples * np.sin(np.pi / 2 * rising) ** 2 * np.sin(np.pi / 2 * falling) ** 2, sample_rate)


def pieces_of(audio: Audio, lengths: Iterable[int]) -> Iterator[Audio]:
    """The sound in pieces of these lengths, and the rest in one."""
    start = 0
    for length in lengths:
        yield Audio(audio.samples[:, start : start + length], audio.sample_rate)
        start += length
    yield Audio(audio.samples[:, start:], audio.sample_rate)


def encoded(audio_format: AudioFormat, pieces: Iterable[Audio]) -> bytes:
    encoder = encoder_for(audio_format)
    return b"".join([*map(encoder.encode, pieces), encoder.flush()])


class Pipe(io.RawIOBase):
    """Bytes that can be read once, from front to back."""

    def __init__(self, content: bytes) -> None:
        self._unread = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._unread.read(size)


def decoded(content: bytes, audio_format: AudioFormat) -> np.ndarray:
    """What FFmpeg makes of the bytes when they come through a pipe: float32, shape `(time,)`."""
    known: dict[str, object] = (
        {"format": "mp3"} if audio_format.codec == "mp3" else {}
    )  # a single frame is too few to tell
    if audio_format.codec in RAW_FORMATS:
        options = {"sample_rate": str(audio_format.sample_rate), "ch_layout": "mono"}
        known = {"format": RAW_FORMATS[audio_format.codec], "options": options}
    with av.open(Pipe(content), **known) as container:
        assert container.streams.audio[0].rate == audio_format.sample_rate
        resampler = av.AudioResampler("fltp")
        frames = [out.to_ndarray() for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate(frames, axis=1)[0]


def signal_to_noise_db(expected: np.ndarray, heard: np.ndarray, reach: int = 12) -> float:
    """Power of what a short filter can make of `expected`, over that of the rest of `heard`.

    The filter, `reach` samples to either side, takes up gain, a fraction of a sample of delay, and a low-pass.
    """
    length = min(len(expected), len(heard))
    padded = np.pad(expected[:length].astype(np.float64), reach)
    shifted = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(padded, length))
    target = heard[:length].astype(np.float64)
    weights = np.linalg.pinv(shifted @ shifted.T, rcond=1e-13, hermitian=True) @ (shifted @ target)
    explained = weights @ shifted
    return float(10 * np.log10(np.sum(explained**2) / np.sum((target - explained) ** 2)))


@dataclass(frozen=True)
class Mp3Frame:
    bitrate_kbps: int
    sample_rate: int
    samples: int
    channels: int
    reservoir_bytes: int
    content: bytes


def mp3_frames(content: bytes) -> list[Mp3Frame]:
    """The frames of an MPEG-1 or MPEG-2 layer III stream that has nothing else in it (ISO 11172-3, 13818-3)."""
    frames = []
    while content:
        first, second, third, fourth = content[:4]
        assert first == 0xFF
        assert second >> 5 == 0b111
        assert second >> 1 & 3 == 1  # layer III
        mpeg1 = second >> 3 & 3 == 3
        rates = (44100, 48000, 32000) if mpeg1 else (22050, 24000, 16000)
        kbps = (
            (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
            if mpeg1
            else (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
        )[third >> 4]
        rate, padding = rates[third >> 2 & 3], third >> 1 & 1
        samples = 1152 if mpeg1 else 576
        length = samples // 8 * kbps * 1000 // rate + padding
        reservoir = int.from_bytes(content[4:6], "big") >> 7 if mpeg1 else content[4]
        frames.append(Mp3Frame(kbps, rate, samples, 1 if fourth >> 6 == 3 else 2, reservoir, content[:length]))
        assert len(content) >= length
        content = content[length:]
    return frames


@dataclass(frozen=True)
class OggPage:
    flags: int
    granule: int
    serial: int
    number: int
    packets: Sequence[bytes]


def ogg_pages(content: bytes) -> list[OggPage]:
    """The pages of an Ogg stream whose packets don't cross pages; checksums are checked bit by bit (RFC 3533)."""
    pages = []
    while content:
        mark, version, flags, granule, serial, number, checksum, segments = struct.unpack_from("<4sBBqIIIB", content)
        assert (mark, version) == (b"OggS", 0)
        lacing = content[27 : 27 + segments]
        length = 27 + segments + sum(lacing)
        assert checksum == _crc(content[:22] + bytes(4) + content[26:length])
        packets, position, size = [], 27 + segments, 0
        for piece in lacing:
            size += piece
            if piece < 255:
                packets.append(content[position : position + size])
                position, size = position + size, 0
        assert size == 0
        pages.append(OggPage(flags, granule, serial, number, packets))
        content = content[length:]
    return pages


def _crc(content: bytes) -> int:
    register = 0
    for byte in content:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register >> 31 else 0)) & 0xFFFFFFFF
    return register
