"""The server's end of one worker process."""

import asyncio
import os
import pickle
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import structlog

from sonant.core.errors import EngineFailed, SonantError
from sonant.enginekit.failure import Failure, name_ending
from sonant.enginekit.lifeline import INTERRUPT
from sonant.runtime.calls import PendingCall
from sonant.runtime.wire import FrameReader, Kind, encode_header

EXIT_SECONDS = 2.0
PRIVATE_PREFIX = "SONANT_"
WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",  # the same call gives the same samples whichever worker it meets
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EnginePlace:
    """Where a worker process finds its engine.

    Attributes:
        name: The engine's.
        reference: Of its `EngineSpec`, as `package.module:ATTRIBUTE`.
        models: Folder of model files.
    """

    name: str
    reference: str
    models: Path


class WorkerLink(asyncio.BufferedProtocol):
    """One worker process, seen from the server: opened once, then given one call at a time until it's lost.

    Args:
        place: Its engine.
        on_free: Called whenever the worker has become free for a call, the first time when it's ready.

    Attributes:
        call: What it works on, if anybody still wants that.
        calls: How many calls it has begun.
        free_since: Loop time at which it became free; None while it loads, works, or hasn't yet obeyed a cancel.
        ready_at: Loop time at which its engine was loaded; None before.
        closing: It was told to go.
        lost: Done when it's gone.
    """

    def __init__(self, place: EnginePlace, on_free: Callable[["WorkerLink"], None]) -> None:
        self.call: PendingCall | None = None
        self.calls = 0
        self.free_since: float | None = None
        self.ready_at: float | None = None
        self.closing = False
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[None] = self._loop.create_future()
        self._place = place
        self._on_free = on_free
        self._frames = FrameReader()
        self._loaded: asyncio.Future[None] = self._loop.create_future()
        self._process: Process | None = None
        self._transport: asyncio.Transport | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._death: str | None = None

    async def open(self, load_timeout: float) -> None:
        """Start the process and wait until its engine is loaded.

        Raises:
            SonantError: The engine can't be loaded.
        """
        self._set_alarm(load_timeout, "loading took too long")
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = await _start_process(self._place, theirs)
            await self._loop.create_unix_connection(lambda: self, sock=ours)
        except BaseException as error:
            self._clear_alarm()
            ours.close()
            if isinstance(error, OSError):
                raise EngineFailed(self._place.name) from error
            raise
        if self._death is not None:
            self.kill(self._death)  # it was to be killed before there was a process
        await self._loaded

    def run(self, call: PendingCall, time_limit: float) -> None:
        """Have the worker, which is free, work on a call; after `time_limit` seconds it's killed."""
        self.call = call
        self.calls += 1
        self.free_since = None
        self._set_alarm(time_limit, "a call took too long")
        self._send(Kind.CALL, call.encoded)

    def cancel(self, time_limit: float) -> None:
        """Nobody wants the present call any more. A worker that isn't free within `time_limit` seconds is killed."""
        self.call = None
        self._set_alarm(time_limit, "a cancel was ignored")
        self._send(Kind.CANCEL)
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(INTERRUPT)

    def close(self) -> None:
        """Have the worker, which is free, exit."""
        self.closing = True
        if self._transport is not None:
            self._transport.close()

    def kill(self, death: str) -> None:
        """End the process at once, with everything that it has started.

        Args:
            death: The reason, for the log.
        """
        self._death = self._death or death
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def reap(self) -> str:
        """Wait until the process has ended, which must have been lost, closed or killed, and say how it did."""
        if self._process is None:
            return "not started"
        if self._transport is not None:
            self._transport.close()
        try:
            async with asyncio.timeout(EXIT_SECONDS):
                exit_code = await self._process.wait()
        except TimeoutError:
            self.kill("it did not exit")
            exit_code = await self._process.wait()
        return self._death or name_ending(exit_code)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of `asyncio.BufferedProtocol`."""
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - a frame knows better than the loop how long it is
        """Part of `asyncio.BufferedProtocol`."""
        return self._frames.space()

    def buffer_updated(self, nbytes: int) -> None:
        """Part of `asyncio.BufferedProtocol`."""
        for kind, content in self._frames.advance(nbytes):
            if kind is Kind.CHUNK:
                if self.call is not None:
                    self.call.add(content)
            elif self.ready_at is None:
                self._finish_loading(kind, content)
            else:
                self._finish_call(kind, content)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - however it went, it's gone
        """Part of `asyncio.BufferedProtocol`."""
        self._clear_alarm()
        self.free_since = None
        if not self._loaded.done():
            self._loaded.set_exception(EngineFailed(self._place.name))
        if self.call is not None:
            self.call.finish(EngineFailed(self._place.name))
            self.call = None
        self.lost.set_result(None)

    def _finish_loading(self, kind: Kind, content: bytes) -> None:
        self._clear_alarm()
        error = self._error(kind, content)
        if error is not None:
            self._loaded.set_exception(error)
            return
        self.ready_at = self._loop.time()
        self._loaded.set_result(None)
        self._become_free()

    def _finish_call(self, kind: Kind, content: bytes) -> None:
        self._clear_alarm()
        call, self.call = self.call, None
        error = self._error(kind, content)
        self._become_free()
        if call is not None:
            call.finish(error)

    def _become_free(self) -> None:
        self.free_since = self._loop.time()
        self._on_free(self)

    def _error(self, kind: Kind, content: bytes) -> SonantError | None:
        if kind is Kind.REFUSED:
            return cast(SonantError, pickle.loads(content))  # noqa: S301 - written by a worker that this server started
        if kind is Kind.FAILED:
            failure = cast(Failure, pickle.loads(content))  # noqa: S301 - likewise
            _log.error("engine failed", engine=self._place.name, error=failure.error, where=failure.where)
            return EngineFailed(self._place.name)
        return None

    def _send(self, kind: Kind, content: bytes = b"") -> None:
        if self._transport is not None:
            self._transport.write(encode_header(kind, len(content)) + content)

    def _set_alarm(self, seconds: float, death: str) -> None:
        self._clear_alarm()
        self._alarm = self._loop.call_later(seconds, self.kill, death)

    def _clear_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None


async def _start_process(place: EnginePlace, connection: socket.socket) -> Process:
    number = connection.fileno()
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # the folder that the server was started in is no place to import from
        "-m",
        "sonant.runtime.worker",
        str(number),
        str(os.getpid()),
        place.name,
        place.reference,
        str(place.models),
        stdin=DEVNULL,
        stdout=DEVNULL,  # C libraries print what they can't speak
        stderr=DEVNULL,
        env=_environment(os.environ),
        pass_fds=(number,),
        start_new_session=True,
    )


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """The server's environment without its secrets, and with what keeps an engine to one thread."""
    return {name: value for name, value in ours.items() if not name.startswith(PRIVATE_PREFIX)} | WORKER_ENVIRONMENT
