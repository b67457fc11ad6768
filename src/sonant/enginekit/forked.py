"""Run a C library's callback-driven work in a forked child, and yield what it emits.

Speech libraries of the C world keep global state, crash, and hand out sound through callbacks. A fork of a warm,
single-threaded parent answers all three: every call starts from the same state (so equal calls give equal samples), a
crash ends the child alone, a callback becomes a generator, and closing the generator kills the child at once.
"""

import os
import pickle
import signal
import struct
from collections.abc import Callable, Generator, Iterator
from io import BufferedReader
from typing import Any, TypeVar

from sonant.core.errors import SonantError
from sonant.enginekit.failure import Failure, name_ending
from sonant.enginekit.lifeline import die_with_parent, interruptible

T = TypeVar("T")
Emit = Callable[[T], None]

_HEADER = struct.Struct("<BI")
_ITEM, _REFUSAL, _FAILURE, _END = range(4)


class ChildFailed(RuntimeError):
    """The child crashed, or raised something other than a `SonantError`.

    Attributes:
        failure: What happened in the child.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"the child process failed: {failure.error}")
        self.failure = failure


def forked(work: Callable[[Emit[T]], None]) -> Generator[T, None, None]:
    """Yield everything that `work` emits, from a child process forked at the first `next`.

    The calling process must have one thread only, and everything worth keeping warm must be loaded before.

    Args:
        work: Called in the child with `emit`; what it emits must be picklable.

    Raises:
        SonantError: The one that `work` raised.
        ChildFailed: The child crashed or raised anything else.
    """
    parent = os.getpid()
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as pipe:
        try:
            child = os.fork()
            if child == 0:
                os.close(read_end)
                _run(work, write_end, parent)
        finally:
            os.close(write_end)
        ending = None
        try:
            yield from _items(pipe)
        except EOFError:
            ending = _reap(child)
        finally:
            if ending is None:
                _reap(child)
    if ending is not None:
        raise ChildFailed(Failure(ending))


def _run(work: Callable[[Emit[Any]], None], write_end: int, parent: int) -> None:
    """The child's whole life. Leaves through `_exit`: the parent's exit handlers and buffers are not the child's."""

    def send(kind: int, content: object = None) -> None:
        encoded = pickle.dumps(content, protocol=5)
        unsent = memoryview(_HEADER.pack(kind, len(encoded)) + encoded)
        while unsent:
            unsent = unsent[os.write(write_end, unsent) :]

    try:
        die_with_parent(parent)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work(lambda item: send(_ITEM, item))
        send(_END)
    except SonantError as refusal:
        send(_REFUSAL, refusal)
    except BrokenPipeError:
        pass  # the reader has gone
    except BaseException as failure:  # noqa: BLE001 - nothing may escape into the parent's stack, which the child shares
        send(_FAILURE, Failure.of(failure))
    finally:
        os._exit(0)


def _items(pipe: BufferedReader) -> Iterator[Any]:
    """What the child sends, until it says that it's done.

    Raises:
        EOFError: The child ended without saying so.
    """
    while True:
        with interruptible():
            kind, length = _HEADER.unpack(_exactly(pipe, _HEADER.size))
            content = pickle.loads(_exactly(pipe, length))  # noqa: S301 - written by our own fork
        if kind == _ITEM:
            yield content
        elif kind == _REFUSAL:
            raise content
        elif kind == _FAILURE:
            raise ChildFailed(content)
        else:
            return


def _exactly(pipe: BufferedReader, size: int) -> bytes:
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _reap(child: int) -> str:
    """End the child if it hasn't ended yet, and say how it did."""
    os.kill(child, signal.SIGKILL)  # not reaped yet, so the number can't be somebody else's
    _, status = os.waitpid(child, 0)
    return name_ending(os.waitstatus_to_exitcode(status))
