"""Blobs as files: `ab/cdef...` under one folder, complete from the moment they can be seen.

The folder's file system has to know hard links.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from sonant.core.ids import new_id

_UNFINISHED = "unfinished"


class FileBlobs:
    """A blob store in a folder of this machine.

    Args:
        root: The folder; made when something is first written.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._durable_folders: set[str] = set()  # those that this process has seen reach the disk

    def writer(self) -> "FileBlobWriter":
        """For the bytes of one new blob."""
        return FileBlobWriter(self._root, self._durable_folders)

    def open(self, digest: str, /) -> IO[bytes]:
        """Read a blob from its beginning.

        Raises:
            FileNotFoundError: It was deleted.
        """
        return _path(self._root, digest).open("rb")

    def delete(self, digest: str, /) -> None:
        """Delete a blob, if it is there. Who is reading it reads on."""
        _path(self._root, digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """Every blob that is kept, in no order."""
        for folder in self._root.glob("[0-9a-f][0-9a-f]"):
            for file in folder.iterdir():
                yield folder.name + file.name

    def delete_unfinished(self) -> None:
        """Delete what writers left behind that no longer live."""
        for file in self._root.joinpath(_UNFINISHED).glob("*"):
            try:
                descriptor = os.open(file, os.O_RDONLY)
            except FileNotFoundError:
                continue  # its writer finished just now
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                file.unlink(missing_ok=True)
            except BlockingIOError:
                pass  # its writer lives and holds the lock
            finally:
                os.close(descriptor)


class FileBlobWriter:
    """Writes to a locked file with a name of its own, which gets a second name, the blob's, when it is sealed."""

    def __init__(self, root: Path, durable_folders: set[str]) -> None:
        self._root = root
        self._durable_folders = durable_folders
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        self._file: Path | None = None
        self._descriptor = -1
        self._digest = ""
        self._placed = _Identity(0, 0)

    @property
    def size_bytes(self) -> int:
        """How much was written."""
        return self._size_bytes

    def write(self, content: bytes, /) -> None:
        """Append."""
        if self._file is None:
            self._begin()
        self._hash.update(content)
        self._size_bytes += len(content)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def seal(self) -> str:
        """Give the bytes the blob's name, unless the same bytes have it already, and wait until that is on disk."""
        if not self._digest:
            if self._file is None:
                self._begin()
            self._digest = self._hash.hexdigest()
            self._placed = self._place()
        return self._digest

    def commit(self) -> None:
        """Make sure that the blob is still there, and give up the file's own name."""
        if _find(_path(self._root, self._digest)) != self._placed:  # deleted since, and perhaps made again
            self._place()
        self.discard()

    def discard(self) -> None:
        """Delete the file's own name, if it still has it."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)
            self._file = None
            os.close(self._descriptor)

    def _place(self) -> "_Identity":
        path, file = _path(self._root, self._digest), self._file
        if file is None:
            raise ValueError("the writer has let go of its bytes")
        if path.parent.name not in self._durable_folders:
            path.parent.mkdir(exist_ok=True)
            _sync(self._root)
            self._durable_folders.add(path.parent.name)
        while (placed := _find(path)) is None:
            os.fsync(self._descriptor)
            with suppress(FileExistsError):
                os.link(file, path)
        _sync(path.parent)
        return placed

    def _begin(self) -> None:
        while self._file is None:
            file = self._root / _UNFINISHED / new_id()
            descriptor = self._create(file)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                self._file, self._descriptor = file, descriptor
            else:  # somebody swept between its making and its locking
                os.close(descriptor)

    def _create(self, file: Path) -> int:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        try:
            return os.open(file, flags, 0o600)
        except FileNotFoundError:
            file.parent.mkdir(parents=True, exist_ok=True)
            _sync(self._root.parent)
            return os.open(file, flags, 0o600)


class _Identity(NamedTuple):
    """What tells a file from another one that has its name later."""

    inode: int
    modified_ns: int


def _find(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return _Identity(found.st_ino, found.st_mtime_ns)


def _path(root: Path, digest: str) -> Path:
    return root / digest[:2] / digest[2:]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
