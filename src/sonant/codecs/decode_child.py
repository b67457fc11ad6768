"""The process that decodes one file and does nothing else: `python -m sonant.codecs.decode_child TASK PARENT LIMITS`.

The file comes as standard input. Before any of it is read, the process gives up what it could do harm with: it can open
no file and no socket, write no file, and use no more memory and processor time than it was given. So a playlist that
names other files or addresses finds nothing, and a file that breaks the decoder breaks one process that holds one file.

What it finds goes to standard output as messages, see `HEADER`. This module must stay light: each upload pays for its
imports.
"""

import importlib
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from typing import Any, BinaryIO

from sonant.codecs.libav import load_av

HEADER = struct.Struct("<BIII")
"""A message's kind and three numbers. A block's are channels, samples and Hz, and its samples follow, float32,
interleaved. Another message's first number is the length of the text that follows."""

BLOCK_SAMPLES = 1 << 15
LOWEST_RATE, HIGHEST_RATE = 2000, 768000
"""Hz."""

_IMPORTED_LATE = ("av.subtitles.stream", "av.subtitles.codeccontext")
"""What PyAV imports when it sees a file, which is too late here."""

_FREE_BYTES = 128 << 20
"""So much decoded sound is allowed however small the file is: ten minutes of silence may be a few kilobytes."""

_PATIENCE_PACKETS = 20
"""So many packets may be broken before it counts that they are more than the whole ones."""


class Kind(IntEnum):
    """What a message is."""

    READY = 0
    BLOCK = 1
    FACTS = 2
    REFUSAL = 3
    END = 4


class Refusal(StrEnum):
    """Why a file isn't decoded."""

    UNREADABLE = "unreadable"
    NO_AUDIO = "no_audio"
    DAMAGED = "damaged"
    STREAMS = "streams"
    CHANNELS = "channels"
    SAMPLE_RATE = "sample_rate"
    DURATION = "duration"
    EXPANSION = "expansion"
    MEMORY = "memory"


class _Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def main() -> None:
    """Do one task and leave."""
    task, parent, limits = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    _limit_use(limits)
    av = load_av()
    for module in _IMPORTED_LATE:
        importlib.import_module(module)
    _give_up_files()
    with open(0, "rb", buffering=0) as source, open(1, "wb") as sink:
        sink.write(HEADER.pack(Kind.READY, 0, 0, 0))
        sink.flush()
        try:
            _run(av, task, source, sink, _Watch(parent, limits))
            sink.write(HEADER.pack(Kind.END, 0, 0, 0))
        except _Refused as refused:
            _write_text(sink, Kind.REFUSAL, refused.reason)
        except MemoryError:
            _write_text(sink, Kind.REFUSAL, Refusal.MEMORY)


def _limit_use(limits: dict[str, Any]) -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody listens any more: that ends it
    os.nice(10)
    memory, seconds = limits["memory_bytes"], limits["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _give_up_files() -> None:
    """Only standard input, output and error are left; every `open` and `socket` fails from here on."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


class _Watch:
    """Says when it is enough."""

    def __init__(self, parent: int, limits: dict[str, Any]) -> None:
        self._parent = parent
        self._bytes_left = max(_FREE_BYTES, limits["expansion"] * os.fstat(0).st_size)
        self._seconds_left = limits["duration_seconds"]
        self.streams: int = limits["streams"]
        self._channels: int = limits["channels"]

    def check(self, channels: int, sample_rate: int) -> None:
        """Refuse what isn't sound, or is for too many ears."""
        if channels > self._channels:
            raise _Refused(Refusal.CHANNELS)
        if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
            raise _Refused(Refusal.SAMPLE_RATE)

    def see(self, channels: int, samples: int, sample_rate: int) -> None:
        """Count decoded sound."""
        self.check(channels, sample_rate)
        self._bytes_left -= 4 * channels * samples
        self._seconds_left -= samples / sample_rate
        if self._seconds_left < -0.5 / sample_rate:
            raise _Refused(Refusal.DURATION)
        if self._bytes_left < 0:
            raise _Refused(Refusal.EXPANSION)

    def look_up(self) -> None:
        """Leave if the parent has gone: it can't have asked for more."""
        if os.getppid() != self._parent:
            os._exit(1)


def _run(av: Any, task: str, source: BinaryIO, sink: BinaryIO, watch: _Watch) -> None:
    options = {"protocol_whitelist": "none", "max_streams": str(watch.streams + 1)}
    try:
        container = av.open(source, options=options, metadata_errors="ignore")
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError) as error:
        raise _Refused(Refusal.UNREADABLE) from error
    with container:
        if len(container.streams) > watch.streams:
            raise _Refused(Refusal.STREAMS)
        stream = container.streams.best("audio")
        if stream is None:
            raise _Refused(Refusal.NO_AUDIO)
        if stream.codec_context is None:
            raise _Refused(Refusal.UNREADABLE)
        watch.check(stream.channels, stream.rate)
        if task == "probe":
            _write_text(sink, Kind.FACTS, json.dumps(_facts(av, container, stream, watch)))
        else:
            _write_blocks(sink, _converted(av, _frames(av, container, stream, watch), watch))


