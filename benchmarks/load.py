"""Many callers at once: equal answers, flat memory, a responsive server."""

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from benchmarks.client import SENTENCE, Caller
from benchmarks.report import Figure, Section, at_most
from serving import Served, start, stop, wait_until_ready

CALLERS = 32
REQUESTS = 10_000
WARM_UP_SECONDS = 3.0
MIB = 1024 * 1024


def concurrency(served: Served) -> Section:
    """What one caller hears doesn't depend on the others."""
    texts = [f"This is caller number {number}, and nobody else says so." for number in range(CALLERS)]
    alone = [Caller(served).speak(text, output_format="pcm_16000").content for text in texts]
    with ThreadPoolExecutor(CALLERS) as pool:
        together = list(pool.map(lambda text: Caller(served).speak(text, output_format="pcm_16000").content, texts))
    equal = sum(one == other for one, other in zip(alone, together, strict=True))
    waits = health_under_load(served)
    p99 = 1000 * statistics.quantiles(waits, n=100)[98]
    return Section(
        "Many callers",
        f"{CALLERS} callers with different texts, each heard alone before; `/health` while 16 callers synthesize.",
        [
            Figure("callers who hear the same as alone", f"{equal} of {CALLERS}", "all", equal == CALLERS),
            at_most(f"`/health`, 99th percentile of {len(waits)}", p99, 25, "ms"),
        ],
    )


def health_under_load(served: Served, callers: int = 16, seconds: float = 8.0) -> list[float]:
    """Seconds that `/health` takes while others synthesize."""
    until = time.perf_counter() + seconds

    def synthesize() -> None:
        caller = Caller(served)
        while time.perf_counter() < until:
            caller.speak(SENTENCE, output_format="pcm_16000")

    threads = [threading.Thread(target=synthesize) for _ in range(callers)]
    for thread in threads:
        thread.start()
    caller, waits = Caller(served), []
    while time.perf_counter() < until:
        waits.append(caller.get("/health").total)
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    return waits


def memory(folder: Path) -> Section:
    """A server of its own: how it starts, and how it grows."""
    served = start(folder / "memory")
    try:
        ready = wait_until_ready(served)
        process = psutil.Process(served.process.pid)
        idle = process.memory_info().rss / MIB
        time.sleep(WARM_UP_SECONDS)
        warm = process.memory_info().rss / MIB
        _many(served, 500)
        settled = process.memory_info().rss / MIB
        failures, contents = _many(served, REQUESTS)
        grown = process.memory_info().rss / MIB
    finally:
        stop(served)
    return Section(
        "Start and memory",
        f"Resident memory of the server process, engines' processes left out; growth over {REQUESTS} requests for the "
        "same text by 16 callers, after 500 to warm up.",
        [
            at_most("from the start to the first answer", ready, 2, "s"),
            at_most("resident when ready", idle, 120, "MiB", 1),
            at_most(f"resident {WARM_UP_SECONDS:g} s later, warmed up", warm, 120, "MiB", 1),
            Figure("resident after 500 requests", f"{settled:.1f} MiB"),
            at_most(f"growth over {REQUESTS} more", 100 * (grown / settled - 1), 5, "%"),
            Figure("requests that failed", str(failures), "0", failures == 0),
            Figure("different answers to the same text", str(contents), "1", contents == 1),
        ],
    )


def _many(served: Served, requests: int, callers: int = 16) -> tuple[int, int]:
    """How many requests failed, and how many different answers came."""
    left = iter(range(requests))
    failures, contents, taking = [], set(), threading.Lock()

    def call() -> None:
        caller = Caller(served)
        while True:
            with taking:
                if next(left, None) is None:
                    return
            answer = caller.speak("Hello there.", output_format="pcm_16000")
            if answer.status != 200:
                failures.append(answer.status)
            contents.add(hash(answer.content))

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(failures), len(contents)
