"""Playing sound through a program that is installed here."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from sonant.core.errors import SonantError

PLAYERS: tuple[tuple[str, ...], ...] = (
    ("paplay", "/dev/stdin"),
    ("aplay", "-q", "-"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-i", "pipe:0"),
)
"""Commands that play a WAV file from their standard input."""


class Inaudible(SonantError):
    """Sound can't be played here. The message names another way."""


def find_player() -> tuple[str, ...] | None:
    """The first player that is installed."""
    return next((command for command in PLAYERS if shutil.which(command[0])), None)


@asynccontextmanager
async def open_player() -> AsyncGenerator[Callable[[bytes], Awaitable[None]], None]:
    """A player that is given a WAV file in pieces, and has played it when the block ends.

    Raises:
        Inaudible: None is installed, or the one that is can't play.
    """
    command = find_player()
    if command is None:
        raise Inaudible(
            "There is nothing to play sound with: install alsa-utils or ffmpeg, or write a file with -o FILE."
        )
    player = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=DEVNULL)
    stdin = player.stdin
    if stdin is None:
        raise RuntimeError("a process that was started with a pipe has one")

    async def play(piece: bytes) -> None:
        stdin.write(piece)
        await stdin.drain()

    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has left, and its own message says why
            yield play
            stdin.close()
            await stdin.wait_closed()
        if await player.wait():
            raise Inaudible(f"{command[0]} could not play the sound: write a file with -o FILE.")
    finally:
        if player.returncode is None:
            player.kill()
            await player.wait()
