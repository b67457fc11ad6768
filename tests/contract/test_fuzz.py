"""Requests of every shape that the documentation allows, and of shapes that it doesn't: none may be a server error."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from sonant.app import create_app
from sonant.config import Settings

EXAMPLES = 6

SCHEMA = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.label for operation in OPERATIONS])
def test_no_request_is_a_server_error(operation, mode, server):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def ask(case):
        response = case.call(base_url=server.url, headers=server.headers, timeout=60)

        assert response.status_code < 500, response.text

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("nothing in such a request can be wrong")
