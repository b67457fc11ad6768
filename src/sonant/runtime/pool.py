"""The worker processes of one engine, and the callers that wait for them."""

import asyncio
import os
from collections import deque
from copy import copy
from dataclasses import dataclass, field

import structlog

from sonant.core.errors import EngineBusy, EngineFailed, EngineUnavailable, SonantError
from sonant.runtime.calls import PendingCall
from sonant.runtime.host import EngineLoad
from sonant.runtime.links import EnginePlace, WorkerLink

STOPPING = "The server is stopping."
PAUSE_SECONDS = 5.0
"""An engine that couldn't be loaded isn't tried again before this time has passed."""
SETTLED_SECONDS = 1.0
"""A worker that dies idle in less, without having had a call, is taken for one that can't be loaded."""

_log = structlog.get_logger(__name__)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """What one engine may take. Times in seconds.

    Attributes:
        workers: Processes, started as they are needed; at least 1.
        queue: Callers that may wait beyond those that are served.
        load_timeout: To load.
        call_timeout: For one call, from when a worker begins it.
        cancel_timeout: To obey a cancel.
        idle_timeout: A worker without work for longer goes, so that its memory is free for others.
    """

    workers: int = field(default_factory=_cores)
    queue: int = 64
    load_timeout: float = 120.0
    call_timeout: float = 120.0
    cancel_timeout: float = 2.0
    idle_timeout: float = 900.0


