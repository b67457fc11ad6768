"""Recorded sound, encoded again as callers want it: one recording, or many in a ZIP file."""

import re
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import IO
from zipfile import ZipFile, ZipInfo

from sonant.codecs.encode import encoder_for
from sonant.codecs.format import AudioFormat
from sonant.codecs.recordings import recorded
from sonant.core.audio import concatenate
from sonant.core.errors import HistoryItemNotFound
from sonant.services.threads import to_its_end
from sonant.store.blobs import BlobStore
from sonant.store.history import HistoryItem

_BATCH_SECONDS = 5.0
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Recording:
    """A history item's sound, in a format that callers know.

    Attributes:
        item: Whose sound.
        audio_format: How it is handed out.
        blobs: Where it is.
    """

    item: HistoryItem
    audio_format: AudioFormat
    blobs: BlobStore

    @property
    def file_name(self) -> str:
        """When it was made, who speaks, and the item's id; safe in every file system."""
        moment = time.strftime("%Y-%m-%dT%H_%M_%S", time.gmtime(self.item.created_at))
        voice = re.sub(r"[^\w-]+", "_", self.item.voice_name or "Dialogue")[:_LONGEST_NAME].strip("_")
        return f"{moment}_{voice}_{self.item.history_item_id}.{self.audio_format.extension}"

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The encoded sound. The file is only open while this is read.

        Raises:
            HistoryItemNotFound: Before the first piece: it has no sound, or was deleted meanwhile.
        """
        encoding = self._encoded()
        try:
            while (piece := await to_its_end(next, encoding, None)) is not None:
                yield piece
        finally:
            encoding.close()

    def _encoded(self) -> Generator[bytes, None, None]:
        encoder = encoder_for(self.audio_format)
        with self._opened() as file:
            waiting, seconds = [], 0.0
            for audio in recorded(file):
                waiting.append(audio)
                seconds += audio.duration
                if seconds >= _BATCH_SECONDS:
                    yield encoder.encode(concatenate(waiting))
                    waiting, seconds = [], 0.0
            rest = encoder.encode(concatenate(waiting)) if waiting else b""
            yield rest + encoder.flush()

    def _opened(self) -> IO[bytes]:
        if self.item.blob_digest is None:
            raise HistoryItemNotFound(self.item.history_item_id)
        try:
            return self.blobs.open(self.item.blob_digest)
        except FileNotFoundError:
            raise HistoryItemNotFound(self.item.history_item_id) from None


async def zipped(recordings: Sequence[Recording]) -> AsyncGenerator[bytes, None]:
    """Recordings as one ZIP file. They aren't compressed: they are already."""
    sink = _Sink()
    with ZipFile(sink, "w") as archive:
        for recording in recordings:
            entry = ZipInfo(recording.file_name, time.gmtime(recording.item.created_at)[:6])
            with archive.open(entry, "w", force_zip64=True) as member:
                async with aclosing(recording.pieces()) as pieces:
                    async for piece in pieces:
                        member.write(piece)
                        yield sink.take()
    yield sink.take()


class _Sink:
    """A file that remembers what was written until it is taken."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, content: bytes, /) -> int:
        self._written.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """What was written stays to be taken."""

    def take(self) -> bytes:
        taken = b"".join(self._written)
        self._written.clear()
        return taken
