from collections.abc import Iterator

import pytest

from serving import Served, serving
from sonant.store.database import Database


@pytest.fixture
def db(tmp_path) -> Iterator[Database]:
    """An empty database of the newest schema."""
    database = Database(f"sqlite:///{tmp_path / 'sonant.db'}")
    database.migrate()
    yield database
    database.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Served]:
    """A real server that speaks TLS, too. It ends with its module: other tests count this process's children."""
    with serving(tmp_path_factory.mktemp("data"), settings={"SONANT_TLS": "true"}) as served:
        yield served
