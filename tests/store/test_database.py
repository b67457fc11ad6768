import subprocess
import sys
import threading
import time

import pytest
from alembic import command, config
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from databases import POSTGRESQL
from sonant.store.database import Database, latest_revision
from sonant.store.schema import accounts, blobs, metadata


def account(account_id):
    return {"account_id": account_id, "name": "Ada", "credits_used": 0, "created_at": 1.0}


def differences(tx) -> list:
    context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
    return compare_metadata(context, metadata)


def test_a_new_database_has_the_tables_of_the_schema(db):
    with db.connect() as tx:
        assert differences(tx) == []


def test_migrations_build_the_same_from_an_empty_database(tmp_path):
    db = Database(f"sqlite:///{tmp_path / 'new.db'}")
    with db.begin() as tx:
        settings = config.Config(attributes={"connection": tx})
        settings.set_main_option("script_location", "sonant.store:migrations")
        command.upgrade(settings, "head")
    db.migrate()
    with db.connect() as tx:
        assert differences(tx) == []
        made = set(tx.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    assert made == {*metadata.tables, "alembic_version"}
    db.close()


def test_the_latest_revision_is_the_head_of_the_migrations():
    settings = config.Config()
    settings.set_main_option("script_location", "sonant.store:migrations")
    assert ScriptDirectory.from_config(settings).get_heads() == [latest_revision()]


def test_a_database_that_is_up_to_date_is_recognised_in_five_milliseconds_without_alembic(tmp_path, empty_sqlite):
    program = """
import sys, time
from sonant.store.database import Database
times = []
for _ in range(5):
    db = Database(sys.argv[1])
    begin = time.perf_counter()
    db.migrate()
    times.append(time.perf_counter() - begin)
print(min(times), "alembic" in sys.modules)
"""
    output = subprocess.check_output([sys.executable, "-c", program, f"sqlite:///{empty_sqlite}"], text=True)
    seconds, imported = output.split()
    assert float(seconds) < 0.005
    assert imported == "False"


def test_two_processes_may_migrate_the_same_empty_database(tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    program = "import sys; from sonant.store.database import Database; Database(sys.argv[1]).migrate()"
    processes = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(3)]
    assert [process.wait(30) for process in processes] == [0, 0, 0]


def test_a_database_of_a_newer_version_is_refused(db):
    with db.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RuntimeError, match="newer version"):
        db.migrate()


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path, monkeypatch):
    db = Database(f"sqlite:///{tmp_path / 'new.db'}")
    create = metadata.create_all

    def fail(*args):
        create(*args)
        raise OSError("disk full")

    monkeypatch.setattr(metadata, "create_all", fail)
    with pytest.raises(OSError, match="disk full"):
        db.migrate()
    monkeypatch.undo()
    db.migrate()
    with db.connect() as tx:
        assert tx.execute(select(accounts)).all() == []
    db.close()


def test_a_transaction_that_raises_is_rolled_back(db):
    def write_twice():
        with db.begin() as tx:
            tx.execute(insert(accounts), [account("a")])
            tx.execute(insert(accounts), [account("a")])

    with pytest.raises(IntegrityError):
        write_twice()
    with db.connect() as tx:
        assert tx.execute(select(accounts)).all() == []


def test_a_reader_sees_one_state_of_the_database_while_others_write(tmp_path, empty_sqlite):
    (tmp_path / "a.db").write_bytes(empty_sqlite.read_bytes())
    db = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with db.connect() as reading:
        assert reading.execute(select(accounts)).all() == []
        with db.begin() as writing:
            writing.execute(insert(accounts), [account("a")])
        assert reading.execute(select(accounts)).all() == []
    with db.connect() as reading:
        assert len(reading.execute(select(accounts)).all()) == 1
    db.close()


def test_forty_threads_write_without_losing_or_refusing_anything(db):
    with db.begin() as tx:
        tx.execute(insert(accounts), [account("a")])
    failures = []

    def add():
        try:
            for _ in range(5):
                with db.begin() as tx:
                    used = tx.execute(select(accounts.c.credits_used).with_for_update()).scalar_one()
                    tx.execute(accounts.update().values(credits_used=used + 1))
        except Exception as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=add) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with db.connect() as tx:
        assert tx.execute(select(accounts.c.credits_used)).scalar_one() == 200


def test_a_writer_waits_for_one_in_another_process(tmp_path, empty_sqlite):
    (tmp_path / "a.db").write_bytes(empty_sqlite.read_bytes())
    url = f"sqlite:///{tmp_path / 'a.db'}"
    program = """
import sys, time
from sonant.store.database import Database
with Database(sys.argv[1]).begin():
    print("writing", flush=True)
    time.sleep(0.3)
"""
    db = Database(url)
    with subprocess.Popen([sys.executable, "-c", program, url], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "writing\n"
        begin = time.perf_counter()
        with db.begin() as tx:
            tx.execute(insert(accounts), [account("a")])
        assert time.perf_counter() - begin > 0.1
    db.close()


def test_foreign_keys_are_enforced(db):
    with pytest.raises(IntegrityError), db.begin() as tx:
        tx.execute(text("INSERT INTO single_use_tokens VALUES (:h, 'x', 'nobody', NULL, 0)"), {"h": b"h"})


def test_commits_on_sqlite_are_synchronous(tmp_path, empty_sqlite):
    (tmp_path / "a.db").write_bytes(empty_sqlite.read_bytes())
    db = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with db.connect() as tx:
        assert tx.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert tx.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
    db.close()


def test_errors_do_not_show_what_was_to_be_written(tmp_path, empty_sqlite):
    (tmp_path / "a.db").write_bytes(empty_sqlite.read_bytes())
    db = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(IntegrityError) as caught, db.begin() as tx:
        tx.execute(insert(blobs), [{"digest": "secret", "size_bytes": None}])
    assert "secret" not in str(caught.value)
    db.close()


def test_postgresql_is_tested_too():
    if not POSTGRESQL:
        pytest.skip("needs a local `postgres` and the extra `postgres`")
    assert Database("postgresql://localhost/sonant")
