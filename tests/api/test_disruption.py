"""Clients that leave, engines that crash, and servers that are stopped or killed, while they work."""

import contextlib
import json
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest
from websockets.sync.client import connect

from listening import duration
from serving import Served, serving, start, stop, wait_until_ready
from speaking import RATE, SENTENCE, VOICE, Asker

LONG = f"{SENTENCE} " * 400
SLOW_VOICE = "vX0ThQl8oRjNHtuJCUpL"
QUERY = {"output_format": "pcm_16000"}
FREE_SECONDS = 0.1
MARGIN_SECONDS = 0.15
"""For asking for the metrics, on a machine that is busy with other tests, too."""


@contextlib.contextmanager
def streaming(served: Served, text: str = LONG, *, voice: str = VOICE) -> Iterator[httpx.Response]:
    """A stream of which the first bytes have come; it is cut when the block ends."""
    with (
        httpx.Client(base_url=served.url, headers=served.headers, timeout=30) as client,
        client.stream("POST", f"/v1/text-to-speech/{voice}/stream", params=QUERY, json={"text": text}) as response,
    ):
        assert response.status_code == 200
        yield response


def occupied(asker: Asker, engine: str) -> tuple[float, float]:
    """How many workers of an engine are at work, and how many calls it has had."""
    figures = asker.figures()
    return figures[f'sonant_engine_busy{{engine="{engine}"}}'], figures[
        f'sonant_engine_calls_total{{engine="{engine}"}}'
    ]


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> float:
    """Wait until it holds; how long that took."""
    began = time.perf_counter()
    while not condition():
        assert time.perf_counter() - began < seconds
        time.sleep(0.005)
    return time.perf_counter() - began


def free_seconds(asker: Asker, engine: str) -> float:
    """How long until an engine is free, and stays so."""
    free_after = wait_for(lambda: occupied(asker, engine)[0] == 0)
    calls = occupied(asker, engine)[1]
    time.sleep(0.3)
    assert occupied(asker, engine) == (0, calls)
    return free_after


@pytest.mark.parametrize(("voice", "engine"), [(VOICE, "flite"), (SLOW_VOICE, "festival")])
def test_a_client_that_leaves_a_stream_frees_its_engine(server, voice, engine):
    with Asker(server) as asker:
        with streaming(server, voice=voice) as response:
            for _ in response.iter_raw():
                if occupied(asker, engine)[0]:
                    break

        assert free_seconds(asker, engine) < FREE_SECONDS + MARGIN_SECONDS


@pytest.mark.parametrize("operation", ["", "/stream", "/with-timestamps", "/stream/with-timestamps"])
def test_a_client_that_leaves_before_the_answer_frees_its_engine_and_is_no_error(server, operation):
    with Asker(server) as asker:
        before = asker.http.get("/v1/history", params={"page_size": 1}).json()["last_history_item_id"]
        logged = server.log.stat().st_size
        url = f"{server.url}/v1/text-to-speech/{SLOW_VOICE}{operation}"
        with pytest.raises(httpx.ReadTimeout):  # its first sound takes longer, for it is a long clause
            httpx.post(url, json={"text": LONG.replace(".", "")}, headers=server.headers, params=QUERY, timeout=0.1)

        assert free_seconds(asker, "festival") < FREE_SECONDS + MARGIN_SECONDS
        assert asker.http.get("/v1/history", params={"page_size": 1}).json()["last_history_item_id"] == before
        assert '"level": "error"' not in server.log.read_text()[logged:]


def test_a_client_that_leaves_a_socket_frees_its_engine(server):
    url = f"{server.socket_url}/v1/text-to-speech/{SLOW_VOICE}/stream-input?output_format=pcm_16000"
    with Asker(server) as asker:
        with connect(url, additional_headers=server.headers) as socket:
            for text in (" ", LONG[:20_000], ""):
                socket.send(json.dumps({"text": text}))
            while not occupied(asker, "festival")[0]:
                socket.recv(timeout=10)

        assert free_seconds(asker, "festival") < FREE_SECONDS + MARGIN_SECONDS


def workers(served: Served, engine: str) -> list[psutil.Process]:
    """The worker processes of an engine."""
    children = psutil.Process(served.process.pid).children()
    return [child for child in children if "sonant.runtime.worker" in child.cmdline() and engine in child.cmdline()]


