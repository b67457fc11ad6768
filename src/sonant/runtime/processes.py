"""The default host: worker processes on this machine."""

import asyncio
import pickle
from collections.abc import AsyncGenerator, Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import structlog

from sonant.core.engine import EngineCall, EngineInfo
from sonant.core.errors import EngineFailed, EngineUnavailable
from sonant.runtime.discovery import find_engine, reason_missing
from sonant.runtime.host import EngineLoad
from sonant.runtime.links import EnginePlace
from sonant.runtime.pool import STOPPING, EnginePool, PoolLimits

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class WorkerProcesses:
    """An `EngineHost` that runs each engine in processes of its own.

    A native engine's crash, leak or global state stays in its worker. To be used within one event loop, whose thread
    must not end before `stop`: worker processes die with the thread that started them.

    Args:
        references: Where the engines are, by name; see `sonant.runtime.discovery.engine_references`.
        models: Folder of model files.
        limits: What each engine may take.
    """

    def __init__(self, references: Mapping[str, str], models: Path, limits: PoolLimits) -> None:
        self._references = references
        self._models = models
        self._limits = limits
        self._pools: dict[str, EnginePool] = {}
        self._stopping = False

    def engines(self) -> Mapping[str, EngineInfo]:
        """The engines that can work here, by name. Found out once: what is installed later needs a new host."""
        return self._census[0]

    def missing(self) -> Mapping[str, str]:
        """The engines that can't work here, by name, each with a sentence that names the fix. Found out once."""
        return self._census[1]

    async def stream(self, engine: str, call: EngineCall[T], *, admitted: bool = False) -> AsyncGenerator[T, None]:
        """Yield exactly what `call` yields from the engine; see `EngineHost.stream`."""
        pool = self._pool(engine)
        pending = pool.submit(pickle.dumps(call, protocol=5), admitted=admitted)
        try:
            async for chunk in pending:
                yield chunk
        except EngineFailed:
            pool.count_failure()
            raise
        finally:
            pool.abandon(pending)

    def load(self) -> Mapping[str, EngineLoad]:
        """How occupied each engine is that can work here, by name."""
        return {name: self._pools[name].load() if name in self._pools else EngineLoad() for name in self.engines()}

    async def start(self, warm: Collection[str]) -> None:
        """Begin to load the engines in `warm`; the others load at their first call."""
        for name in warm:
            if name in self.engines():
                self._pool(name).warm()
            else:
                _log.warning("engine not started", engine=name, reason=self._why_not(name))

    async def stop(self, grace: float) -> None:
        """End every worker process; see `EngineHost.stop`."""
        self._stopping = True
        await asyncio.gather(*(pool.stop(grace) for pool in self._pools.values()))

    @cached_property
    def _census(self) -> tuple[Mapping[str, EngineInfo], Mapping[str, str]]:
        """The engines that can work here, and why the others can't."""
        engines, missing = {}, {}
        for name, reference in self._references.items():
            spec = find_engine(name, reference)
            if (reason := reason_missing(spec)) is None:
                engines[name] = spec.info
            else:
                missing[name] = reason
        return engines, missing

    def _pool(self, engine: str) -> EnginePool:
        if self._stopping:
            raise EngineUnavailable(STOPPING)
        if engine not in self.engines():
            raise EngineUnavailable(self._why_not(engine))
        if engine not in self._pools:
            place = EnginePlace(engine, self._references[engine], self._models)
            self._pools[engine] = EnginePool(place, self._limits)
        return self._pools[engine]

    def _why_not(self, engine: str) -> str:
        return self.missing().get(engine, f"There is no engine {engine} here: install the package that brings it.")
