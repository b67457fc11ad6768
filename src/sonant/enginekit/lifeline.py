"""What ties a process to the one that started it: the one dies with the other, and can be called off by it."""

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPT = signal.SIGUSR1
"""What a worker process is sent when nobody wants its present work any more."""

_PR_SET_PDEATHSIG = 1


class Interrupted(BaseException):
    """Nobody wants this work any more. Not an `Exception`: engines are not to catch it, only to clean up."""


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process as soon as its parent has died, however it dies.

    Args:
        parent: Process number of the parent, as it was known before this process began.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the kernel knew
        os._exit(1)


def postpone_interrupts() -> None:
    """From now on `INTERRUPT` is felt inside `interruptible` only. One that came before is forgotten."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {INTERRUPT})
    signal.signal(INTERRUPT, _interrupt)
    while signal.sigtimedwait({INTERRUPT}, 0):
        pass


@contextmanager
def interruptible() -> Iterator[None]:
    """A stretch of waiting that may end at once, in `Interrupted`. Where interrupts weren't postponed, it is nothing.

    Everything else that an engine does runs to its end, so that no clean-up is ever cut in two.
    """
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {INTERRUPT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted
