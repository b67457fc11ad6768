"""Databases for tests: SQLite always, PostgreSQL too where it and its driver are installed.

Test folders take these fixtures in by naming them in their `conftest.py`.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sonant.core.ids import new_id
from sonant.store.database import Database

POSTGRESQL = all([importlib.util.find_spec("psycopg"), shutil.which("initdb"), shutil.which("postgres")])


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file, to be copied: that is faster than to migrate for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    db = Database(f"sqlite:///{path}")
    db.migrate()
    db.close()
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running PostgreSQL that holds a migrated database named `migrated`; the URL of its `postgres` database."""
    folder = tmp_path_factory.mktemp("pg")
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    if os.getuid() == 0:  # as root, `initdb` and `postgres` refuse to work
        quiet["user"] = "nobody"
        shutil.chown(folder, "nobody")
        for parent in folder.parents[:2]:
            parent.chmod(0o755)
    data = folder / "data"
    subprocess.run(["initdb", "-D", data, "-U", "sonant", "--auth=trust", "--no-sync"], check=True, **quiet)
    with subprocess.Popen(["postgres", "-D", data, "-F", "-k", folder, "-c", "listen_addresses="], **quiet) as server:
        url = f"postgresql://sonant@/postgres?host={folder}"
        try:
            _wait_for(folder)
            _create_database(url, "migrated")
            db = Database(url.replace("/postgres?", "/migrated?"))
            db.migrate()
            db.close()
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # ends its clients' sessions, too


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRESQL else [])])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty, migrated database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "sonant.db")
        return f"sqlite:///{tmp_path / 'sonant.db'}"
    url: str = request.getfixturevalue("postgresql")
    name = new_id().lower()
    _create_database(url, name, "TEMPLATE migrated")
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    database = Database(database_url)
    yield database
    database.close()


def _create_database(url: str, name: str, how: str = "") -> None:
    subprocess.run(["psql", "-q", url, "-c", f'CREATE DATABASE "{name}" {how}'], check=True)


def _wait_for(folder: Path) -> None:
    for _ in range(400):
        if subprocess.run(["pg_isready", "-q", "-h", folder], check=False).returncode == 0:
            return
        time.sleep(0.02)
    raise RuntimeError("PostgreSQL didn't start")
