import pickle

import pytest

from sonant.core import errors


def every_kind(kind: type = errors.SonantError) -> list[type[errors.SonantError]]:
    return [kind, *(deeper for sub in kind.__subclasses__() for deeper in every_kind(sub))]


ARGUMENTS = {
    errors.TextTooLong: (11, 10),
    errors.EmptyText: (),
    errors.MissingKey: (),
    errors.QuotaExceeded: (5, 3),
}


@pytest.mark.parametrize("kind", [kind for kind in every_kind() if kind.__module__ == errors.__name__])
def test_every_error_crosses_process_boundaries_unchanged(kind):
    error = kind(*ARGUMENTS.get(kind, ("some words",)))

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is kind
    assert copy.message == str(copy) == error.message
    assert vars(copy) == vars(error)
    assert copy.status == kind.status


def test_status_words_are_distinct():
    words = [kind.status for kind in every_kind() if kind.__module__ == errors.__name__]

    assert len(words) == len(set(words))
