import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from sonant.codecs.encode import encoder_for
from sonant.codecs.format import AudioFormat
from sonant.codecs.recordings import recorded
from sonant.core.audio import silence
from sonant.store.blobs import forget_blob, keep_blob

pytest.importorskip("boto3", reason="needs the extra `s3`")


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as there is to need, for one bucket."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]

    def do_PUT(self):
        content = self.rfile.read(int(self.headers["content-length"]))
        if "aws-chunked" in self.headers.get("content-encoding", ""):
            content = unchunked(content)
        self.objects[self.key] = content
        self.answer(200)

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query or "prefix" in query:
            return self.list(query.get("prefix", [""])[0])
        if self.key in self.objects:
            return self.answer(200, self.objects[self.key])
        return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_HEAD(self):
        self.answer(200 if self.key in self.objects else 404)

    def do_DELETE(self):
        self.objects.pop(self.key, None)
        self.answer(204)

    def list(self, prefix):
        keys = sorted(key for key in self.objects if key.startswith(prefix))
        contents = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in keys)
        xml = f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
        self.answer(200, xml.encode())

    @property
    def key(self):
        return unquote(urlsplit(self.path).path).split("/", 2)[2]

    def answer(self, status, content=b""):
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def unchunked(content):
    """The payload of the transfer coding `aws-chunked`."""
    payload = b""
    while True:
        size, _, content = content.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if length == 0:
            return payload
        payload, content = payload + content[:length], content[length + 2 :]


@pytest.fixture
def objects(monkeypatch):
    """What lies in a running bucket, by key."""
    stored = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Bucket,), {"objects": stored}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    yield stored
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bucket(objects):
    from sonant.store.buckets import BucketBlobs

    return BucketBlobs("s3://sounds/kept/here/")


def sealed(bucket, content):
    writer = bucket.writer()
    writer.write(content[:3])
    writer.write(content[3:])
    writer.seal()
    return writer


def test_a_blob_is_an_object_named_by_its_sha256_below_the_prefix(bucket, objects):
    writer = sealed(bucket, b"content")
    digest = writer.seal()
    writer.commit()
    writer.discard()
    assert objects == {f"kept/here/{digest}": b"content"}
    assert digest == hashlib.sha256(b"content").hexdigest()
    with bucket.open(digest) as blob:
        assert (blob.read(3), blob.read()) == (b"con", b"tent")
    assert list(bucket.digests()) == [digest]


def test_what_is_not_there_is_not_found_and_can_be_deleted(bucket):
    bucket.delete("ab" * 32)
    with pytest.raises(FileNotFoundError):
        bucket.open("ab" * 32)
    assert list(bucket.digests()) == []


def test_bytes_that_were_deleted_between_upload_and_commit_are_uploaded_again(bucket, objects, db):
    writer = sealed(bucket, b"content")
    with db.begin() as tx:
        forget_blob(tx, bucket, writer.seal())
    assert objects == {}
    with db.begin() as tx:
        keep_blob(tx, writer)
    writer.discard()
    assert list(objects.values()) == [b"content"]


def test_a_large_blob_comes_back_whole(bucket):
    content = bytes(range(256)) * 40_000
    writer = sealed(bucket, content)
    writer.commit()
    writer.discard()
    with bucket.open(writer.seal()) as blob:
        assert blob.read() == content


def test_a_recording_can_be_read_from_a_bucket(bucket):
    encoder = encoder_for(AudioFormat("flac", 16000))
    writer = sealed(bucket, encoder.encode(silence(3.0, 16000)) + encoder.flush())
    writer.discard()
    with bucket.open(writer.seal()) as blob:
        assert sum(audio.duration for audio in recorded(blob)) == pytest.approx(3.0)
