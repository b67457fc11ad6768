"""Where engines run. Services know this protocol and nothing of what is behind it."""

from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sonant.core.engine import EngineCall, EngineInfo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EngineLoad:
    """How occupied an engine is, and what it has been through since the host started.

    Attributes:
        workers: Alive and ready now.
        busy: Of these, occupied by a call now.
        queued: Calls that wait for a worker now.
        restarts: Workers started in place of one that died.
        calls: Calls admitted.
        failures: Calls that ended in `EngineFailed`.
    """

    workers: int = 0
    busy: int = 0
    queued: int = 0
    restarts: int = 0
    calls: int = 0
    failures: int = 0


class EngineHost(Protocol):
    """Runs engines elsewhere and hands back what they yield."""

    def engines(self) -> Mapping[str, EngineInfo]:
        """The engines that can work here, by name."""
        ...

    def missing(self) -> Mapping[str, str]:
        """The engines that can't work here, by name, each with a sentence that names the fix."""
        ...

    def stream(self, engine: str, call: EngineCall[T], *, admitted: bool = False) -> AsyncGenerator[T, None]:
        """Yield exactly what `call` yields from the engine.

        The engine never waits for the reader. Closing the generator, at any moment, frees the engine for the next
        caller; whoever opens it closes it (`contextlib.aclosing`).

        Args:
            engine: Its name.
            call: Picklable.
            admitted: It continues a request that was let in before: it waits however full the queue is.

        Raises:
            EngineUnavailable: There is no such engine here, it can't be loaded, or the host is stopping.
            EngineBusy: Its queue is full.
            EngineFailed: It crashed, raised something unexpected, or took too long.
            SonantError: Whatever of these the engine itself raised.
        """
        ...

    def load(self) -> Mapping[str, EngineLoad]:
        """How occupied each engine is that can work here, by name."""
        ...

    async def start(self, warm: Collection[str]) -> None:
        """Begin to make the engines in `warm` ready, without waiting for it; the others load at their first call."""
        ...

    async def stop(self, grace: float) -> None:
        """Admit no more calls, let the present ones end for at most `grace` seconds, then end everything.

        A host that was stopped stays stopped. Calls that are cut off end in `EngineUnavailable`.
        """
        ...
