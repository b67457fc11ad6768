import errno
import faulthandler
import os
import signal
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import psutil
import pytest

from sonant.core.errors import UnsupportedLanguage
from sonant.enginekit.failure import Failure
from sonant.enginekit.forked import ChildFailed, Emit, forked


def emit_one(emit: Emit[int]) -> None:
    emit(1)


def descriptors() -> int:
    return psutil.Process().num_fds()


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    before = descriptors()
    yield
    assert descriptors() == before
    assert psutil.Process().children() == []


def test_yields_what_the_work_emits_in_order() -> None:
    def work(emit: Emit[object]) -> None:
        for item in (1, "two", None, [3.0]):
            emit(item)

    assert list(forked(work)) == [1, "two", None, [3.0]]


def test_work_that_emits_nothing_yields_nothing() -> None:
    def work(_emit: Emit[int]) -> None:
        pass

    assert list(forked(work)) == []


def test_items_larger_than_a_pipe_arrive_whole() -> None:
    samples = np.random.default_rng(7).standard_normal((1, 500_000)).astype(np.float32)

    def work(emit: Emit[npt.NDArray[np.float32]]) -> None:
        emit(samples)
        emit(samples * 2)

    first, second = forked(work)

    assert np.array_equal(first, samples)
    assert np.array_equal(second, samples * 2)


def test_an_item_arrives_before_the_work_is_done() -> None:
    def work(emit: Emit[int]) -> None:
        emit(1)
        time.sleep(60)

    items = forked(work)

    assert next(items) == 1
    items.close()


def test_every_call_starts_from_the_same_state() -> None:
    state = [0]

    def work(emit: Emit[int]) -> None:
        state[0] += 1
        emit(state[0])

    assert [next(iter(list(forked(work)))) for _ in range(3)] == [1, 1, 1]
    assert state == [0]


def test_nothing_is_forked_before_the_first_item_is_asked_for() -> None:
    forked(emit_one)

    assert psutil.Process().children() == []


def test_closing_ends_the_child_at_once_and_takes_it_away() -> None:
    def work(emit: Emit[int]) -> None:
        emit(os.getpid())
        time.sleep(60)

    items = forked(work)
    child = psutil.Process(next(items))

    began_at = time.perf_counter()
    items.close()

    assert time.perf_counter() - began_at < 0.1
    assert not child.is_running()


def test_a_refusal_passes_through_after_what_came_before_it() -> None:
    def work(emit: Emit[int]) -> None:
        emit(1)
        raise UnsupportedLanguage("It does not speak Klingon.")

    items = forked(work)

    assert next(items) == 1
    with pytest.raises(UnsupportedLanguage, match="Klingon"):
        next(items)


def test_any_other_error_tells_its_type_and_place_but_not_its_message() -> None:
    def work(_emit: Emit[int]) -> None:
        raise ValueError("what the caller said")

    with pytest.raises(ChildFailed) as caught:
        list(forked(work))

    assert caught.value.failure.error == "ValueError"
    assert caught.value.failure.where[-1].endswith(" work")
    assert __file__ in caught.value.failure.where[-1]
    assert "said" not in f"{caught.value} {caught.value.failure}"
    assert Failure.of(caught.value) == caught.value.failure


@pytest.mark.parametrize(("number", "name"), [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGTERM, "SIGTERM")])
def test_a_crash_names_its_signal_and_ends_the_child_alone(number: int, name: str) -> None:
    def work(emit: Emit[int]) -> None:
        faulthandler.disable()  # pytest's
        emit(1)
        os.kill(os.getpid(), number)

    items = forked(work)

    assert next(items) == 1
    with pytest.raises(ChildFailed) as caught:
        next(items)
    assert caught.value.failure == Failure(name)


def test_an_exit_of_the_library_is_a_failure_with_its_code() -> None:
    def work(_emit: Emit[int]) -> None:
        os._exit(3)

    with pytest.raises(ChildFailed, match="exit code 3"):
        list(forked(work))


def test_an_exit_in_the_middle_of_an_item_is_a_failure_too() -> None:
    write = os.write

    def write_some_and_exit(descriptor: int, content: memoryview) -> int:
        write(descriptor, content[:9])
        os._exit(4)

    def work(emit: Emit[str]) -> None:
        setattr(os, "write", write_some_and_exit)  # noqa: B010 - in the child only
        emit("an item longer than nine bytes")

    with pytest.raises(ChildFailed, match="exit code 4"):
        list(forked(work))


def test_what_can_not_be_pickled_is_a_failure() -> None:
    def work(emit: Emit[object]) -> None:
        emit(work)

    with pytest.raises(ChildFailed):
        list(forked(work))


def test_a_fork_that_is_refused_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(os, "fork", refuse)

    with pytest.raises(BlockingIOError):
        list(forked(emit_one))


def test_forking_costs_milliseconds_not_more() -> None:
    durations = []
    for _ in range(20):
        began_at = time.perf_counter()
        list(forked(emit_one))
        durations.append(time.perf_counter() - began_at)

    assert min(durations) < 0.02
