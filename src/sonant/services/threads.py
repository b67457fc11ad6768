"""Waiting work in a thread, where giving up halfway would do harm."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


async def to_its_end(function: Callable[[*Ts], T], *args: *Ts, executor: Executor | None = None) -> T:
    """Run a function in a thread. Who waits for it may be cancelled, but only learns it when the function has returned.

    So whatever the function works on is at rest when the caller cleans up.

    Args:
        function: What to run.
        args: What to call it with.
        executor: Whose threads; None is the event loop's own.
    """
    working = asyncio.get_running_loop().run_in_executor(executor, function, *args)
    cancelled: asyncio.CancelledError | None = None
    while not working.done():
        try:
            await asyncio.wait([working])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        working.exception()  # nobody is left to hear of it, which asyncio would otherwise log
        raise cancelled
    return working.result()
