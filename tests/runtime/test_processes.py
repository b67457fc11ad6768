"""What callers of the host see."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from operator import methodcaller
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from structlog.testing import capture_logs

from sonant.core.engine import EngineCall, synthesize
from sonant.core.errors import EngineBusy, EngineFailed, EngineUnavailable, UnsupportedLanguage
from sonant.core.speech import SpeechChunk, Utterance
from sonant.engines.tone import ToneSynthesizer
from sonant.runtime.host import EngineHost, EngineLoad
from sonant.runtime.processes import WorkerProcesses

pytestmark = pytest.mark.asyncio(loop_factories=["uvloop"])

OpenHost = Callable[..., WorkerProcesses]


async def collect(host: EngineHost, engine: str, call: EngineCall[Any]) -> list[Any]:
    async with asyncio.timeout(10), aclosing(host.stream(engine, call)) as stream:
        return [item async for item in stream]


async def fill(host: EngineHost, count: int, call: EngineCall[Any]) -> list[asyncio.Task[list[Any]]]:
    """Begin calls and wait until they are all admitted."""
    tasks = [asyncio.ensure_future(collect(host, "wild", call)) for _ in range(count)]
    await asyncio.sleep(0.01)
    return tasks


def samples(chunks: list[SpeechChunk]) -> np.ndarray[Any, Any]:
    return np.concatenate([chunk.audio.samples for chunk in chunks], axis=1)


async def test_yields_exactly_what_the_engine_yields(open_host: OpenHost) -> None:
    host = open_host(workers=1)

    assert await collect(host, "wild", methodcaller("count", 5)) == [0, 1, 2, 3, 4]
    assert await collect(host, "wild", methodcaller("count", 0)) == []
    assert await collect(host, "wild", methodcaller("listed", None, "", {"a": [1]})) == [None, "", {"a": [1]}]


async def test_chunks_larger_than_the_sockets_buffers_arrive_whole(open_host: OpenHost) -> None:
    chunks = await collect(open_host(workers=1), "wild", methodcaller("yield_bytes", 5, 3_000_001))

    assert chunks == [bytes([number]) * 3_000_001 for number in range(5)]


async def test_a_call_larger_than_the_sockets_buffers_arrives_whole(open_host: OpenHost) -> None:
    item = bytes(range(256)) * 10_000

    assert await collect(open_host(workers=1), "wild", methodcaller("echo", item)) == [item]


async def test_32_concurrent_callers_get_what_they_would_get_alone(open_host: OpenHost) -> None:
    host = open_host(workers=2)
    utterances = [Utterance(f"Caller {number} says {'so ' * number}.", "en", "tone") for number in range(32)]

    streams = await asyncio.gather(*(collect(host, "tone", synthesize(utterance)) for utterance in utterances))

    for utterance, chunks in zip(utterances, streams, strict=True):
        alone = list(ToneSynthesizer().synthesize(utterance))
        assert np.array_equal(samples(chunks), samples(alone))
        assert [chunk.words for chunk in chunks] == [chunk.words for chunk in alone]


async def test_an_error_of_ours_passes_through_after_what_came_before_it(open_host: OpenHost) -> None:
    host = open_host(workers=1)
    stream = host.stream("wild", methodcaller("refuse", 2))

    received = [await anext(stream), await anext(stream)]
    with pytest.raises(UnsupportedLanguage) as caught:
        await anext(stream)

    assert received == [0, 1]
    assert caught.value.message == "It does not speak Klingon."
    assert host.load()["wild"].failures == 0


@pytest.mark.parametrize("method", ["fail", "fail_in_fork"])
async def test_any_other_error_is_engine_failed_and_its_words_stay_secret(open_host: OpenHost, method: str) -> None:
    host = open_host(workers=1)
    call: EngineCall[int] = methodcaller(method, 0) if method == "fail" else methodcaller(method)

    with capture_logs() as logs, pytest.raises(EngineFailed) as caught:
        await collect(host, "wild", call)

    (entry,) = [entry for entry in logs if entry["event"] == "engine failed"]
    assert caught.value.message == "The engine wild failed."
    assert entry["error"] == "ValueError"
    assert any("misbehaving.py" in place for place in entry["where"])
    assert "what the caller said" not in str(logs)
    assert host.load()["wild"] == EngineLoad(workers=1, calls=1, failures=1)


@pytest.mark.parametrize("method", ["yield_lambda", "exit", "no_such_method"])
async def test_an_engine_that_breaks_the_rules_fails_and_the_next_call_works(open_host: OpenHost, method: str) -> None:
    host = open_host(workers=1)

    with pytest.raises(EngineFailed):
        await collect(host, "wild", methodcaller(method))

    assert await collect(host, "wild", methodcaller("count", 2)) == [0, 1]


async def test_an_engine_never_waits_for_a_slow_reader(open_host: OpenHost) -> None:
    host = open_host(workers=1)

    async with aclosing(host.stream("wild", methodcaller("yield_bytes", 40, 100_000))) as slow:
        await anext(slow)
        assert await collect(host, "wild", methodcaller("count", 2)) == [0, 1]
        assert len([chunk async for chunk in slow]) == 39


@pytest.mark.parametrize(
    "call",
    [methodcaller("sign_when_closed", "closed"), methodcaller("stall_in_fork", 1)],
    ids=["between chunks", "while a forked child works"],
)
async def test_closing_a_stream_frees_its_engine_within_100_ms(open_host: OpenHost, call: EngineCall[int]) -> None:
    host = open_host(workers=1)
    for _ in range(5):
        stream = host.stream("wild", call)
        await anext(stream)

        left_at = time.perf_counter()
        await stream.aclose()
        assert await collect(host, "wild", methodcaller("count", 1)) == [0]
        assert time.perf_counter() - left_at < 0.1

    assert host.load()["wild"].restarts == 0


async def test_closing_a_stream_closes_the_engines_generator(open_host: OpenHost, tmp_path: Path) -> None:
    host = open_host(workers=1)
    stream = host.stream("wild", methodcaller("sign_when_closed", "closed"))
    await anext(stream)
    await stream.aclose()

    await collect(host, "wild", methodcaller("count", 1))

    assert (tmp_path / "closed").exists()


async def test_a_caller_who_is_cancelled_before_the_first_chunk_frees_the_engine(open_host: OpenHost) -> None:
    host = open_host(workers=1)
    await collect(host, "wild", methodcaller("count", 1))
    (task,) = await fill(host, 1, methodcaller("stall_in_fork", 0))

    left_at = time.perf_counter()
    task.cancel()
    assert await collect(host, "wild", methodcaller("count", 1)) == [0]
    assert time.perf_counter() - left_at < 0.1
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancel_that_comes_too_late_does_not_touch_the_next_call(open_host: OpenHost) -> None:
    host = open_host(workers=1)

    for _ in range(300):
        async with aclosing(host.stream("wild", methodcaller("count", 1))) as stream:
            await anext(stream)
        assert await collect(host, "wild", methodcaller("count", 3)) == [0, 1, 2]

    assert host.load()["wild"].restarts == 0


async def test_a_caller_who_gives_up_waiting_leaves_the_queue(open_host: OpenHost) -> None:
    host = open_host(workers=1, queue=1)
    stream = host.stream("wild", methodcaller("count", 1000, 0.01))
    await anext(stream)
    (waiting,) = await fill(host, 1, methodcaller("count", 1))
    assert host.load()["wild"].queued == 1

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert host.load()["wild"].queued == 0
    await stream.aclose()


async def test_callers_are_served_in_the_order_they_came(open_host: OpenHost) -> None:
    host = open_host(workers=1)
    served = []

    async def call(number: int) -> None:
        served.extend(await collect(host, "wild", methodcaller("echo", number)))

    await asyncio.gather(*(call(number) for number in range(50)))

    assert served == list(range(50))


async def test_a_full_queue_is_engine_busy_and_those_in_it_are_served(open_host: OpenHost) -> None:
    host = open_host(workers=1, queue=3)
    admitted = await fill(host, 4, methodcaller("count", 2, 0.01))

    with pytest.raises(EngineBusy, match="wild has too much to do"):
        await collect(host, "wild", methodcaller("count", 1))

    assert await asyncio.gather(*admitted) == [[0, 1]] * 4
    assert await collect(host, "wild", methodcaller("count", 1)) == [0]


async def test_what_continues_an_admitted_request_waits_however_full_the_queue_is(open_host: OpenHost) -> None:
    host = open_host(workers=1, queue=0)
    (first,) = await fill(host, 1, methodcaller("count", 5, 0.01))

    with pytest.raises(EngineBusy):
        await collect(host, "wild", methodcaller("count", 1))
    async with aclosing(host.stream("wild", methodcaller("count", 1), admitted=True)) as continuation:
        assert [item async for item in continuation] == [0]

    assert first.done()


async def test_engines_that_can_not_work_say_what_to_do(open_host: OpenHost) -> None:
    host = open_host()

    assert {"wild", "tone", "slow"} <= set(host.engines())
    assert set(host.missing()) == {"absent", "uncheckable", "nowhere"}
    assert host.missing()["absent"] == "Run `apt install absent`."
    with pytest.raises(EngineUnavailable, match="apt install absent"):
        await collect(host, "absent", methodcaller("count", 1))
    with pytest.raises(EngineUnavailable, match="nobody"):
        await collect(host, "nobody", methodcaller("count", 1))


async def test_2000_calls_leave_neither_descriptors_nor_memory_behind(open_host: OpenHost) -> None:
    host = open_host(workers=2)
    server = psutil.Process()

    async def call_often(count: int) -> None:
        for _ in range(count):
            await collect(host, "wild", methodcaller("yield_bytes", 2, 20_000))

    async def measure() -> tuple[int, int, int]:
        workers = [child for child in server.children() if "sonant.runtime.worker" in child.cmdline()]
        memory = [process.memory_info().rss for process in (server, *workers)]
        return server.num_fds(), sum(worker.num_fds() for worker in workers), sum(memory)

    await asyncio.gather(*(call_often(100) for _ in range(4)))
    before = await measure()
    await asyncio.gather(*(call_often(500) for _ in range(4)))
    after = await measure()

    assert after[:2] == before[:2]
    assert after[2] - before[2] < 4 * 2**20
    assert host.load()["wild"] == EngineLoad(workers=2, calls=2400)


async def test_a_call_of_an_engine_that_does_nothing_costs_at_most_half_a_millisecond(open_host: OpenHost) -> None:
    host = open_host(workers=1)
    await collect(host, "wild", methodcaller("count", 1))

    async def duration() -> float:
        began_at = time.perf_counter()
        await collect(host, "wild", methodcaller("count", 1))
        return time.perf_counter() - began_at

    medians = [np.median([await duration() for _ in range(100)]) for _ in range(3)]

    assert min(medians) <= 0.0005
