import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from sonant.store.blobs import forget_blob, keep_blob, list_unnamed
from sonant.store.files import FileBlobs
from sonant.store.schema import accounts, blobs, history_items


@pytest.fixture
def files(tmp_path):
    return FileBlobs(tmp_path / "blobs")


def sealed(files, content):
    writer = files.writer()
    writer.write(content)
    writer.seal()
    return writer


def item(history_item_id, digest):
    numbers = dict.fromkeys(("characters_from", "characters_to", "sample_rate", "duration", "created_at"), 1)
    texts = dict.fromkeys(("request_id", "source", "state", "model_id", "output_format", "text", "search_text"), "x")
    return {"history_item_id": history_item_id, "account_id": "a", "blob_digest": digest, **numbers, **texts}


def add_account(db):
    with db.begin() as tx:
        tx.execute(insert(accounts), [{"account_id": "a", "name": "Ada", "credits_used": 0, "created_at": 1.0}])


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def on_disk(files):
    return sorted(files.digests())


def test_a_blob_is_named_by_its_sha256_and_read_back_whole(files):
    content = os.urandom(300_000)
    writer = files.writer()
    for start in range(0, len(content), 7_001):
        writer.write(content[start : start + 7_001])
    assert writer.size_bytes == 300_000
    digest = writer.seal()
    writer.commit()
    assert digest == hashlib.sha256(content).hexdigest()
    with files.open(digest) as blob:
        assert blob.read() == content
    assert on_disk(files) == [digest]


def test_the_empty_blob_can_be_kept(files):
    writer = files.writer()
    digest = writer.seal()
    writer.commit()
    with files.open(digest) as blob:
        assert blob.read() == b""


def test_nothing_remains_of_a_blob_that_was_not_sealed(files, tmp_path):
    writer = files.writer()
    writer.write(b"half")
    assert on_disk(files) == []
    writer.discard()
    writer.discard()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_blob_deleted_between_sealing_and_committing_is_there_again(files):
    writer = sealed(files, b"content")
    files.delete(writer.seal())
    writer.commit()
    with files.open(writer.seal()) as blob:
        assert blob.read() == b"content"


def test_a_blob_deleted_and_made_again_meanwhile_is_waited_for_once_more(files, monkeypatch):
    writer = sealed(files, b"content")
    files.delete(writer.seal())
    sealed(files, b"content").discard()
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    writer.commit()
    assert len(synced) == 1


def test_a_writer_that_was_committed_can_be_discarded_without_harm(files):
    writer = sealed(files, b"whole")
    writer.commit()
    writer.discard()
    assert len(on_disk(files)) == 1


def test_no_file_stays_open(files):
    before = open_files()
    for content in (b"a", b"b"):
        sealed(files, content).commit()
        sealed(files, content).discard()
        files.writer().discard()
    assert open_files() == before


def test_deleting_what_is_not_there_is_no_error(files):
    files.delete("ab" * 32)
    with pytest.raises(FileNotFoundError):
        files.open("ab" * 32)


def test_sealing_waits_for_the_bytes_then_for_their_name_and_committing_waits_for_nothing(files, tmp_path, monkeypatch):
    synced = []
    fsync = os.fsync

    def watched(descriptor):
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((path.relative_to(tmp_path).parts, len(on_disk(files))))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    first = sealed(files, b"content")
    folder = ("blobs", first.seal()[:2])
    root, made, content, name = synced
    assert (root, made, name) == (((), 0), (("blobs",), 0), (folder, 1))
    assert (content[0][:2], content[1]) == (("blobs", "unfinished"), 0)
    del synced[:]
    first.commit()
    assert synced == []
    sealed(files, b"content").commit()
    assert synced == [(folder, 1)]


def test_only_the_owner_can_read_a_blob(files, tmp_path):
    sealed(files, b"private").commit()
    assert [path.stat().st_mode & 0o077 for path in tmp_path.rglob("*") if path.is_file()] == [0]


def test_what_a_killed_writer_left_is_deleted_and_what_a_living_one_writes_is_not(files, tmp_path):
    program = """
import os, pathlib, signal, sys
from sonant.store.files import FileBlobs
writer = FileBlobs(pathlib.Path(sys.argv[1])).writer()
writer.write(b"lost")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program, tmp_path / "blobs"], check=False)
    living = files.writer()
    living.write(b"alive")
    assert len(list(tmp_path.rglob("unfinished/*"))) == 2
    files.delete_unfinished()
    assert len(list(tmp_path.rglob("unfinished/*"))) == 1
    living.seal()
    living.commit()
    assert on_disk(files) == [hashlib.sha256(b"alive").hexdigest()]


def test_a_blob_that_a_row_names_is_not_forgotten(db, files):
    add_account(db)
    with db.begin() as tx:
        digest = keep_blob(tx, sealed(files, b"shared"))
        tx.execute(insert(history_items), [item("one", digest), item("two", digest)])
    for remaining in (1, 0):
        with db.begin() as tx:
            doomed = select(history_items.c.history_item_id).limit(1).scalar_subquery()
            tx.execute(delete(history_items).where(history_items.c.history_item_id == doomed))
        with db.begin() as tx:
            forget_blob(tx, files, digest)
        assert len(on_disk(files)) == remaining
    with db.connect() as tx:
        assert tx.execute(select(blobs)).all() == []


def test_keeping_the_same_bytes_again_leaves_one_blob_of_their_size(db, files):
    for _ in range(2):
        with db.begin() as tx:
            keep_blob(tx, sealed(files, b"twice"))
    assert len(on_disk(files)) == 1
    with db.connect() as tx:
        assert tx.execute(select(blobs.c.size_bytes)).scalars().all() == [5]


def test_unnamed_are_the_blobs_without_a_row_and_those_whose_row_nobody_names(db, files):
    add_account(db)
    with db.begin() as tx:
        named = keep_blob(tx, sealed(files, b"named"))
        tx.execute(insert(history_items), [item("one", named)])
        unnamed = keep_blob(tx, sealed(files, b"unnamed"))
    with db.connect() as tx:
        assert set(list_unnamed(tx, [named, unnamed, "0" * 64])) == {unnamed, "0" * 64}


def test_no_row_ever_names_a_missing_blob_while_others_delete_and_record_the_same_bytes(db, files):
    add_account(db)
    digest = hashlib.sha256(b"contended").hexdigest()
    missing, done = [], threading.Event()

    def record(name):
        for turn in range(15):
            key = f"{name}-{turn}"
            writer = sealed(files, b"contended")
            with db.begin() as tx:
                tx.execute(insert(history_items), [item(key, keep_blob(tx, writer))])
            try:
                files.open(digest).close()
            except FileNotFoundError:
                missing.append(key)
            with db.begin() as tx:
                tx.execute(delete(history_items).where(history_items.c.history_item_id == key))
            with db.begin() as tx:
                forget_blob(tx, files, digest)

    def sweep():
        while not done.is_set():
            with db.begin() as tx:
                forget_blob(tx, files, digest)

    recorders = [threading.Thread(target=record, args=(str(name),)) for name in range(4)]
    sweeper = threading.Thread(target=sweep)
    for thread in (*recorders, sweeper):
        thread.start()
    for thread in recorders:
        thread.join()
    done.set()
    sweeper.join()
    assert missing == []
    assert on_disk(files) == []
