import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from sonant.enginekit.lifeline import INTERRUPT, Interrupted, interruptible, postpone_interrupts


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    mask, handler = signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.getsignal(INTERRUPT)
    yield
    signal.signal(INTERRUPT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    signal.signal(INTERRUPT, handler)


def interrupt() -> None:
    """As if the server had sent it: to a process with this one thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, INTERRUPT)


def test_an_interrupt_waits_until_work_can_be_interrupted() -> None:
    postpone_interrupts()
    interrupt()
    worked = sum(range(100_000))

    with pytest.raises(Interrupted), interruptible():
        time.sleep(60)

    assert worked == 4_999_950_000


def test_an_interrupt_ends_a_wait_that_has_begun() -> None:
    postpone_interrupts()
    read_end, write_end = os.pipe()
    sender = threading.Timer(0.05, interrupt)
    sender.start()

    with pytest.raises(Interrupted), interruptible():
        os.read(read_end, 1)

    sender.join()
    os.close(read_end)
    os.close(write_end)


def test_an_interrupt_of_earlier_work_is_forgotten() -> None:
    postpone_interrupts()
    interrupt()

    postpone_interrupts()

    with interruptible():
        time.sleep(0.01)


def test_interrupts_are_postponed_again_afterwards() -> None:
    postpone_interrupts()
    with interruptible():
        pass

    interrupt()

    assert INTERRUPT in signal.sigpending()


def test_a_process_whose_parent_is_gone_already_ends() -> None:
    orphan = "from sonant.enginekit.lifeline import die_with_parent; die_with_parent(1); print('alive')"

    ended = subprocess.run([sys.executable, "-c", orphan], capture_output=True, check=False)

    assert (ended.returncode, ended.stdout) == (1, b"")
