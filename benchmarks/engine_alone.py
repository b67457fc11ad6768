"""An engine called in process, without a server: what the server's figures are compared with.

Reads one JSON object per line (`text`, and `first` if only the first chunk is wanted), writes one per answer. It is a
process of its own, with one thread, as engines need it.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sonant.core.engine import Synthesizer
from sonant.core.speech import Voice
from sonant.core.text import Passage, TracedText
from sonant.runtime.discovery import installed_engines
from sonant.services.casting import Casting
from sonant.services.premade import premade_voices, vendor_aliases


class EngineAlone:
    """The process, seen from outside."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def first(self, text: str) -> float:
        """Seconds to the first chunk."""
        return float(self._ask(text=text, first=True)["seconds"])

    def whole(self, text: str) -> dict[str, Any]:
        """Seconds for everything, seconds of audio, and when each word begins."""
        return self._ask(text=text)

    def _ask(self, **question: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def engine_alone(voice_id: str) -> Iterator[EngineAlone]:
    """Start the engine of a premade voice, and end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.engine_alone", voice_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield EngineAlone(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


def main(voice_id: str) -> None:
    """Answer questions until there are no more."""
    voice = premade_voices()[vendor_aliases().get(voice_id, voice_id)]
    engine: Synthesizer = installed_engines()[voice.speaker.engine].load(Path("models"))
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(answer(engine, voice, question["text"], only_first=question.get("first", False))), flush=True)


def answer(engine: Synthesizer, voice: Voice, text: str, *, only_first: bool) -> dict[str, Any]:
    """Speak a text as one passage, the way the server does with a voice's own settings."""
    passage = Passage(TracedText.from_source(text), (0, len(text)), voice.language)
    (line,) = Casting(voice, voice.settings).lines(iter([passage]))
    assert line.utterance is not None
    began = time.perf_counter()
    chunks = iter(engine.synthesize(line.utterance))
    heard = [next(chunks)]
    if only_first:
        seconds = time.perf_counter() - began
        chunks.close()  # type: ignore[attr-defined] # engines are generators
        return {"seconds": seconds}
    heard += chunks
    seconds = time.perf_counter() - began
    words = [[word.first, word.last, word.start, word.end] for chunk in heard for word in chunk.words]
    return {"seconds": seconds, "duration": sum(chunk.audio.duration for chunk in heard), "words": words}


if __name__ == "__main__":
    main(sys.argv[1])
