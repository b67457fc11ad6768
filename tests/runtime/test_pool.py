"""How workers come, go, and are replaced."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from operator import methodcaller
from pathlib import Path
from typing import Any

import psutil
import pytest
from structlog.testing import capture_logs

from sonant.core.engine import EngineCall
from sonant.core.errors import EngineFailed, EngineUnavailable
from sonant.core.speech import Utterance
from sonant.runtime.host import EngineHost, EngineLoad
from sonant.runtime.processes import WorkerProcesses

on_uvloop = pytest.mark.asyncio(loop_factories=["uvloop"])
"""For tests of decisions that have nothing to do with the event loop."""

OpenHost = Callable[..., WorkerProcesses]


async def collect(host: EngineHost, engine: str, call: EngineCall[Any]) -> list[Any]:
    async with asyncio.timeout(10), aclosing(host.stream(engine, call)) as stream:
        return [item async for item in stream]


async def until(condition: Callable[[], bool], seconds: float = 3.0) -> None:
    """Wait until something is so; fail if it isn't in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - there is no event for it: that is the point
            await asyncio.sleep(0.005)


async def worker_number(host: EngineHost) -> int:
    """Process number of a worker of `wild`."""
    ((process),) = await collect(host, "wild", methodcaller("describe_process"))
    number: int = process["pid"]
    return number


def loads(models: Path) -> int:
    """How often an engine was loaded."""
    return len(list(models.glob("loaded-*")))


@on_uvloop
async def test_workers_are_started_when_there_is_work_and_not_before(open_host: OpenHost, tmp_path: Path) -> None:
    host = open_host(workers=2)
    await host.start(warm=[])
    assert host.load()["slow"] == EngineLoad()

    assert await collect(host, "slow", methodcaller("count", 1)) == [0]

    assert host.load()["slow"] == EngineLoad(workers=1, calls=1)
    assert loads(tmp_path) == 1


@on_uvloop
async def test_first_calls_at_once_start_no_more_workers_than_allowed(open_host: OpenHost, tmp_path: Path) -> None:
    host = open_host(workers=2)

    await asyncio.gather(*(collect(host, "slow", methodcaller("count", 2, 0.05)) for _ in range(8)))

    assert loads(tmp_path) == 2
    assert host.load()["slow"] == EngineLoad(workers=2, calls=8)


@on_uvloop
async def test_a_warm_engine_is_ready_without_a_call_and_starting_does_not_wait(open_host: OpenHost) -> None:
    host = open_host(workers=2)

    began_at = time.perf_counter()
    with capture_logs() as logs:
        await host.start(warm=["slow", "absent"])
    assert time.perf_counter() - began_at < 0.1
    await until(lambda: host.load()["slow"].workers == 1)

    assert [entry["reason"] for entry in logs] == ["Run `apt install absent`."]


@on_uvloop
async def test_workers_without_work_go_except_a_warm_one(open_host: OpenHost) -> None:
    host = open_host(workers=2, idle_timeout=0.1)
    await host.start(warm=["wild"])
    calls = methodcaller("count", 10, 0.01)
    await asyncio.gather(*(collect(host, name, calls) for name in ["wild", "wild", "slow"]))

    await until(lambda: host.load()["wild"].workers == 1 and host.load()["slow"].workers == 0)
    await asyncio.sleep(0.15)

    assert host.load()["wild"] == EngineLoad(workers=1, calls=2)
    assert await collect(host, "slow", methodcaller("count", 1)) == [0]


@on_uvloop
@pytest.mark.parametrize(
    ("engine", "error", "message"),
    [
        ("broken", EngineFailed, "The engine broken failed."),
        ("crashing", EngineFailed, "The engine crashing failed."),
        ("weightless", EngineUnavailable, "Its weights are missing: run `fetch weights`."),
    ],
)
async def test_an_engine_that_does_not_load_is_not_tried_again_at_once(
    open_host: OpenHost, tmp_path: Path, engine: str, error: type[Exception], message: str
) -> None:
    host = open_host(workers=2)
    caught = []

    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(error) as info:
                await collect(host, engine, methodcaller("count", 1))
            caught.append(str(info.value))

    assert caught == [message] * 3
    assert loads(tmp_path) == 1
    assert "what the caller said" not in str(logs)


