"""`sonant say`: the service that the server calls too, without the server."""

import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import typer

from sonant.app import Application
from sonant.cli.opened import OWNER, Flags, run_with_application
from sonant.cli.playback import open_player
from sonant.codecs.encode import Encoder, encoder_for
from sonant.codecs.format import AudioFormat
from sonant.core.errors import EngineUnavailable, UnsupportedFormat
from sonant.services.encoding import encoded
from sonant.services.narration import NarratedChunk
from sonant.services.reading import Manner
from sonant.services.speech import SettingsChange, SpeechRequest
from sonant.services.voices import VoiceFilter

PROGRESS_SECONDS = 0.2
WAV_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)


@dataclass(frozen=True, slots=True)
class Saying:
    """What to say, and how.

    Attributes:
        text: Words.
        voice: Name or id; None takes the first one there is.
        model_id: Which model is asked for.
        language: ISO 639 code; None finds it out.
        speed: Ratio of speaking rate.
        seed: The same seed gives the same sound.
    """

    text: str
    voice: str | None
    model_id: str
    language: str | None
    speed: float
    seed: int | None


def run_saying(flags: Flags, saying: Saying, output: Path | None) -> None:
    """Speak, and play it or write it.

    Args:
        flags: Settings of the command line.
        saying: What to say.
        output: A file, `-` for the standard output, or None to play it.

    Raises:
        SonantError: It can't be spoken; there is no player, or no such kind of file.
    """

    async def work(application: Application) -> None:
        speech = application.services.speech
        request = SpeechRequest(
            find_voice(application, saying.voice),
            saying.text,
            Manner(saying.model_id, language=saying.language, seed=saying.seed),
            SettingsChange(speed=saying.speed),
        )
        progress = _Progress()
        narration = await speech.speak(OWNER, request)
        audio_format = format_for(output, narration.sample_rate)
        encoder = encoder_for(audio_format)
        pieces = encoded(progress.counted(narration.chunks), encoder)
        async with aclosing(pieces):
            if output is None:
                await _play(pieces)
            elif str(output) == "-":
                async for piece in pieces:
                    sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
            else:
                await _write(pieces, encoder, output)
        progress.report(narration.engine)

    run_with_application(flags, work)


def find_voice(application: Application, asked: str | None) -> str:
    """The id of the voice that people mean.

    Raises:
        EngineUnavailable: There is no voice at all.
    """
    voices = application.services.voices.list(OWNER.account_id, VoiceFilter()).voices
    if asked is None:
        if not voices:
            raise EngineUnavailable("No voice can speak here. `sonant doctor` says what to install.")
        return voices[0].voice_id
    named = [voice.voice_id for voice in voices if asked.casefold() == voice.name.casefold()]
    return named[0] if named else asked


def format_for(output: Path | None, sample_rate: int) -> AudioFormat:
    """The format that a file's name asks for, at `sample_rate` Hz where the format has that.

    Raises:
        UnsupportedFormat: Nothing is known of such names.

    >>> format_for(Path("a.mp3"), 16000).name, format_for(Path("-"), 16000).name, format_for(Path("a.wav"), 12345).name
    ('mp3_44100_128', 'wav_16000', 'wav_44100')
    """
    extension = "wav" if output is None or str(output) == "-" else output.suffix.lower().removeprefix(".")
    match extension:
        case "mp3":
            return AudioFormat("mp3", 44100, 128)
        case "wav":
            return AudioFormat("wav", sample_rate if sample_rate in WAV_RATES else 44100)
        case "flac":
            return AudioFormat("flac", sample_rate)
        case "ogg" | "opus":
            return AudioFormat("opus", 48000, 128)
    raise UnsupportedFormat("The file's name must end in .mp3, .wav, .flac, .ogg or .opus.")


async def _play(pieces: AsyncGenerator[bytes, None]) -> None:
    async with open_player() as player:
        async for piece in pieces:
            await player(piece)


async def _write(pieces: AsyncGenerator[bytes, None], encoder: Encoder, output: Path) -> None:
    """Write the file at once when it is whole, so that a failure leaves nothing behind."""
    whole = encoder.sized(b"".join([piece async for piece in pieces]))
    temporary = output.with_name(f".{output.name}.part")
    temporary.write_bytes(whole)
    temporary.replace(output)


class _Progress:
    """Tells people how it goes, on the standard error stream."""

    def __init__(self) -> None:
        self._started_at = time.perf_counter()
        self._first_at: float | None = None
        self._last_at: float | None = None
        self._told_at = self._started_at
        self._duration = 0.0

    async def counted(self, chunks: AsyncGenerator[NarratedChunk, None]) -> AsyncGenerator[NarratedChunk, None]:
        """Pass chunks on unchanged."""
        async with aclosing(chunks):
            async for chunk in chunks:
                self._last_at = time.perf_counter()
                self._first_at = self._first_at or self._last_at
                self._duration += chunk.audio.duration
                if sys.stderr.isatty() and self._last_at > self._told_at + PROGRESS_SECONDS:
                    self._told_at = self._last_at
                    typer.echo(f"\r{self._duration:.1f} s spoken", err=True, nl=False)
                yield chunk

    def report(self, engine: str) -> None:
        """The last line: how long it took. The time in which a player was waited for doesn't count."""
        if self._first_at is None or self._last_at is None or not self._duration:
            return
        seconds = self._last_at - self._started_at
        if sys.stderr.isatty():
            typer.echo("\r", err=True, nl=False)
        typer.echo(
            f"{self._duration:.2f} s of speech by {engine} in {seconds:.2f} s: first sound after "
            f"{1000 * (self._first_at - self._started_at):.0f} ms, real-time factor {seconds / self._duration:.3f}",
            err=True,
        )
