import asyncio
import gc
import threading
import time

import pytest

from sonant.services.threads import to_its_end


async def test_the_function_runs_elsewhere_and_its_value_comes_back():
    assert await to_its_end(threading.get_ident) != threading.get_ident()
    assert await to_its_end(divmod, 7, 2) == (3, 1)


async def test_what_the_function_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        await to_its_end(divmod, 1, 0)


@pytest.mark.parametrize("cancellations", [1, 5])
async def test_who_waits_learns_of_being_cancelled_only_when_the_function_has_returned(cancellations):
    ended = []

    def work():
        time.sleep(0.05)
        ended.append(True)

    waiting = asyncio.create_task(to_its_end(work))
    for _ in range(cancellations):
        await asyncio.sleep(0.002)
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == [True]


async def test_an_error_of_a_function_whose_caller_was_cancelled_goes_unheard(caplog):
    def fail():
        time.sleep(0.01)
        raise ZeroDivisionError

    waiting = asyncio.create_task(to_its_end(fail))
    await asyncio.sleep(0.002)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    del waiting
    gc.collect()
    assert caplog.records == []