@on_uvloop
async def test_everyone_who_waits_for_an_engine_that_does_not_load_is_told(open_host: OpenHost, tmp_path: Path) -> None:
    host = open_host(workers=2)

    calls = (collect(host, "weightless", methodcaller("count", 1)) for _ in range(6))
    errors = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(error) for error in errors] == [EngineUnavailable] * 6
    assert len(set(map(id, errors))) == 6
    assert loads(tmp_path) <= 2


@on_uvloop
async def test_loading_has_a_time_limit(open_host: OpenHost) -> None:
    host = open_host(workers=1, load_timeout=0.5)

    with pytest.raises(EngineFailed):
        await collect(host, "endless", methodcaller("count", 1))


async def test_a_worker_that_can_not_even_be_started_is_engine_failed_and_leaves_nothing_open(
    open_host: OpenHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = open_host(workers=1)
    await collect(host, "tone", methodcaller("synthesize", Utterance("a", "en", "tone")))
    descriptors = psutil.Process().num_fds()
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    with pytest.raises(EngineFailed):
        await collect(host, "wild", methodcaller("count", 1))

    assert psutil.Process().num_fds() == descriptors


async def test_a_crash_is_felt_by_its_own_caller_alone(open_host: OpenHost) -> None:
    host = open_host(workers=2)
    await asyncio.gather(*(collect(host, "wild", methodcaller("count", 5, 0.01)) for _ in range(2)))

    with capture_logs() as logs:
        others = [asyncio.ensure_future(collect(host, "wild", methodcaller("count", 20, 0.01))) for _ in range(5)]
        with pytest.raises(EngineFailed):
            await collect(host, "wild", methodcaller("crash", 1))
        assert await asyncio.gather(*others) == [list(range(20))] * 5

    (death,) = [entry for entry in logs if entry["event"] == "engine worker ended"]
    assert death["ending"] == "SIGSEGV"
    assert host.load()["wild"] == EngineLoad(workers=2, restarts=1, calls=8, failures=1)


@pytest.mark.parametrize("occupied", [True, False], ids=["in a call", "without work"])
async def test_a_killed_worker_is_replaced_in_less_than_a_second(open_host: OpenHost, occupied: bool) -> None:
    host = open_host(workers=1)
    number = await worker_number(host)
    stream: AsyncGenerator[int, None] = host.stream("wild", methodcaller("stall", 1))
    if occupied:
        await anext(stream)

    killed_at = time.perf_counter()
    os.kill(number, signal.SIGSEGV)
    await until(lambda: host.load()["wild"].restarts == 1)
    await until(lambda: host.load()["wild"].workers == 1)
    assert time.perf_counter() - killed_at < 1.0
    if occupied:
        with pytest.raises(EngineFailed):
            await anext(stream)

    assert await worker_number(host) != number


async def test_a_call_that_comes_just_when_an_idle_worker_has_died_is_served(open_host: OpenHost) -> None:
    host = open_host(workers=1)
    number = await worker_number(host)

    os.kill(number, signal.SIGKILL)
    async with asyncio.timeout(3):
        while host.load()["wild"].workers:  # noqa: ASYNC110 - the first moment at which anybody can know
            await asyncio.sleep(0)
        assert await worker_number(host) != number


async def test_a_worker_that_dies_as_soon_as_it_is_ready_is_not_replaced_for_ever(open_host: OpenHost) -> None:
    host = open_host(workers=1)
    await host.start(warm=["wild"])
    await until(lambda: host.load()["wild"].workers == 1)
    (worker,) = psutil.Process().children()

    worker.kill()
    await until(lambda: host.load()["wild"].workers == 0)

    with pytest.raises(EngineFailed):
        await collect(host, "wild", methodcaller("count", 1))
    assert host.load()["wild"].restarts == 0


async def test_a_worker_that_ignores_a_cancel_is_replaced(open_host: OpenHost, tmp_path: Path) -> None:
    host = open_host(workers=1, cancel_timeout=0.2)
    number = await worker_number(host)
    stream = host.stream("wild", methodcaller("stall", 1))
    await anext(stream)
    await until((tmp_path / "stalled").exists)

    await stream.aclose()

    assert await worker_number(host) != number
    assert host.load()["wild"] == EngineLoad(workers=1, restarts=1, calls=3)


async def test_a_call_has_a_time_limit(open_host: OpenHost) -> None:
    host = open_host(workers=1, call_timeout=0.3)
    stream = host.stream("wild", methodcaller("stall", 2))

    with capture_logs() as logs:
        received = [await anext(stream), await anext(stream)]
        with pytest.raises(EngineFailed):
            await anext(stream)
        await until(lambda: host.load()["wild"].restarts == 1)
        assert await collect(host, "wild", methodcaller("count", 1)) == [0]

    assert received == [0, 1]
    assert "a call took too long" in [entry.get("ending") for entry in logs]


async def test_what_a_worker_has_forked_dies_with_it(open_host: OpenHost, tmp_path: Path) -> None:
    host = open_host(workers=1)
    async with aclosing(host.stream("wild", methodcaller("stall_in_fork", 1))) as stream:
        await anext(stream)
        await until((tmp_path / "child").exists)
        child = psutil.Process(int((tmp_path / "child").read_text()))

        os.kill(child.ppid(), signal.SIGKILL)

        await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
        with pytest.raises(EngineFailed):
            await anext(stream)


@on_uvloop
async def test_stopping_lets_admitted_calls_end_and_admits_no_more(open_host: OpenHost) -> None:
    host = open_host(workers=1)
    admitted = [asyncio.ensure_future(collect(host, "wild", methodcaller("count", 5, 0.02))) for _ in range(3)]
    await until(lambda: host.load()["wild"].busy == 1)

    stopping = asyncio.ensure_future(host.stop(grace=10))
    await asyncio.sleep(0)
    for engine in ("wild", "slow"):
        with pytest.raises(EngineUnavailable, match="stopping"):
            await collect(host, engine, methodcaller("count", 1))
    await stopping

    assert [task.result() for task in admitted] == [[0, 1, 2, 3, 4]] * 3


async def test_stopping_cuts_off_calls_that_outlast_the_grace(open_host: OpenHost) -> None:
    host = open_host(workers=1)
    endless = [asyncio.ensure_future(collect(host, "wild", methodcaller("stall", 1))) for _ in range(2)]
    await until(lambda: host.load()["wild"].busy == 1)

    began_at = time.perf_counter()
    await host.stop(grace=0.1)

    assert time.perf_counter() - began_at < 0.5
    for task in endless:
        with pytest.raises(EngineUnavailable, match="stopping"):
            await task


async def test_stopping_leaves_no_process_and_no_descriptor_behind(open_host: OpenHost) -> None:
    server = psutil.Process()

    async def live() -> tuple[list[psutil.Process], int]:
        host = open_host(workers=2)
        await host.start(warm=["wild", "slow", "endless"])
        await collect(host, "wild", methodcaller("count", 1))
        assert len(server.children()) == 3
        await host.stop(grace=1)
        assert host.load()["wild"].workers == 0
        return server.children(), server.num_fds()

    before = await live()  # the event loop keeps some descriptors of its own, once it has started a process

    assert before[0] == []
    assert await live() == before


async def test_a_worker_is_a_one_threaded_process_without_our_secrets(
    open_host: OpenHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONANT_API_KEY", "sesame")
    host = open_host(workers=1)

    ((process),) = await collect(host, "wild", methodcaller("describe_process"))

    assert process["threads"] == process["native_threads"] == 1
    assert process["core_bytes"] == 0
    assert process["environment"]["OMP_NUM_THREADS"] == "1"
    assert "SONANT_API_KEY" not in process["environment"]
    assert process["sockets"] == 1
