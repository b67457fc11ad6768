"""History: the one place where a generation leaves a trace, and is paid for."""

from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from sonant.codecs.format import AudioFormat
from sonant.core.errors import HistoryItemNotFound, InvalidRequest
from sonant.core.ids import is_id, made_at
from sonant.services.accounts import Accounts
from sonant.services.blobs import forget
from sonant.services.generation import CharacterTimes, DialogueLine, Generation, Recordable, recorded_item
from sonant.services.playback import Recording
from sonant.services.tape import Tape
from sonant.services.threads import to_its_end
from sonant.store import history as store
from sonant.store.accounts import charge
from sonant.store.blobs import BlobStore, keep_blob
from sonant.store.database import Database
from sonant.store.history import HistoryFilter, HistoryItem, Place

__all__ = ["DialogueLine", "Generation", "History", "HistoryFilter", "HistoryItem", "Page", "Recordable"]

LONGEST_SEARCH = 1000

_WRITERS = 2  # one waits for the disk while the other encodes; more of them only get in each other's way

C = TypeVar("C", bound=Recordable)


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a list, and whether there are more after them."""

    items: list[HistoryItem]
    has_more: bool


class History:
    """Records generations and finds them again.

    Methods other than `record` wait for the database, so coroutines call them in threads.

    Args:
        db: Where items are.
        blobs: Where their sound is.
        accounts: Who pays.
    """

    def __init__(self, db: Database, blobs: BlobStore, accounts: Accounts) -> None:
        self._db = db
        self._blobs = blobs
        self._accounts = accounts
        self._writers = ThreadPoolExecutor(_WRITERS, "history")

    async def record(self, generation: Generation, chunks: AsyncGenerator[C, None]) -> AsyncGenerator[C, None]:
        """Pass `chunks` through unchanged; before the stream ends, the item, its sound and the charge are on disk.

        A stream that fails or is abandoned is neither written nor charged.

        Raises:
            QuotaExceeded: Before the first chunk: the caller can't pay for it.
        """
        tape = Tape(self._blobs)
        times = CharacterTimes()
        async with aclosing(chunks), self._accounts.hold(generation.caller, generation.credits):
            try:
                async for chunk in chunks:
                    if generation.logged:
                        tape.add(chunk.audio)
                        times.add(chunk)
                    yield chunk
                    if tape.is_full:
                        await to_its_end(tape.write, executor=self._writers)
                await to_its_end(self._write, generation, tape, times, executor=self._writers)
            finally:
                tape.discard()

    def list_page(
        self,
        account_id: str,
        wanted: HistoryFilter,
        *,
        after: str | None = None,
        descending: bool = True,
        page_size: int = 100,
    ) -> Page:
        """Items of an account by time, without their alignments.

        Args:
            account_id: Whose.
            wanted: Which.
            after: Id of the item that the page before ended with; it may have been deleted since.
            descending: Newest first.
            page_size: How many at most.

        Raises:
            InvalidRequest: A model without a source, or a search that is too long.
            HistoryItemNotFound: `after` can't be an item's id.
        """
        if wanted.model_id is not None and wanted.source is None:
            raise InvalidRequest("A history filtered by model_id needs a source, too.")
        if len(wanted.search or "") > LONGEST_SEARCH:
            raise InvalidRequest(f"A search may have {LONGEST_SEARCH} characters.")
        if after is not None:
            _check_id(after)
        if any(name is not None and not is_id(name) for name in (wanted.voice_id, wanted.model_id)):
            return Page([], has_more=False)
        place = None if after is None else Place(made_at(after), after)
        with self._db.connect() as tx:
            items = store.list_items(tx, account_id, wanted, after=place, descending=descending, limit=page_size + 1)
        return Page(items[:page_size], len(items) > page_size)

    def get(self, account_id: str, history_item_id: str) -> HistoryItem:
        """Look up an item.

        Raises:
            HistoryItemNotFound: It doesn't exist, or is another account's.
        """
        _check_id(history_item_id)
        with self._db.connect() as tx:
            return store.get_item(tx, account_id, history_item_id)

    def list_recordings(
        self, account_id: str, history_item_ids: Sequence[str], audio_format: AudioFormat | None
    ) -> list[Recording]:
        """The sound of items, in the order given, each once.

        Args:
            account_id: Whose.
            history_item_ids: Which.
            audio_format: How it is handed out; None is WAV at the rate it was made at.

        Raises:
            HistoryItemNotFound: One of them doesn't exist, is another account's, or has no sound.
        """
        for history_item_id in history_item_ids:
            _check_id(history_item_id)
        with self._db.connect() as tx:
            items = store.items_by_id(tx, account_id, history_item_ids)
        recordings = []
        for history_item_id in dict.fromkeys(history_item_ids):
            item = items.get(history_item_id)
            if item is None or item.blob_digest is None:
                raise HistoryItemNotFound(history_item_id)
            recordings.append(Recording(item, audio_format or AudioFormat("wav", item.sample_rate), self._blobs))
        return recordings

    def delete(self, account_id: str, history_item_id: str) -> None:
        """Delete an item and its sound; what other items share with it stays.

        Raises:
            HistoryItemNotFound: It doesn't exist, or is another account's.
        """
        _check_id(history_item_id)
        with self._db.begin() as tx:
            digest = store.delete_item(tx, account_id, history_item_id)
        if digest is not None:
            forget(self._db, self._blobs, digest)

    def previous_texts(self, account_id: str, request_ids: Sequence[str]) -> list[str]:
        """What earlier requests said, in the order given; requests that are unknown or weren't logged are left out."""
        with self._db.connect() as tx:
            texts = store.texts_of_requests(tx, account_id, request_ids)
        return [texts[request_id] for request_id in request_ids if request_id in texts]

    def _write(self, generation: Generation, tape: Tape, times: CharacterTimes) -> None:
        caller = generation.caller
        if not generation.logged:
            with self._db.begin() as tx:
                charge(tx, caller.account_id, caller.key_id, generation.credits)
            return
        writer = tape.seal()
        with self._db.begin() as tx:
            digest = None if writer is None else keep_blob(tx, writer)
            used = charge(tx, caller.account_id, caller.key_id, generation.credits)
            store.add_item(tx, recorded_item(generation, tape, times, digest, used))


def _check_id(history_item_id: str) -> None:
    if not is_id(history_item_id):
        raise HistoryItemNotFound(history_item_id)
