"""Deleting bytes that no row names any more."""

from itertools import islice

from sonant.store.blobs import BlobStore, forget_blob, list_unnamed
from sonant.store.database import Database

_BATCH = 500


def forget(db: Database, store: BlobStore, digest: str) -> None:
    """Delete a blob unless something still names it. What named it before must have been deleted and committed."""
    with db.begin() as tx:
        forget_blob(tx, store, digest)


def sweep(db: Database, store: BlobStore) -> int:
    """Delete what a crash left behind. May run while others record.

    Returns:
        How many blobs nothing named.
    """
    store.delete_unfinished()
    digests, deleted = store.digests(), 0
    while batch := list(islice(digests, _BATCH)):
        with db.connect() as tx:
            unnamed = list_unnamed(tx, batch)
        for digest in unnamed:
            forget(db, store, digest)
        deleted += len(unnamed)
    return deleted