def _write_text(sink: BinaryIO, kind: Kind, text: str) -> None:
    encoded = text.encode()
    sink.write(HEADER.pack(kind, len(encoded), 0, 0) + encoded)


def _facts(av: Any, container: Any, stream: Any, watch: _Watch) -> dict[str, object]:
    picture = av.stream.Disposition.attached_pic
    return {
        "duration": _duration(av, container, stream, watch),
        "channels": stream.channels,
        "sample_rate": stream.rate,
        "codec": stream.codec_context.codec.canonical_name,
        "container": container.format.name,
        "has_video": any(not video.disposition & picture for video in container.streams.video),
    }


def _duration(av: Any, container: Any, stream: Any, watch: _Watch) -> float:
    """As the file says, or else by counting its packets."""
    if stream.duration is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None:
        return float(container.duration / av.time_base)
    packets = _packets(av, container, stream, watch)
    return float(sum((packet.duration or 0) * stream.time_base for packet in packets))


def _packets(av: Any, container: Any, stream: Any, watch: _Watch) -> Iterator[Any]:
    """The packets of the stream, and an empty one at the end of a file that is whole."""
    try:
        for packet in container.demux(stream):
            watch.look_up()
            yield packet
    except MemoryError:
        raise
    except (av.FFmpegError, IndexError):  # IndexError: at the end PyAV stumbles over tracks that appeared on the way
        return


def _frames(av: Any, container: Any, stream: Any, watch: _Watch) -> Iterator[Any]:
    """What can be decoded.

    Raises:
        _Refused: More packets are broken than whole, or nothing came out at all.
    """
    whole = broken = 0
    for packet in _packets(av, container, stream, watch):
        try:
            frames = packet.decode()
        except MemoryError:
            raise
        except av.FFmpegError:
            broken += 1
            if broken > whole + _PATIENCE_PACKETS:
                raise _Refused(Refusal.DAMAGED) from None
            continue
        whole += bool(frames)
        yield from frames
    if broken >= whole:
        raise _Refused(Refusal.DAMAGED)


def _converted(av: Any, frames: Iterator[Any], watch: _Watch) -> Iterator[Any]:
    """Frames as interleaved float32, all with the rate and the channels of the first."""
    first: Any = None
    setup: Any = None
    resampler: Any = None
    for frame in frames:
        watch.see(frame.layout.nb_channels, frame.samples, frame.sample_rate)
        if first is None:
            first = (frame.layout, frame.sample_rate)
        if setup != (frame.format.name, frame.layout.name, frame.sample_rate):
            yield from resampler.resample(None) if resampler else ()
            setup = (frame.format.name, frame.layout.name, frame.sample_rate)
            resampler = av.AudioResampler("flt", *first)
        frame.pts = None
        yield from resampler.resample(frame)
    yield from resampler.resample(None) if resampler else ()


def _write_blocks(sink: BinaryIO, frames: Iterator[Any]) -> None:
    """Gather frames to blocks of `BLOCK_SAMPLES`; the last one may be shorter."""
    gathered = bytearray()
    for frame in frames:
        channels, sample_rate = frame.layout.nb_channels, frame.sample_rate
        gathered.extend(memoryview(frame.planes[0])[: 4 * channels * frame.samples])
        block_bytes = 4 * channels * BLOCK_SAMPLES
        while len(gathered) >= block_bytes:
            _write_block(sink, gathered[:block_bytes], channels, sample_rate)
            del gathered[:block_bytes]
    if gathered:
        _write_block(sink, gathered, channels, sample_rate)


def _write_block(sink: BinaryIO, content: bytes | bytearray, channels: int, sample_rate: int) -> None:
    sink.write(HEADER.pack(Kind.BLOCK, channels, len(content) // (4 * channels), sample_rate))
    sink.write(content)
    sink.flush()


if __name__ == "__main__":
    main()
