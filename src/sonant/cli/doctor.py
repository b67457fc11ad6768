"""`sonant doctor`: what works here, and what to do about the rest."""

import asyncio
import os
import platform
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import typer

from sonant import __version__
from sonant.api.listening import AddressUnavailable, bind
from sonant.app import Application
from sonant.cli.failures import explained
from sonant.cli.logs import configure_logging
from sonant.cli.opened import Flags
from sonant.cli.playback import find_player
from sonant.config import ConfigError, LogSettings, Settings, load_settings
from sonant.core.engine import Capability, EngineInfo, synthesize
from sonant.core.errors import SonantError
from sonant.core.speech import Utterance

ENOUGH_DISK_BYTES = 1024**3
TRIAL_TEXTS = {"en": "One two three.", "ja": "いち、に、さん。"}
TRIAL_SECONDS = 60.0


class Verdict(StrEnum):
    """How a check ended."""

    GOOD = "ok"
    NOTE = "--"
    BAD = "!!"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: a sentence that names the fix where there is something to mend."""

    verdict: Verdict
    subject: str
    sentence: str


def examine(flags: Flags) -> bool:
    """Check everything and print what was found.

    Returns:
        Whether Sonant can speak here.
    """
    _tell(
        Finding(Verdict.GOOD, "Sonant", f"{__version__} on Python {platform.python_version()}, {platform.platform()}.")
    )
    try:
        settings = load_settings(os.environ, flags)
    except ConfigError as failure:
        _tell(Finding(Verdict.BAD, "settings", str(failure)))
        return False
    configure_logging(LogSettings(level="error"))
    for finding in (*check_folder(settings.data_dir), check_port(settings), check_player()):
        _tell(finding)
    return asyncio.run(_examine_engines(settings))


async def _examine_engines(settings: Settings) -> bool:
    speaking = []
    try:
        async with Application.open(settings) as application:
            _tell(Finding(Verdict.GOOD, "store", "The database and the blobs can be used."))
            host = application.services.engines
            for name, sentence in sorted(host.missing().items()):
                _tell(Finding(Verdict.NOTE, name, sentence))
            for name, info in sorted(host.engines().items()):
                if info.capability is Capability.SYNTHESIS:
                    finding = await try_engine(application, info)
                    _tell(finding)
                    if finding.verdict is Verdict.GOOD and info.languages:
                        speaking.append(name)
    except Exception as failure:  # noqa: BLE001 - whatever keeps it from opening is what the doctor is asked about
        reason = explained(failure) or f"It can't be opened: {type(failure).__name__}."
        _tell(Finding(Verdict.BAD, "store", reason))
        return False
    if not speaking:
        _tell(
            Finding(
                Verdict.BAD, "speech", "No engine here can speak: `make setup` installs what the default ones need."
            )
        )
    return bool(speaking)


async def try_engine(application: Application, info: EngineInfo) -> Finding:
    """Let an engine speak a few words."""
    language = "en" if "en" in info.languages or not info.languages else info.languages[0]
    text = TRIAL_TEXTS.get(language, TRIAL_TEXTS["en"])
    utterance = Utterance(text, language, info.speakers[0].name if info.speakers else "")
    started_at = time.perf_counter()
    duration = 0.0
    try:
        async with (
            asyncio.timeout(TRIAL_SECONDS),
            aclosing(application.services.engines.stream(info.name, synthesize(utterance))) as chunks,
        ):
            async for chunk in chunks:
                duration += chunk.audio.duration
    except SonantError as failure:
        return Finding(Verdict.BAD, info.name, failure.message)
    except TimeoutError:
        return Finding(Verdict.BAD, info.name, f"It said nothing within {TRIAL_SECONDS:.0f} s.")
    if not duration:
        return Finding(Verdict.BAD, info.name, "It made no sound.")
    seconds = time.perf_counter() - started_at
    return Finding(
        Verdict.GOOD, info.name, f"It spoke {duration:.2f} s, {seconds:.2f} s after it was asked. {info.licence}."
    )


def check_folder(folder: Path) -> Iterator[Finding]:
    """Whether the data folder can be written, and whether its disk has room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as failure:
        yield Finding(
            Verdict.BAD,
            "data folder",
            f"{folder} can't be written ({failure.strerror}): choose another with SONANT_DATA_DIR.",
        )
        return
    yield Finding(Verdict.GOOD, "data folder", f"{folder} can be written.")
    free = shutil.disk_usage(folder).free
    room = f"{free / 1024**3:.1f} GiB are free."
    if free < ENOUGH_DISK_BYTES:
        yield Finding(
            Verdict.BAD, "disk", f"{room} Make room: generated audio is kept until its history item is deleted."
        )
    else:
        yield Finding(Verdict.GOOD, "disk", room)


def check_port(settings: Settings) -> Finding:
    """Whether a server could listen."""
    server = settings.server
    try:
        sockets: list[socket.socket] = bind(server.host, server.port)
    except AddressUnavailable as failure:
        return Finding(Verdict.NOTE, "port", f"{failure} If that is Sonant itself, all is well.")
    for sock in sockets:
        sock.close()
    return Finding(Verdict.GOOD, "port", f"{server.port} of {server.host} is free.")


def check_player() -> Finding:
    """Whether `sonant say` can be heard."""
    player = find_player()
    if player is None:
        return Finding(
            Verdict.NOTE, "player", "None: `sonant say` can only write files. alsa-utils or ffmpeg bring one."
        )
    return Finding(Verdict.GOOD, "player", f"{player[0]}.")


def _tell(finding: Finding) -> None:
    typer.echo(f"{finding.verdict} {finding.subject:12} {finding.sentence}")
