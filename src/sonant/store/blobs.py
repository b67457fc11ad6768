"""Stored bytes, named by their SHA-256: what a place that keeps them can do, and when bytes come and go.

Rows and bytes can't change in one step, so their order is fixed. A row that names a blob is committed only when the
bytes are safe; bytes are deleted only when no committed row names them, while the blob's own row is locked against new
names. So at every moment, also after a crash, what a row names is there. Bytes that nothing names may be left behind:
sweeping finds them.
"""

from collections.abc import Iterator, Sequence
from typing import IO, Protocol

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import IntegrityError

from sonant.store.schema import blobs, metadata

_ADD_AND_LOCK = text(
    "INSERT INTO blobs (digest, size_bytes) VALUES (:digest, :size_bytes)"
    " ON CONFLICT (digest) DO UPDATE SET size_bytes = excluded.size_bytes"
)
_ADD_IF_ABSENT = text("INSERT INTO blobs (digest, size_bytes) VALUES (:digest, 0) ON CONFLICT (digest) DO NOTHING")


class BlobWriter(Protocol):
    """Takes the bytes of one blob. Used by one thread at a time."""

    @property
    def size_bytes(self) -> int:
        """How much was written."""
        ...

    def write(self, content: bytes, /) -> None:
        """Append."""
        ...

    def seal(self) -> str:
        """Put the bytes where they stay, durably, and return their digest. May take long; once is enough.

        Until a row names them, sweeping may delete them again.
        """
        ...

    def commit(self) -> None:
        """Make sure that the sealed bytes are there, as the transaction that names them is about to say.

        Takes a moment, unless they were deleted meanwhile and have to be put there again.
        """
        ...

    def discard(self) -> None:
        """Let go of what the writer itself holds; call it in the end, whatever happened. Calling it again does nothing.

        Bytes that were not sealed are gone then.
        """
        ...


class BlobStore(Protocol):
    """A place that keeps blobs."""

    def writer(self) -> BlobWriter:
        """For the bytes of one new blob. Whoever takes it calls `discard` in the end."""
        ...

    def open(self, digest: str, /) -> IO[bytes]:
        """Read a blob from its beginning.

        Raises:
            FileNotFoundError: It was deleted.
        """
        ...

    def delete(self, digest: str, /) -> None:
        """Delete a blob, if it is there."""
        ...

    def digests(self) -> Iterator[str]:
        """Every blob that is kept, in no order."""
        ...

    def delete_unfinished(self) -> None:
        """Delete what writers left behind that no longer live."""
        ...


def keep_blob(tx: Connection, writer: BlobWriter) -> str:
    """Give a writer's bytes a row, and return their digest. Rows that name it may follow in this transaction.

    Call `writer.seal` before the transaction begins: in it, other writers of the database would wait.
    """
    digest = writer.seal()
    # First the row, and with it the lock that `forget_blob` waits for; then the bytes.
    tx.execute(_ADD_AND_LOCK, {"digest": digest, "size_bytes": writer.size_bytes})
    writer.commit()
    return digest


def forget_blob(tx: Connection, store: BlobStore, digest: str) -> None:
    """Delete a blob that no row names; one that is still named stays.

    The transaction that deleted the last row that named it must have been committed before.
    """
    # An orphan has no row: it gets one, for a row waits for, and makes wait, whoever is just keeping the same bytes.
    tx.execute(_ADD_IF_ABSENT, {"digest": digest})
    try:
        with tx.begin_nested():
            locked = tx.execute(delete(blobs).where(blobs.c.digest == digest)).rowcount
    except IntegrityError:
        return
    if locked:  # if not, somebody else has just forgotten it, and a third may be keeping it again
        store.delete(digest)


def list_unnamed(tx: Connection, digests: Sequence[str]) -> list[str]:
    """Those of the digests that no row of any table names, in no order."""
    named: set[str] = set()
    for table in metadata.tables.values():
        for key in table.foreign_keys:
            if key.column is blobs.c.digest:
                named.update(tx.execute(select(key.parent).where(key.parent.in_(digests))).scalars())
    return list(set(digests) - named)
