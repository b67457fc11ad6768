"""Credits of keys that have a limit."""

import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sonant.core.errors import QuotaExceeded
from sonant.services.threads import to_its_end
from sonant.store.accounts import credits_left
from sonant.store.database import Database


class Credits:
    """Knows what requests in progress will use, so that together they can't use more than is left.

    Requests in progress on other servers of the same database aren't known; they count once they are charged.

    Args:
        db: Where keys and their limits are.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._held: Counter[str] = Counter()
        self._holding = threading.Lock()  # for a moment
        self._checking = threading.Lock()  # while the database is asked

    def check(self, key_id: str, price: int) -> None:
        """See whether a key can pay.

        Raises:
            QuotaExceeded: What is left, less what is held, doesn't suffice.
        """
        with self._checking:
            self._check(key_id, price)

    @asynccontextmanager
    async def hold(self, key_id: str, price: int) -> AsyncIterator[None]:
        """Keep credits from being used by others until the block ends.

        Raises:
            QuotaExceeded: What is left, less what is held, doesn't suffice.
        """
        taken = 0

        def take() -> None:
            nonlocal taken
            with self._checking:
                self._check(key_id, price)
                with self._holding:
                    self._held[key_id] += price
                    taken = price

        try:
            await to_its_end(take)
            yield
        finally:
            with self._holding:
                self._held[key_id] -= taken

    def _check(self, key_id: str, price: int) -> None:
        # What is held is read first: credits that are charged meanwhile count twice for a moment, but never not at all.
        held = self._held[key_id]
        with self._db.connect() as tx:
            left = credits_left(tx, key_id)
        if left is not None and price > left - held:
            raise QuotaExceeded(price, max(0, left - held))
