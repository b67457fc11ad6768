"""What the server and a worker process say to each other: frames over a socket.

    server -> worker   CALL a pickled engine call      CANCEL nobody wants the present call any more
    worker -> server   READY the engine is loaded      CHUNK a pickled thing that the call yielded
                       END the call is over, or was cancelled
                       REFUSED a pickled SonantError   FAILED a pickled Failure

Loading is answered by one of READY, REFUSED and FAILED; a call by any number of CHUNK and one of END, REFUSED and
FAILED, also when it's cancelled. So a CANCEL that crosses a call's last frame is read before the next CALL, and means
nothing. A CANCEL goes along with the signal `INTERRUPT`, which is sent after it.
"""

import struct
from enum import IntEnum

SPACE_BYTES = 65_536

_HEADER = struct.Struct("<BI")


class Kind(IntEnum):
    """What a frame means."""

    CALL = 0
    CANCEL = 1
    READY = 2
    CHUNK = 3
    END = 4
    REFUSED = 5
    FAILED = 6


def encode_header(kind: Kind, length: int) -> bytes:
    """What goes before a frame's content of `length` bytes.

    Raises:
        ValueError: The content has 4 GiB or more.
    """
    try:
        return _HEADER.pack(kind, length)
    except struct.error as error:
        raise ValueError(f"a frame can't hold {length} bytes") from error


class FrameReader:
    """Puts frames together again, however the stream was cut.

    Receive into `space()`, then say with `advance()` how much came. That a chunk of speech is received where it's
    needed, and not gathered from pieces, saves the server half of the work.
    """

    def __init__(self) -> None:
        self._buffer = bytearray(SPACE_BYTES)
        self._filled = 0

    def space(self) -> memoryview:
        """Where to receive what comes next. Never empty."""
        return memoryview(self._buffer)[self._filled :]

    def advance(self, count: int) -> list[tuple[Kind, bytes]]:
        """The frames that are complete, in order, now that `count` more bytes are in `space()`."""
        self._filled += count
        received = memoryview(self._buffer)[: self._filled]
        frames = []
        start, needed = 0, SPACE_BYTES
        while self._filled - start >= _HEADER.size:
            kind, length = _HEADER.unpack_from(received, start)
            end = start + _HEADER.size + length
            if end > self._filled:
                needed = max(needed, end - start)
                break
            frames.append((Kind(kind), bytes(received[start + _HEADER.size : end])))
            start = end
        self._keep(bytes(received[start:]), needed)
        return frames

    def _keep(self, rest: bytes, needed: int) -> None:
        """Move the beginning of an incomplete frame to the front of a buffer that has room for all of it."""
        if len(self._buffer) != needed:
            self._buffer = bytearray(needed)
        self._buffer[: len(rest)] = rest
        self._filled = len(rest)
