"""What this server documents, against what its clients expect (`contract.json`: facts about the API, no prose)."""

import json
from pathlib import Path

import pytest
from fastapi.openapi.utils import get_openapi

from contract.schemas import Document, differences
from sonant.app import create_app
from sonant.config import Settings

HERE = Path(__file__).parent

OPERATIONS = [
    ("post", "/v1/text-to-speech/{voice_id}"),
    ("post", "/v1/text-to-speech/{voice_id}/stream"),
    ("post", "/v1/text-to-speech/{voice_id}/with-timestamps"),
    ("post", "/v1/text-to-speech/{voice_id}/stream/with-timestamps"),
    ("post", "/v1/text-to-dialogue"),
    ("post", "/v1/text-to-dialogue/stream"),
    ("post", "/v1/text-to-dialogue/with-timestamps"),
    ("post", "/v1/text-to-dialogue/stream/with-timestamps"),
    ("get", "/v1/models"),
    ("get", "/v2/voices"),
    ("get", "/v1/voices/{voice_id}"),
    ("get", "/v1/voices/settings/default"),
    ("get", "/v1/voices/{voice_id}/settings"),
    ("post", "/v1/voices/{voice_id}/settings/edit"),
    ("get", "/v1/history"),
]


@pytest.fixture(scope="module")
def theirs() -> Document:
    return Document(json.loads((HERE / "contract.json").read_text()))


@pytest.fixture(scope="module")
def ours() -> Document:
    app = create_app(Settings())
    return Document(get_openapi(title=app.title, version=app.version, routes=app.routes))


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_parameter_is_taken_with_the_same_values_and_default(ours, theirs, method, path):
    mine, wanted = (document.parameters(document.operation(method, path)) for document in (ours, theirs))

    assert set(wanted) <= set(mine)
    assert [key for key, parameter in mine.items() if key not in wanted and parameter.get("required")] == []
    for key, parameter in wanted.items():
        assert mine[key].get("required", False) == parameter.get("required", False), key
        found = differences(ours, mine[key]["schema"], theirs, parameter["schema"], where=key[1], answer=False)
        assert list(found) == []


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_key_of_the_body_is_taken_with_the_same_values_and_default(ours, theirs, method, path):
    mine, wanted = (document.body(document.operation(method, path)) for document in (ours, theirs))
    if wanted is None:
        assert mine is None
        return

    assert mine is not None
    assert set(mine.get("required", ())) == set(wanted.get("required", ()))
    assert list(differences(ours, mine, theirs, wanted, where="body", answer=False)) == []


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_key_that_clients_read_is_in_the_answer(ours, theirs, method, path):
    wanted = theirs.answer(theirs.operation(method, path))
    mine = ours.answer(ours.operation(method, path))
    if wanted is None:
        assert mine is None
        return

    assert mine is not None
    assert list(differences(ours, mine, theirs, wanted, where="answer", answer=True)) == []


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_headers_that_clients_read_are_documented(ours, theirs, method, path):
    wanted = theirs.operation(method, path)["responses"]["200"].get("headers", {})

    assert set(wanted) <= set(ours.operation(method, path)["responses"]["200"].get("headers", {}))


def test_the_committed_document_is_what_the_server_documents():
    app = create_app(Settings())
    committed = json.loads((HERE.parents[1] / "docs" / "openapi.json").read_text())

    assert app.openapi() == committed, "run `make docs` and look at the difference"
