"""What went wrong, in terms that are safe to log: an exception's own message may hold what the caller sent."""

import signal
import traceback
from dataclasses import dataclass

DEEPEST_PLACES = 8


@dataclass(frozen=True, slots=True)
class Failure:
    """An unexpected exception, without its message.

    Attributes:
        error: Name of its type.
        where: `file:line function` of the deepest frames of its traceback, outermost first.
    """

    error: str
    where: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """What may be said about an exception. One that knows of a failure elsewhere, as its `failure`, says that."""
        elsewhere = getattr(error, "failure", None)
        if isinstance(elsewhere, cls):
            return elsewhere
        frames = traceback.extract_tb(error.__traceback__, limit=-DEEPEST_PLACES)
        return cls(type(error).__name__, tuple(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames))


def name_ending(exit_code: int) -> str:
    """How a process ended, for people: the name of the signal that killed it, or its exit code.

    Args:
        exit_code: As `subprocess` reports it: minus the signal's number where there was one.
    """
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"  # a real-time signal has no name