class Listener(threading.Thread):
    """Listens to a stream to its end, in a thread."""

    def __init__(self, served: Served, text: str) -> None:
        super().__init__()
        self._served = served
        self._text = text
        self.content = b""
        self.failed = False

    def run(self) -> None:
        try:
            with streaming(self._served, self._text) as response:
                for piece in response.iter_raw():
                    self.content += piece
        except (httpx.HTTPError, AssertionError):
            self.failed = True


def test_a_worker_that_crashes_fails_at_most_one_of_three_streams(tmp_path):
    text = f"{SENTENCE} " * 8
    with serving(tmp_path, settings={"SONANT_ENGINE_WORKERS": "2"}) as served, Asker(served) as asker:
        whole = asker.http.post(f"/v1/text-to-speech/{VOICE}", params=QUERY, json={"text": text}).content
        listeners = [Listener(served, text) for _ in range(3)]
        for listener in listeners:
            listener.start()
        wait_for(lambda: occupied(asker, "flite")[0] == 2)
        victim = workers(served, "flite")[0]
        family = [victim, *victim.children(recursive=True)]
        victim.send_signal(signal.SIGSEGV)
        assert asker.sound(SENTENCE).size > RATE
        for listener in listeners:
            listener.join(30)
        figures = asker.figures()
        _, alive = psutil.wait_procs(family, timeout=2)

    failed = [listener for listener in listeners if listener.failed]
    assert len(failed) <= 1
    assert all(listener.content == whole for listener in listeners if not listener.failed)
    assert all(whole.startswith(listener.content) for listener in failed)
    assert figures['sonant_engine_restarts_total{engine="flite"}'] == 1
    assert figures['sonant_engine_failures_total{engine="flite"}'] == len(failed)
    assert alive == []


def test_a_server_told_to_stop_finishes_its_streams_and_leaves_no_process(tmp_path):
    text = f"{SENTENCE} " * 8
    with serving(tmp_path, settings={"SONANT_ENGINE_WORKERS": "1"}) as served:
        with Asker(served) as asker:
            whole = asker.http.post(f"/v1/text-to-speech/{VOICE}", params=QUERY, json={"text": text}).content
        family = psutil.Process(served.process.pid).children(recursive=True)
        with streaming(served, text) as response:
            pieces = response.iter_raw()
            content = next(pieces)
            served.process.send_signal(signal.SIGTERM)
            for piece in pieces:
                content += piece
        assert content == whole
        assert served.process.wait(10) == 0
        _, alive = psutil.wait_procs(family, timeout=2)
        assert alive == []
        with sqlite3.connect(tmp_path / "sonant.db") as database:
            assert database.execute("select count(*) from history_items").fetchone() == (2,)


def record(served: Served, acknowledged: dict[str, int], heard: threading.Event) -> None:
    """Ask for speech until the server is gone; note each answer that came whole, and how long it was."""
    with Asker(served) as asker, contextlib.suppress(httpx.TransportError):
        while True:
            response = asker.ask({"text": "Remember me."}, query=QUERY)
            acknowledged[response.headers["history-item-id"]] = len(response.content)
            heard.set()


def test_a_server_that_is_killed_keeps_everything_that_it_acknowledged(tmp_path):
    chance = random.Random(5)
    acknowledged: dict[str, int] = {}
    for _ in range(5):
        served = start(tmp_path, settings={"SONANT_ENGINE_WORKERS": "1"})
        wait_until_ready(served)
        family = psutil.Process(served.process.pid).children(recursive=True)
        heard = threading.Event()
        threads = [threading.Thread(target=record, args=(served, acknowledged, heard)) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert heard.wait(10)
        time.sleep(chance.uniform(0.0, 0.3))
        served.process.kill()
        served.process.wait()
        for thread in threads:
            thread.join()
        _, alive = psutil.wait_procs(family, timeout=2)
        assert alive == []

    assert len(acknowledged) > 10
    served = start(tmp_path)
    try:
        wait_until_ready(served)
        with Asker(served) as asker:
            for item, length in acknowledged.items():
                kept = asker.http.get(f"/v1/history/{item}/audio")
                assert kept.status_code == 200
                assert duration(kept.content) == pytest.approx(length / 2 / RATE, abs=2 * 1152 / 44100)
    finally:
        stop(served)
    with sqlite3.connect(tmp_path / "sonant.db") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
