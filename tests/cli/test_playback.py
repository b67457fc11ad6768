"""Playing sound through whatever is installed."""

import os
from pathlib import Path

import pytest

from sonant.cli.playback import Inaudible, find_player, open_player


def install(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where programs are found, apart from the shell's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "cat").symlink_to("/bin/cat")
    monkeypatch.setenv("PATH", str(folder))
    return folder


async def test_a_player_gets_all_pieces_and_is_waited_for(programs: Path, tmp_path: Path) -> None:
    install(programs, "aplay", f"cat > {tmp_path}/heard")

    async with open_player() as play:
        for piece in (b"one ", b"two ", b"x" * 200_000):
            await play(piece)

    assert (tmp_path / "heard").read_bytes() == b"one two " + b"x" * 200_000


async def test_a_player_that_leaves_early_is_a_failure_with_another_way_out(programs: Path) -> None:
    install(programs, "aplay", "exit 1")

    async def play_much() -> None:
        async with open_player() as play:
            for _ in range(100):
                await play(b"x" * 100_000)

    with pytest.raises(Inaudible, match=r"aplay could not play the sound: write a file with -o FILE"):
        await play_much()


async def test_without_a_player_people_are_told_what_to_do(programs: Path) -> None:
    assert find_player() is None
    with pytest.raises(Inaudible, match=r"install alsa-utils or ffmpeg, or write a file with -o FILE"):
        async with open_player():
            pass


async def test_a_command_that_fails_takes_its_player_along(programs: Path, tmp_path: Path) -> None:
    install(programs, "aplay", f"echo $$ > {tmp_path}/number; exec cat")

    async def fail() -> None:
        async with open_player() as play:
            while not (tmp_path / "number").exists():
                await play(b"one")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "number").read_text()), 0)
