"""Where rows live: SQLite by default, PostgreSQL by URL, the same code for both.

Functions of the store are given a transaction and never commit; whoever opened it does, by leaving its `with` block.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import resources
from typing import Any

import orjson
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    make_url,
    select,
    text,
)

from sonant.store.schema import metadata

_WRITES = "sonant_writes"
_BUSY_TIMEOUT_MS = 10_000
_CONNECTIONS = 16
_CACHE_KIB = 512  # of each connection; the operating system keeps the file's pages once for all
_MIGRATIONS = "sonant.store.migrations"
_VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
_MIGRATION_LOCK = 7_366_829_016  # of PostgreSQL's advisory locks: any number that nobody else uses


class Database:
    """A pool of connections that any thread may use.

    On SQLite every commit is on disk before it returns (WAL, synchronous=FULL), writers of this process queue in
    the order they came, and those of other processes wait for up to ten seconds.

    Args:
        url: `sqlite:////absolute/path.db` or `postgresql://user:password@host/name`.

    Raises:
        ModuleNotFoundError: The URL is PostgreSQL's, and `psycopg` (the extra `postgres`) isn't installed.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(make_url(url))
        self._writing_engine = self._engine.execution_options(**{_WRITES: True})
        self._turn: AbstractContextManager[object] = threading.RLock() if self._is_sqlite else nullcontext()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end of the block, rolled back when it raises."""
        with self._turn, self._writing_engine.begin() as tx:
            yield tx

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees one state of the database."""
        with self._engine.connect() as tx:
            yield tx

    def migrate(self) -> None:
        """Bring the tables up to date. A database that is up to date costs one query, an empty one no migration.

        Raises:
            RuntimeError: The database was made by a newer version of the program.
        """
        revision = self._revision()
        if revision == latest_revision():
            return
        if revision is not None and revision > latest_revision():
            raise RuntimeError("The database was made by a newer version of Sonant: install that one.")
        with self.begin() as tx:
            if not self._is_sqlite:
                tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            if self._revision_in(tx) is None:
                _create(tx)
            else:
                self._upgrade(tx)

    def _upgrade(self, tx: Connection) -> None:
        from alembic import command, config  # noqa: PLC0415 - 100 ms and 10 MiB that only an old database costs

        settings = config.Config(attributes={"connection": tx})
        settings.set_main_option("script_location", _MIGRATIONS.replace(".migrations", ":migrations"))
        command.upgrade(settings, "head")

    def close(self) -> None:
        """Close the pool's connections; those in use close when their transaction ends."""
        self._engine.dispose()

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _revision(self) -> str | None:
        with self.connect() as tx:
            return self._revision_in(tx)

    def _revision_in(self, tx: Connection) -> str | None:
        if not self._engine.dialect.has_table(tx, _VERSIONS.name):
            return None
        revision: str | None = tx.execute(select(_VERSIONS.c.version_num)).scalar()
        return revision


def _create(tx: Connection) -> None:
    """The tables of an empty database, as the last migration would leave them, and Alembic's note that it did."""
    metadata.create_all(tx)
    _VERSIONS.create(tx)
    tx.execute(insert(_VERSIONS).values(version_num=latest_revision()))


def latest_revision() -> str:
    """The revision that this version of the program needs, from the names of its migrations (`v0001_tables.py`)."""
    names = (entry.name for entry in resources.files(_MIGRATIONS).joinpath("versions").iterdir())
    return max(name[1:5] for name in names if name.startswith("v") and name.endswith(".py"))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=_CONNECTIONS,
        pool_use_lifo=True,  # few connections in use, with warm caches
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        hide_parameters=True,  # errors end up in logs, and parameters are text and keys
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_on_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver shall not begin transactions: `_begin_on_sqlite` does
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _begin_on_sqlite(connection: Connection) -> None:
    # A writer that began as a reader can't wait for another writer: SQLite would refuse it at once.
    writes = connection.get_execution_options().get(_WRITES, False)
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
