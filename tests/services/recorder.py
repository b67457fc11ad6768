"""Records without end, and is killed and started again: `recorder.py DATABASE_URL BLOBS ROUNDS`.

Each round is a fork, for that starts in no time. What was acknowledged is printed, one item's id a line.
"""

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from services.history_fixture import Stored, chunk_of
from sonant.codecs.libav import load_av
from sonant.store.database import Database


async def record(url: str, blobs: str, seed: int) -> None:
    stored = Stored(Database(url), Path(blobs))
    for turn in range(10**6):
        chunk = chunk_of(random.choice([0.05, 0.5, 3.0]), seed * 1000 + turn)
        item_id = await stored.add(chunks=[chunk] * 2)
        os.write(1, f"{item_id}\n".encode())


def main() -> None:
    url, blobs, rounds = sys.argv[1:]
    load_av()
    for seed in range(int(rounds)):
        random.seed(seed)
        child = os.fork()
        if child == 0:
            asyncio.run(record(url, blobs, seed))
        time.sleep(random.uniform(0.05, 0.25))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
