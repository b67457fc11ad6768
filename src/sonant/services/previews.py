"""What a voice sounds like: a sentence of its language, spoken once and kept."""

import asyncio
import hashlib
import tomllib
from contextlib import aclosing
from importlib import resources
from pathlib import Path
from weakref import WeakValueDictionary

from sonant.codecs.encode import encoder_for
from sonant.codecs.format import AudioFormat
from sonant.core.speech import Voice
from sonant.core.text import Passage, TracedText
from sonant.services.casting import Casting
from sonant.services.encoding import encoded
from sonant.services.narration import Narrator
from sonant.text.tags import primary_of

FORMAT = AudioFormat.parse("mp3_44100_128")


class Previews:
    """Speaks previews when they are first asked for.

    Args:
        narrator: Speaks.
        folder: Where they are kept. Made when needed; it may be emptied at any time.
    """

    def __init__(self, narrator: Narrator, folder: Path) -> None:
        self._narrator = narrator
        self._folder = folder
        self._speaking: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    async def find(self, voice: Voice) -> Path:
        """The preview of a voice: an MP3 file that is complete and stays as it is.

        A voice whose definition changes gets another file. Many who ask at once wait for one.

        Raises:
            EngineUnavailable, EngineBusy, EngineFailed: It couldn't be spoken.
        """
        sentence = await asyncio.to_thread(_sentence, voice)
        path = self._folder / f"{voice.voice_id}-{_fingerprint(voice, sentence)}.mp3"
        async with self._speaking.setdefault(path, asyncio.Lock()):
            if not await asyncio.to_thread(path.exists):
                content = await self._speak(voice, sentence)
                await asyncio.to_thread(_keep, path, content)
        return path

    async def _speak(self, voice: Voice, sentence: str) -> bytes:
        passage = Passage(TracedText.from_source(sentence), (0, len(sentence)), voice.language)
        lines = Casting(voice, voice.settings).lines(iter([passage]))
        chunks = self._narrator.narrate(lines, [sentence], FORMAT.sample_rate)
        encoder = encoder_for(FORMAT)
        async with aclosing(encoded(chunks, encoder)) as pieces:
            return encoder.sized(b"".join([piece async for piece in pieces]))


def _sentence(voice: Voice) -> str:
    """What is said; a voice whose language has no sentence says its name."""
    text = resources.files("sonant.services").joinpath("previews.toml").read_text("utf-8")
    sentence: str = tomllib.loads(text).get(primary_of(voice.language), f"{voice.name}.")
    return sentence


def _fingerprint(voice: Voice, sentence: str) -> str:
    """Changes with whatever is heard: who speaks, how, and what."""
    heard = repr((voice.speaker, voice.language, voice.settings, sentence))
    return hashlib.sha256(heard.encode()).hexdigest()[:16]


def _keep(path: Path, content: bytes) -> None:
    """Write a file that is never seen incomplete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
