"""Blobs as objects in a bucket that speaks the S3 protocol."""

import hashlib
import tempfile
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import urlsplit

_IN_MEMORY_BYTES = 4 << 20


class BucketBlobs:
    """A blob store in a bucket. Endpoint, region and credentials come from the environment (`AWS_ENDPOINT_URL`, ...).

    Args:
        url: `s3://bucket/prefix`.

    Raises:
        ModuleNotFoundError: `boto3` (the extra `s3`) isn't installed.
    """

    def __init__(self, url: str) -> None:
        import boto3  # noqa: PLC0415 - an extra, and half a second

        parts = urlsplit(url)
        self._bucket = boto3.resource("s3").Bucket(parts.netloc)
        self._prefix = parts.path.strip("/") + "/" if parts.path.strip("/") else ""

    def writer(self) -> "BucketBlobWriter":
        """For the bytes of one new blob."""
        return BucketBlobWriter(self._bucket, self._prefix)

    def open(self, digest: str, /) -> IO[bytes]:
        """Read a blob from its beginning. The reader can't seek.

        Raises:
            FileNotFoundError: It was deleted.
        """
        client = self._bucket.meta.client
        try:
            body: IO[bytes] = client.get_object(Bucket=self._bucket.name, Key=self._prefix + digest)["Body"]
        except client.exceptions.NoSuchKey:
            raise FileNotFoundError(digest) from None
        return body

    def delete(self, digest: str, /) -> None:
        """Delete a blob, if it is there."""
        self._bucket.Object(self._prefix + digest).delete()

    def digests(self) -> Iterator[str]:
        """Every blob that is kept, in no order."""
        for item in self._bucket.objects.filter(Prefix=self._prefix):
            yield item.key.removeprefix(self._prefix)

    def delete_unfinished(self) -> None:
        """Nothing to do: an unfinished upload leaves no object."""


class BucketBlobWriter:
    """Collects the bytes in a local file and uploads them when they are sealed."""

    def __init__(self, bucket: Any, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        self._spool = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - `discard` closes it
        self._digest = ""

    @property
    def size_bytes(self) -> int:
        """How much was written."""
        return self._size_bytes

    def write(self, content: bytes, /) -> None:
        """Append."""
        self._hash.update(content)
        self._size_bytes += len(content)
        self._spool.write(content)

    def seal(self) -> str:
        """Upload the bytes, and return their digest."""
        if not self._digest:
            self._digest = self._hash.hexdigest()
            self._upload()
        return self._digest

    def commit(self) -> None:
        """Upload them again if they were deleted meanwhile, as an older blob of the same bytes that nobody needed."""
        client = self._bucket.meta.client
        try:
            client.head_object(Bucket=self._bucket.name, Key=self._prefix + self._digest)
        except client.exceptions.ClientError:
            self._upload()

    def discard(self) -> None:
        """Forget the local file. What was uploaded and not committed is an orphan, which sweeping finds."""
        self._spool.close()

    def _upload(self) -> None:
        self._spool.seek(0)
        # Not `upload_fileobj`, which closes the file it is given.
        self._bucket.put_object(Key=self._prefix + self._digest, Body=self._spool)
