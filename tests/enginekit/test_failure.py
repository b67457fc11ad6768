import signal

import pytest

from sonant.enginekit.failure import DEEPEST_PLACES, Failure, name_ending


def _fall(depth: int) -> None:
    if depth:
        _fall(depth - 1)
    raise KeyError("what the caller said")


def test_a_failure_names_the_type_and_the_deepest_places_and_no_message() -> None:
    with pytest.raises(KeyError) as caught:
        _fall(20)

    failure = Failure.of(caught.value)

    assert failure.error == "KeyError"
    assert len(failure.where) == DEEPEST_PLACES
    assert all(place.endswith(" _fall") for place in failure.where)
    assert "said" not in str(failure)


def test_an_error_that_was_never_raised_has_no_places() -> None:
    assert Failure.of(ValueError("what the caller said")) == Failure("ValueError", ())


@pytest.mark.parametrize(
    ("exit_code", "name"),
    [(0, "exit code 0"), (3, "exit code 3"), (-11, "SIGSEGV"), (-signal.SIGRTMIN - 2, "signal 36")],
)
def test_an_ending_has_a_name(exit_code: int, name: str) -> None:
    assert name_ending(exit_code) == name
