"""A call on its way to an engine and back."""

import asyncio
import pickle
from collections import deque
from typing import Any

from sonant.core.errors import SonantError


class PendingCall:
    """What a caller holds while an engine works for them. What comes back is kept until the caller takes it.

    Args:
        encoded: The pickled `EngineCall`.
    """

    def __init__(self, encoded: bytes) -> None:
        self.encoded = encoded
        self.over = False
        self._arrived: deque[bytes] = deque()
        self._error: SonantError | None = None
        self._waiter: asyncio.Future[None] | None = None

    def add(self, chunk: bytes) -> None:
        """Keep the next pickled thing that the engine yielded."""
        self._arrived.append(chunk)
        self._wake()

    def finish(self, error: SonantError | None = None) -> None:
        """Nothing more comes; the caller gets `error` after what has come. Only the first finish counts."""
        if not self.over:
            self.over = True
            self._error = error
            self._wake()

    def __aiter__(self) -> "PendingCall":
        return self

    async def __anext__(self) -> Any:
        """The next thing that the engine yielded, as soon as it's there.

        Raises:
            SonantError: The call ended in it.
        """
        while not self._arrived:
            if self._error is not None:
                raise self._error
            if self.over:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return pickle.loads(self._arrived.popleft())  # noqa: S301 - written by a worker that this server started

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