class EnginePool:
    """Gives calls to workers, first come, first served; starts workers when there is work, and replaces those that die.

    To be used within one event loop, the one that runs when workers start.
    """

    def __init__(self, place: EnginePlace, limits: PoolLimits) -> None:
        self._place = place
        self._limits = limits
        self._links: list[WorkerLink] = []
        self._free: deque[WorkerLink] = deque()  # the one that was used last is used next; the others may retire
        self._queue: deque[PendingCall] = deque()
        self._lives: set[asyncio.Task[None]] = set()
        self._refusal: SonantError | None = None
        self._paused_until = 0.0
        self._kept = 0
        self._retirement: asyncio.TimerHandle | None = None
        self._stopping = False
        self._restarts = self._calls = self._failures = 0

    def warm(self) -> None:
        """Have one worker ready from now on, and keep it however long it's idle."""
        self._kept = 1
        if not self._links:
            self._start_worker()

    def submit(self, encoded: bytes, *, admitted: bool = False) -> PendingCall:
        """Give a pickled call to a worker, now or as soon as one is free; `admitted` ones however many wait already.

        Raises:
            EngineUnavailable: The server is stopping.
            EngineBusy: Too many wait already.
        """
        if self._stopping:
            raise EngineUnavailable(STOPPING)
        present = len(self._queue) + sum(link.call is not None for link in self._links)
        if not admitted and present >= self._limits.workers + self._limits.queue:
            raise EngineBusy(f"The engine {self._place.name} has too much to do; try again in a moment.")
        call = PendingCall(encoded)
        self._calls += 1
        self._queue.append(call)
        self._dispatch()
        return call

    def abandon(self, call: PendingCall) -> None:
        """The caller wants no more of a call."""
        if call.over:
            return
        if call in self._queue:
            self._queue.remove(call)
        for link in self._links:
            if link.call is call:
                link.cancel(self._limits.cancel_timeout)

    def count_failure(self) -> None:
        """A caller got `EngineFailed`."""
        self._failures += 1

    def load(self) -> EngineLoad:
        """How occupied the engine is."""
        ready = [link for link in self._links if link.ready_at is not None and not link.lost.done()]
        busy = sum(link.free_since is None for link in ready)
        return EngineLoad(len(ready), busy, len(self._queue), self._restarts, self._calls, self._failures)

    async def stop(self, grace: float) -> None:
        """Let the admitted calls end for at most `grace` seconds, then cut them off, and leave no process behind."""
        self._stopping = True
        if self._retirement is not None:
            self._retirement.cancel()
        self._dispatch()
        if self._lives:
            await asyncio.wait(self._lives, timeout=grace)
        for call in [*self._queue, *(link.call for link in self._links if link.call is not None)]:
            call.finish(EngineUnavailable(STOPPING))
        self._queue.clear()
        for link in self._links:
            link.closing = True
            link.kill(STOPPING)
        if self._lives:
            await asyncio.wait(self._lives)

    def _dispatch(self) -> None:
        """Bring calls and workers together. To be called whenever there is one more of either."""
        while self._queue and self._free:
            link = self._free.pop()
            if not link.lost.done():  # it may have been lost a moment ago, before anybody could see to that
                link.run(self._queue.popleft(), self._limits.call_timeout)
        loading = sum(link.ready_at is None for link in self._links)
        for _ in range(len(self._queue) - loading):
            self._start_worker()
        while self._queue and not self._links:  # none may be started: the engine couldn't be loaded a moment ago
            self._queue.popleft().finish(copy(self._refusal))
        if self._stopping and not self._queue:
            self._dismiss()
        elif self._free:
            self._plan_retirement()

    def _dismiss(self) -> None:
        """Send away every worker that does nothing for anybody."""
        for link in self._links:
            if link.ready_at is None:
                link.closing = True
                link.kill(STOPPING)
        while self._free:
            self._free.pop().close()

    def _start_worker(self) -> bool:
        if len(self._links) >= self._limits.workers or self._is_paused():
            return False
        link = WorkerLink(self._place, self._welcome)
        self._links.append(link)
        life = asyncio.get_running_loop().create_task(self._tend(link))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)
        return True

    def _welcome(self, link: WorkerLink) -> None:
        self._free.append(link)
        self._dispatch()

    async def _tend(self, link: WorkerLink) -> None:
        """A worker's life, from its start until nothing of it is left."""
        refusal = None
        try:
            try:
                await link.open(self._limits.load_timeout)
                await link.lost
            except SonantError as error:
                refusal = error
            self._part_with(link, refusal)
            ending = await link.reap()
        except asyncio.CancelledError:
            link.kill("the event loop ended")
            raise
        if refusal is not None and not link.closing:
            _log.error("engine not loaded", engine=self._place.name, ending=ending, reason=refusal.message)
        else:
            log = _log.info if link.closing else _log.warning
            log("engine worker ended", engine=self._place.name, ending=ending, calls=link.calls)

    def _part_with(self, link: WorkerLink, refusal: SonantError | None) -> None:
        """A worker is gone: see to those who wait for one, and replace it if it has been of use."""
        self._links.remove(link)
        if link in self._free:
            self._free.remove(link)
        now = asyncio.get_running_loop().time()
        if refusal is None and not link.closing and not link.calls and now - (link.ready_at or now) < SETTLED_SECONDS:
            refusal = EngineFailed(self._place.name)
        if refusal is not None:
            self._refusal = refusal
            self._paused_until = now + PAUSE_SECONDS
        elif not link.closing and not self._stopping:
            self._restarts += self._start_worker()
        self._dispatch()

    def _plan_retirement(self) -> None:
        if self._retirement is None and self._spare() > 0:
            at = (self._free[0].free_since or 0.0) + self._limits.idle_timeout
            self._retirement = asyncio.get_running_loop().call_at(at, self._retire)

    def _retire(self) -> None:
        """Send away the workers that have had nothing to do for long."""
        self._retirement = None
        since = asyncio.get_running_loop().time() - self._limits.idle_timeout
        while self._free and self._spare() > 0 and (self._free[0].free_since or 0.0) <= since:
            self._free.popleft().close()
        if self._free:
            self._plan_retirement()

    def _spare(self) -> int:
        """How many workers there are beyond those that are kept whatever happens."""
        return sum(not link.closing for link in self._links) - self._kept

    def _is_paused(self) -> bool:
        return asyncio.get_running_loop().time() < self._paused_until
