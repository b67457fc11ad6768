"""Engines that do what engines must not do, found by worker processes through `PYTHONPATH`."""

import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sonant.core.engine import Capability, EngineInfo, EngineSpec
from sonant.core.errors import EngineUnavailable, UnsupportedLanguage
from sonant.enginekit.forked import Emit, forked

SECRET = "what the caller said"


class Misbehaving:
    """Every method is a call; its name says what happens."""

    def __init__(self, models: Path) -> None:
        self._models = models

    def count(self, length: int, pause: float = 0.0) -> Iterator[int]:
        for number in range(length):
            time.sleep(pause)
            yield number

    def echo(self, item: object) -> Iterator[object]:
        yield item

    def listed(self, *items: object) -> Iterator[object]:
        return iter(items)

    def yield_bytes(self, chunks: int, size: int) -> Iterator[bytes]:
        for number in range(chunks):
            yield bytes([number % 256]) * size

    def sign_when_closed(self, name: str) -> Iterator[int]:
        try:
            yield from self.count(10_000, pause=0.01)
        finally:
            (self._models / name).touch()

    def stall(self, after: int) -> Iterator[int]:
        yield from range(after)
        (self._models / "stalled").touch()
        time.sleep(3600)

    def stall_in_fork(self, after: int) -> Iterator[int]:
        def work(emit: Emit[int]) -> None:
            for number in range(after):
                emit(number)
            (self._models / "child").write_text(str(os.getpid()))
            time.sleep(3600)

        yield from forked(work)

    def fail(self, after: int) -> Iterator[int]:
        yield from range(after)
        raise ValueError(SECRET)

    def fail_in_fork(self) -> Iterator[int]:
        def work(_emit: Emit[int]) -> None:
            raise ValueError(SECRET)

        yield from forked(work)

    def refuse(self, after: int) -> Iterator[int]:
        yield from range(after)
        raise UnsupportedLanguage("It does not speak Klingon.")

    def crash(self, after: int) -> Iterator[int]:
        yield from range(after)
        os.kill(os.getpid(), signal.SIGSEGV)

    def exit(self) -> Iterator[int]:
        yield 0
        raise SystemExit(3)

    def yield_lambda(self) -> Iterator[object]:
        yield lambda: None

    def describe_process(self) -> Iterator[dict[str, Any]]:
        yield {
            "pid": os.getpid(),
            "threads": threading.active_count(),
            "native_threads": len(list(Path("/proc/self/task").iterdir())),
            "core_bytes": resource.getrlimit(resource.RLIMIT_CORE)[0],
            "environment": dict(os.environ),
            "sockets": sum(path.is_socket() for path in Path("/proc/self/fd").iterdir()),
        }


def _info(name: str) -> EngineInfo:
    return EngineInfo(name, Capability.SYNTHESIS, 24_000, (), "Apache-2.0")


def _load(models: Path) -> Misbehaving:
    """Leaves a mark per load."""
    (models / f"loaded-{os.getpid()}").touch()
    return Misbehaving(models)


def _load_slowly(models: Path) -> Misbehaving:
    time.sleep(0.3)
    return _load(models)


def _fail_to_load(models: Path) -> Misbehaving:
    _load(models)
    raise ValueError(SECRET)


def _refuse_to_load(models: Path) -> Misbehaving:
    _load(models)
    raise EngineUnavailable("Its weights are missing: run `fetch weights`.")


def _crash_at_load(models: Path) -> Misbehaving:
    _load(models)
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


def _load_for_ever(models: Path) -> Misbehaving:
    _load(models)
    time.sleep(3600)
    raise AssertionError


def _raise_in_check() -> str:
    raise ValueError(SECRET)


WILD = EngineSpec(_info("wild"), _load)
SLOW = EngineSpec(_info("slow"), _load_slowly)
BROKEN = EngineSpec(_info("broken"), _fail_to_load)
WEIGHTLESS = EngineSpec(_info("weightless"), _refuse_to_load)
CRASHING = EngineSpec(_info("crashing"), _crash_at_load)
ENDLESS = EngineSpec(_info("endless"), _load_for_ever)
ABSENT = EngineSpec(_info("absent"), _load, missing=lambda: "Run `apt install absent`.")
UNCHECKABLE = EngineSpec(_info("uncheckable"), _load, missing=_raise_in_check)
