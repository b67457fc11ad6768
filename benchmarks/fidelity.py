"""Character times against the engine's own, and a very long text."""

import base64
import json
import statistics
from pathlib import Path

import numpy as np
import psutil

from benchmarks.client import VOICE, Caller
from benchmarks.engine_alone import engine_alone
from benchmarks.report import Figure, Section, at_most
from listening import decoded
from serving import Served, serving
from sonant.codecs.format import FORMATS

TEXTS = (
    "The birch canoe slid on the smooth planks.",
    "Glue the sheet to the dark blue background.",
    "It's easy to tell the depth of a well.",
    "Four hours of steady work faced us, said the old man.",
)
LONG_CHARACTERS = 100_000
MIB = 1024 * 1024


def times(served: Served) -> Section:
    """Where words begin and end, and where the last character ends, in every format."""
    caller, errors = Caller(served), []
    with engine_alone(VOICE) as engine:
        for text in TEXTS:
            answer = json.loads(caller.speak(text, path="/with-timestamps", output_format="pcm_16000").content)
            starts = answer["alignment"]["character_start_times_seconds"]
            ends = answer["alignment"]["character_end_times_seconds"]
            for first, last, start, end in engine.whole(text)["words"]:
                errors.append(1000 * abs(starts[first] - start))
                if last < len(text):
                    errors.append(1000 * abs(ends[last - 1] - end))
    return Section(
        "Character times",
        f"Word starts and ends of {len(TEXTS)} sentences against the engine's own events; the last character's end "
        "against the decoded audio's, in every format of `with-timestamps`.",
        [
            Figure("median difference to the engine's events", f"{statistics.median(errors):.2f} ms"),
            at_most("largest difference", max(errors), 10, "ms"),
            at_most("last end beyond or before the audio's, worst format", max(_ends(caller)), 1, "MP3 frames (26 ms)"),
        ],
    )


def _ends(caller: Caller) -> list[float]:
    differences = []
    for name in FORMATS:
        answer = json.loads(caller.speak(TEXTS[0], path="/with-timestamps", output_format=name).content)
        samples, rate = decoded(base64.b64decode(answer["audio_base64"]), name)
        end = answer["alignment"]["character_end_times_seconds"][-1]
        differences.append(abs(samples.size / rate - end) / (1152 / 44100))
    return differences


def long_text(folder: Path) -> Section:
    """As much text as a request may have, streamed."""
    sentences = [f"This is sentence number {number} of a very long text, {TEXTS[number % 4]}" for number in range(2000)]
    text = " ".join(sentences)[:LONG_CHARACTERS]
    with serving(folder / "long") as served:
        process = psutil.Process(served.process.pid)
        caller = Caller(served)
        caller.speak(text[:2000], output_format="pcm_16000")
        before = process.memory_info().rss / MIB
        response = caller.begin(text, output_format="pcm_16000")
        levels, pieces = [], []
        while piece := response.read(1 << 20):
            pieces.append(piece)
            levels.append(process.memory_info().rss / MIB)
    samples = np.frombuffer(b"\0" + b"".join(pieces) if len(b"".join(pieces)) % 2 else b"".join(pieces), "<i2")
    steps = np.abs(np.diff(samples.astype(np.int32)))
    return Section(
        "A long text",
        f"{LONG_CHARACTERS} characters by the stream operation, `pcm_16000`.",
        [
            Figure("audio", f"{samples.size / 16000 / 60:.0f} minutes"),
            at_most("largest growth of the server's memory while it streams", max(levels) - before, 30, "MiB", 1),
            Figure("largest step between samples", f"{steps.max()} of 32768"),
        ],
    )


def seams(served: Served) -> Section:
    """Steps where sentences meet, against the largest step inside them."""
    text = " ".join(TEXTS)
    caller = Caller(served)
    answer = json.loads(caller.speak(text, path="/with-timestamps", output_format="pcm_16000").content)
    samples = np.frombuffer(base64.b64decode(answer["audio_base64"]), "<i2").astype(np.int32)
    steps = np.abs(np.diff(samples))
    starts = answer["alignment"]["character_start_times_seconds"]
    at_seams, seams_at, position = [], [], 0
    for sentence in TEXTS[:-1]:
        position += len(sentence) + 1
        seams_at.append(starts[position])
    for seam in seams_at:
        place = round(seam * 16000)
        at_seams.append(int(steps[max(0, place - 3200) : place].max()))
    return Section(
        "Seams between sentences",
        "Largest step between two samples in the 0.2 s before each sentence but the first, and anywhere.",
        [Figure("largest step at a seam", str(max(at_seams)), f"≤ {steps.max()}", max(at_seams) <= int(steps.max()))],
    )
