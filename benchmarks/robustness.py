"""Clients that leave, engines that crash, and a server that is killed."""

import os
import random
import signal
import sqlite3
import threading
import time
from http.client import HTTPException
from pathlib import Path

import psutil

from benchmarks.client import SENTENCE, Caller
from benchmarks.report import Figure, Section, at_most
from serving import Served, serving, start, stop, wait_until_ready

LONG_TEXT = SENTENCE.removesuffix(".") + " and then it went on, " + "on and on and on, " * 12 + "until it stopped."
KILLS = 50
ENGINE = "flite"  # of the voice that all benchmarks use


def abandonment(folder: Path) -> Section:
    """One worker, so that whoever comes next needs the one that the client who left had."""
    with serving(folder / "abandonment", settings={"SONANT_ENGINE_WORKERS": "1"}) as served:
        caller = Caller(served)
        for _ in range(5):
            caller.speak(SENTENCE, output_format="pcm_16000")
        usual = min(caller.speak(SENTENCE, output_format="pcm_16000").first for _ in range(10))
        waits = []
        for _ in range(20):
            leaving = Caller(served)
            leaving.begin(LONG_TEXT * 20, output_format="pcm_16000")
            leaving.close()
            waits.append(caller.speak(SENTENCE, output_format="pcm_16000").first - usual)
    worst = 1000 * max(waits)
    return Section(
        "A client that leaves",
        "A client leaves a long stream after its first byte; the next one, who needs the same worker, asks at once.",
        [at_most("longest extra wait of the next client, of 20", worst, 100, "ms", 0)],
    )


def crash(folder: Path) -> Section:
    """A worker killed with SIGSEGV while several callers listen."""
    with serving(folder / "crash", settings={"SONANT_ENGINE_WORKERS": "2"}) as served:
        for _ in range(4):
            threads = [threading.Thread(target=Caller(served).speak, args=(SENTENCE,)) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        answers: list[int] = []

        def call() -> None:
            try:
                answer = Caller(served).speak(LONG_TEXT, path="", output_format="pcm_16000")
                answers.append(answer.status)
            except HTTPException:
                answers.append(0)

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        victim = _workers(served)[0]
        victim.send_signal(signal.SIGSEGV)
        killed_at = time.perf_counter()
        back = _seconds_until_replaced(served, victim, killed_at)
        for thread in threads:
            thread.join()
    failed = sum(status != 200 for status in answers)
    return Section(
        "An engine that crashes",
        "Four callers on two workers; one worker gets SIGSEGV.",
        [
            Figure("callers who get an error", f"{failed} of 4", "at most 1", failed <= 1),
            Figure("their status", ", ".join(str(status) for status in answers if status != 200) or "none", "500"),
            at_most("until a replacement is ready", back, 1, "s"),
        ],
    )


def _workers(served: Served) -> list[psutil.Process]:
    children = psutil.Process(served.process.pid).children()
    return [child for child in children if {"sonant.runtime.worker", ENGINE} <= set(child.cmdline())]


def _seconds_until_replaced(served: Served, victim: psutil.Process, since: float) -> float:
    caller = Caller(served)
    while time.perf_counter() - since < 10:
        lines = caller.get("/metrics").content.decode().splitlines()
        figure = f'sonant_engine_workers{{engine="{ENGINE}"'
        ready = sum(float(line.split()[-1]) for line in lines if line.startswith(figure))
        if ready >= 2 and (not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE):
            break
        time.sleep(0.005)
    return time.perf_counter() - since


def kills(folder: Path) -> Section:
    """The server is killed again and again while callers record what it acknowledged."""
    rng = random.Random(1)
    data_dir, acknowledged = folder / "kills", {}
    for _ in range(KILLS):
        served = start(data_dir)
        wait_until_ready(served)
        threads = [threading.Thread(target=_record, args=(served, acknowledged)) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.05, 0.8))
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait()
        for thread in threads:
            thread.join()
    with sqlite3.connect(data_dir / "sonant.db") as database:
        (integrity,) = database.execute("pragma integrity_check").fetchone()
    served = start(data_dir)
    try:
        wait_until_ready(served)
        caller = Caller(served)
        found = sum(caller.get(f"/v1/history/{item}/audio").status == 200 for item in acknowledged)
    finally:
        stop(served)
    return Section(
        "A server that is killed",
        f"SIGKILL at {KILLS} random moments while three callers speak.",
        [
            Figure("database afterwards", str(integrity), "ok", integrity == "ok"),
            Figure(
                "acknowledged history items that are there with their audio",
                f"{found} of {len(acknowledged)}",
                "all",
                found == len(acknowledged) and found > 0,
            ),
        ],
    )


def _record(served: Served, acknowledged: dict[str, bool]) -> None:
    caller = Caller(served)
    try:
        while True:
            answer = caller.speak("Remember me.", path="", output_format="pcm_16000")
            if answer.status == 200 and len(answer.content) == int(answer.headers["content-length"]):
                acknowledged[answer.headers["history-item-id"]] = True
    except (OSError, HTTPException):
        return
