"""An engine host for tests of what stands above it: engines run here and now, and misbehave on demand."""

from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from sonant.core.engine import EngineCall, EngineInfo, EngineSpec
from sonant.core.errors import EngineBusy, EngineUnavailable
from sonant.runtime.host import EngineLoad


class EnginesInProcess:
    """Runs engines without worker processes.

    Attributes:
        opened: How many calls were begun.
        closed: How many of them were ended, whether by their end or by their reader.
        full: Whether newcomers are turned away.
    """

    def __init__(self, *specs: EngineSpec[Any]) -> None:
        self._specs = {spec.info.name: spec for spec in specs}
        self.opened = self.closed = 0
        self.full = False

    def engines(self) -> Mapping[str, EngineInfo]:
        return {name: spec.info for name, spec in self._specs.items()}

    def missing(self) -> Mapping[str, str]:
        return {}

    async def stream(self, engine: str, call: EngineCall[Any], *, admitted: bool = False) -> AsyncGenerator[Any, None]:
        if engine not in self._specs:
            raise EngineUnavailable(f"The engine {engine} is not installed.")
        if self.full and not admitted:
            raise EngineBusy("Too many wait.")
        self.opened += 1
        try:
            chunks: Iterator[Any] = call(self._specs[engine].load(Path()))
            for chunk in chunks:
                yield chunk
        finally:
            self.closed += 1

    def load(self) -> Mapping[str, EngineLoad]:
        return {name: EngineLoad(workers=1, calls=self.opened) for name in self._specs}

    async def start(self, warm: Collection[str]) -> None:
        pass

    async def stop(self, grace: float) -> None:
        pass
