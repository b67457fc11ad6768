"""A history and everything beneath it, for tests and for the processes that they kill."""

from dataclasses import dataclass, replace

import numpy as np

from sonant.codecs.recordings import recorded
from sonant.core.alignment import Alignment
from sonant.core.audio import Audio, mono
from sonant.core.ids import new_id, timed_id
from sonant.core.speech import Speaker, Voice, VoiceSettings
from sonant.services.accounts import HOME_ACCOUNT_ID, Accounts
from sonant.services.history import Generation, History, HistoryFilter
from sonant.store.files import FileBlobs

RATE = 22050
ACCOUNT = HOME_ACCOUNT_ID
ADA = Voice("ada-id", "Ada", "en-GB", Speaker("tone", "tone"))
BEA = Voice("bea-id", "Bea", "en-US", Speaker("tone", "tone"), category="cloned")


@dataclass(frozen=True)
class Chunk:
    audio: Audio
    alignment: Alignment | None = None
    normalized_alignment: Alignment | None = None


class Stored:
    """A history and what lies beneath it."""

    def __init__(self, db, root):
        self.db = db
        self.blobs = FileBlobs(root)
        self.accounts = Accounts(db)
        self.history = History(db, self.blobs, self.accounts)
        self.caller = self.accounts.authenticate(self.accounts.create_key("tests")[1])

    def generation(self, text="Hello.", **changes):
        return replace(
            Generation(self.caller, new_id(), timed_id(), ADA, "m", text, VoiceSettings(), len(text), "pcm_16000"),
            **changes,
        )

    async def add(self, text="Hello.", chunks=None, **changes):
        """Record a generation to its end; its item's id."""
        generation = self.generation(text, **changes)
        async for _ in self.history.record(generation, stream(chunks or [chunk_of(0.2)])):
            pass
        return generation.history_item_id

    def get(self, history_item_id):
        return self.history.get(ACCOUNT, history_item_id)

    def texts(self, *, wanted=None, **options):
        wanted = wanted or HistoryFilter()
        return [item.text for item in self.history.list_page(ACCOUNT, wanted, **options).items]

    def audio(self, history_item_id):
        """What was recorded, shape `(time,)`."""
        with self.blobs.open(self.get(history_item_id).blob_digest) as file:
            return np.concatenate([audio.samples[0] for audio in recorded(file)])


def chunk_of(seconds, seed=0, rate=RATE):
    return Chunk(mono(0.3 * np.random.default_rng(seed).uniform(-1, 1, round(seconds * rate)), rate))


async def stream(chunks, closed=None):
    try:
        for chunk in chunks:
            yield chunk
    finally:
        if closed is not None:
            closed.append(True)
