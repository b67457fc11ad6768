"""Errors become HTTP statuses and close codes in one place."""

import pytest

from sonant.api.errors import HTTP_STATUS, close_code, error_response, http_status
from sonant.core import errors
from sonant.core.errors import SonantError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SonantError)]


def error_of(kind: type[SonantError]) -> SonantError:
    return kind.__new__(kind, "Something is wrong.")


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_status_and_a_word_of_its_own_or_its_parents(kind):
    status = http_status(error_of(kind))

    assert 400 <= status < 600
    assert status in HTTP_STATUS.values()
    assert kind.status.replace("_", "").isalpha()


def test_no_permanent_condition_has_a_status_that_clients_retry():
    retried = {kind for kind in KINDS if http_status(error_of(kind)) in (408, 409, 429)}

    assert retried == {errors.EngineBusy}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.EmptyText, 1008),
        (errors.VoiceNotFound, 1008),
        (errors.Unauthorized, 1008),
        (errors.QuotaExceeded, 1008),
        (errors.EngineBusy, 1013),
        (errors.EngineFailed, 1011),
        (errors.EngineUnavailable, 1011),
        (errors.SonantError, 1011),
    ],
)
def test_a_socket_closes_with_a_code_that_says_whether_to_try_again(kind, code):
    assert close_code(error_of(kind)) == code


def test_every_error_body_has_an_id_of_its_own_and_a_busy_one_says_when_to_come_back():
    one, other = error_response(429, "system_busy", "Busy."), error_response(500, "engine_failed", "Failed.")

    assert one.headers["x-request-id"] != other.headers["x-request-id"]
    assert one.headers["retry-after"] == "1"
    assert "retry-after" not in other.headers
