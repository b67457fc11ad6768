"""Time to first audio and throughput, against the engine called in process."""

import statistics
import threading
import time

from benchmarks.client import SENTENCE, VOICE, Caller
from benchmarks.engine_alone import engine_alone
from benchmarks.report import Figure, Section, at_least, at_most
from serving import Served

ROUNDS = 200
SECONDS = 6.0
LIMITS_MS = {"pcm_16000": 2.0, "mp3_44100_128": 8.0}


def first_audio(served: Served) -> Section:
    """Server and engine take turns, so that the machine's moods hit both."""
    times: dict[str, list[float]] = {"engine": [], **{name: [] for name in LIMITS_MS}}
    caller = Caller(served)
    with engine_alone(VOICE) as engine:
        for _ in range(20):
            engine.first(SENTENCE)
            for name in LIMITS_MS:
                caller.first_audio(SENTENCE, output_format=name)
        for _ in range(ROUNDS):
            times["engine"].append(engine.first(SENTENCE))
            for name in LIMITS_MS:
                times[name].append(caller.first_audio(SENTENCE, output_format=name))
    alone = 1000 * statistics.median(times["engine"])
    figures = [Figure("engine alone, to its first chunk", f"{alone:.2f} ms")]
    for name, limit in LIMITS_MS.items():
        median = 1000 * statistics.median(times[name])
        figures.append(Figure(f"`{name}` over HTTP", f"{median:.2f} ms"))
        figures.append(at_most(f"`{name}` over HTTP, beyond the engine", median - alone, limit, "ms"))
    method = (
        f"Median of {ROUNDS} requests for a sentence of {len(SENTENCE)} characters by the stream operation, with API "
        "key and history, one connection."
    )
    return Section("Time to first audio", method, figures)


def throughput(served: Served) -> Section:
    """Seconds of audio made per second by 1, 4 and 16 callers."""
    figures = []
    with engine_alone(VOICE) as engine:
        engine.whole(SENTENCE)
        for callers, target in ((1, 0.7), (4, 0.85), (16, 0.85)):
            alone, made, began = engine.whole(SENTENCE), 0, time.perf_counter()
            while time.perf_counter() - began < SECONDS / 2:
                alone, made = engine.whole(SENTENCE), made + 1
            engine_rate = made * alone["duration"] / (time.perf_counter() - began)
            rate = _rate(served, callers)
            what = f"{callers} callers: {rate:.0f} s/s, engine alone {engine_rate:.0f} s/s"
            figures.append(at_least(what, rate / engine_rate, target))
    method = (
        "Seconds of audio per second of time, `pcm_16000`, with API key and history, as a ratio to the engine in one "
        "process without a server."
    )
    return Section("Throughput", method, figures)


def _rate(served: Served, callers: int) -> float:
    durations: list[float] = []
    until = time.perf_counter() + SECONDS

    def call() -> None:
        caller = Caller(served)
        while time.perf_counter() < until:
            answer = caller.speak(SENTENCE, output_format="pcm_16000")
            assert answer.status == 200
            durations.append(len(answer.content) / 2 / 16000)

    began = time.perf_counter()
    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(durations) / (time.perf_counter() - began)
