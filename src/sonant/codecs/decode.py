"""From any audio or video file to sound, in a process of its own."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import cast

import numpy as np

from sonant.codecs.decode_child import BLOCK_SAMPLES, HEADER, HIGHEST_RATE, LOWEST_RATE, Kind, Refusal
from sonant.core.audio import Audio, from_int16
from sonant.core.errors import UndecodableAudio

_MODULE = "sonant.codecs.decode_child"
_INHERITED = ("PYTHONPATH", "LD_LIBRARY_PATH")
_RAW_SAMPLE_RATE = 16000
_EMPTY = "The file is empty."
_TOO_SLOW = "The file takes too long to decode."


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What one file may cost.

    Attributes:
        duration_seconds: Length of its sound.
        cpu_seconds: Processor time of the decoding process.
        wall_seconds: Time spent waiting for the decoding process; the reader's own time doesn't count.
        memory_bytes: Address space of the decoding process, of which the libraries take 130 MiB.
        expansion: Bytes of decoded sound (float32) for each byte of the file, once there are more than 128 MiB.
            Speech at 6 kbit/s needs 256.
        channels: Of the audio track.
        streams: Tracks of any kind.
    """

    duration_seconds: float = 4 * 3600.0
    cpu_seconds: int = 120
    wall_seconds: float = 300.0
    memory_bytes: int = 1 << 30
    expansion: int = 500
    channels: int = 8
    streams: int = 32


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a file says about itself.

    Attributes:
        duration: Seconds. An estimate, where the container doesn't state it but a constant bit rate suggests it.
        channels: Of the audio track that `decode` would take.
        sample_rate: Hz, of the same.
        codec: FFmpeg's name of the coding, such as `mp3`, `aac` or `pcm_s16le`.
        container: FFmpeg's name of the file format, such as `mp3`, `ogg` or `mov,mp4,m4a,3gp,3g2,mj2`.
        has_video: There are moving pictures; a cover picture is none.
    """

    duration: float
    channels: int
    sample_rate: int
    codec: str
    container: str
    has_video: bool


def decode(path: Path, limits: DecodeLimits) -> Iterator[Audio]:
    """Yield the sound of the file's best audio track, at its own rate and channels, in blocks of 32768 samples.

    Closing the iterator ends the process that decodes.

    Raises:
        UndecodableAudio: It isn't sound, is damaged, or exceeds a limit; perhaps only after some blocks. A file that
            ends early, or has a few broken places, gives what there is.
    """
    with _DecodingProcess("decode", path, limits) as process:
        yield from process.blocks()


def probe(path: Path, limits: DecodeLimits) -> MediaInfo:
    """What the file says about itself, without decoding it.

    Raises:
        UndecodableAudio: It isn't sound, or exceeds a limit other than `duration_seconds` and `expansion`.
    """
    with _DecodingProcess("probe", path, limits) as process:
        return process.facts()


def read_raw(path: Path, limits: DecodeLimits) -> Iterator[Audio]:
    """Yield the sound of a file of bare samples: signed 16-bit little-endian, 16 kHz, one channel (`pcm_s16le_16`).

    Raises:
        UndecodableAudio: It is empty, has half a sample, or is too long.
    """
    size = path.stat().st_size
    if not size:
        raise UndecodableAudio(_EMPTY)
    if size % 2:
        raise UndecodableAudio("The file isn't made of 16-bit samples: its length is odd.")
    if size / 2 / _RAW_SAMPLE_RATE > limits.duration_seconds:
        raise _refusal(Refusal.DURATION, limits)
    with path.open("rb") as file:
        while piece := file.read(2 * BLOCK_SAMPLES):
            yield from_int16(np.frombuffer(piece, "<i2").astype(np.int16, copy=False), _RAW_SAMPLE_RATE)


class _DecodingProcess:
    """One run of `decode_child`, from `with` to its end."""

    def __init__(self, task: str, path: Path, limits: DecodeLimits) -> None:
        self._task = task
        self._path = path
        self._limits = limits
        self._seconds_left = limits.wall_seconds

    def __enter__(self) -> "_DecodingProcess":
        command = [sys.executable, "-P", "-m", _MODULE, self._task, str(os.getpid()), json.dumps(asdict(self._limits))]
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        with self._path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                raise UndecodableAudio(_EMPTY)
            # A group of its own, so that the terminal's Ctrl-C goes to the server alone.
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=environment,
                process_group=0,
            )
        self._pipe = cast("FileIO", self._process.stdout)
        self._poll = select.poll()
        self._poll.register(self._pipe, select.POLLIN)
        self._ready = False
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()

    def blocks(self) -> Iterator[Audio]:
        """The decoded blocks, to the last."""
        kind, numbers, content = self._receive()
        while kind != Kind.END:
            channels, samples, sample_rate = numbers
            interleaved = np.frombuffer(content, np.float32).reshape(samples, channels)
            # A file of floating-point samples may hold anything.
            finite = np.nan_to_num(interleaved, copy=False, posinf=1.0, neginf=-1.0)
            yield Audio(np.ascontiguousarray(finite.T), sample_rate)
            kind, numbers, content = self._receive()

    def facts(self) -> MediaInfo:
        """The answer of `probe`."""
        _, _, content = self._receive()
        return MediaInfo(**json.loads(content))

    def _receive(self) -> tuple[int, tuple[int, int, int], bytearray]:
        """The next message that isn't a refusal: its kind, its numbers and what follows them."""
        kind, first, second, third = HEADER.unpack(self._read(HEADER.size))
        if kind == Kind.READY:
            self._ready = True
            return self._receive()
        length = 4 * first * second if kind == Kind.BLOCK else first
        if length > 4 * BLOCK_SAMPLES * self._limits.channels:
            raise _refusal(Refusal.UNREADABLE, self._limits)
        content = self._read(length)
        if kind == Kind.REFUSAL:
            raise _refusal(Refusal(content.decode()), self._limits)
        return kind, (first, second, third), content

    def _read(self, length: int) -> bytearray:
        content = bytearray(length)
        unread = memoryview(content)
        while unread:
            self._wait()
            received = self._pipe.readinto(unread)
            if not received:
                raise self._broken()
            unread = unread[received:]
        return content

    def _wait(self) -> None:
        started = time.monotonic()
        if not self._poll.poll(max(0.0, self._seconds_left) * 1000):
            raise UndecodableAudio(_TOO_SLOW)
        self._seconds_left -= time.monotonic() - started

    def _broken(self) -> Exception:
        """Why there is no more to read."""
        exit_status = self._process.wait()
        if exit_status >= 0 or not self._ready:
            return RuntimeError(f"the decoding process ended with status {exit_status}")
        if exit_status in {-signal.SIGXCPU, -signal.SIGKILL}:
            return UndecodableAudio(_TOO_SLOW)
        return _refusal(Refusal.UNREADABLE, self._limits)


def _refusal(reason: Refusal, limits: DecodeLimits) -> UndecodableAudio:
    messages = {
        Refusal.UNREADABLE: "The file is not audio or video in a format that can be read.",
        Refusal.NO_AUDIO: "The file has no audio track.",
        Refusal.DAMAGED: "The file's audio is damaged or empty.",
        Refusal.STREAMS: f"The file has more than {limits.streams} tracks.",
        Refusal.CHANNELS: f"The audio has more than {limits.channels} channels.",
        Refusal.SAMPLE_RATE: f"The audio's sample rate is not between {LOWEST_RATE} and {HIGHEST_RATE} Hz.",
        Refusal.DURATION: f"The audio is longer than {limits.duration_seconds:g} seconds.",
        Refusal.EXPANSION: "The file expands to far more audio than its size suggests.",
        Refusal.MEMORY: "The file needs too much memory to be decoded.",
    }
    return UndecodableAudio(messages[reason])
