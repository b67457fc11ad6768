import asyncio
import itertools
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.engines_in_process import EnginesInProcess
from sonant.core.alignment import joined
from sonant.core.audio import concatenate, mono
from sonant.core.engine import EngineSpec
from sonant.core.errors import EngineBusy, EngineUnavailable
from sonant.core.speech import Speaker, SpeechChunk, Utterance, Voice, VoiceSettings
from sonant.core.text import Passage, TracedText
from sonant.engines.tone import ENGINE as TONE
from sonant.engines.tone import SAMPLE_RATE, SECONDS_PER_CHARACTER
from sonant.services.casting import Casting
from sonant.services.narration import SEAM_SECONDS, Line, NarratedChunk, Narrator

VOICE = Voice("tone", "Tone", "en", Speaker("tone", "tone"))


def script(*texts: str, pause: float = 0.0) -> tuple[list[Line], str]:
    """One line per text, which together are the caller's text."""
    passages, position = [], 0
    for text in texts:
        end = position + len(text)
        passages.append(Passage(TracedText.from_source(text, position), (position, end), "en", pause=pause))
        position = end
    return list(Casting(VOICE, VoiceSettings()).lines(iter(passages))), "".join(texts)


async def narrated(lines, text, rate=SAMPLE_RATE, host=None, *, aligned=True) -> list[NarratedChunk]:
    narrator = Narrator(host or EnginesInProcess(TONE))
    async with aclosing(narrator.narrate(iter(lines), [text], rate, aligned=aligned)) as chunks:
        return [chunk async for chunk in chunks]


async def test_chunks_follow_each_other_without_gap_or_overlap():
    chunks = await narrated(*script("Hello there. ", "How are you?"))

    ends = list(itertools.accumulate(chunk.audio.duration for chunk in chunks))
    assert [chunk.start for chunk in chunks] == pytest.approx([0.0, *ends[:-1]])
    assert ends[-1] == pytest.approx(25 * SECONDS_PER_CHARACTER)


async def test_characters_are_those_of_the_text_and_end_with_the_audio():
    lines, text = script("Hello there. ", "How are you?", pause=0.5)
    chunks = await narrated(lines, text)

    alignment = joined(chunk.alignment for chunk in chunks if chunk.alignment)
    assert alignment.text == text
    assert alignment.ends[-1] == pytest.approx(sum(chunk.audio.duration for chunk in chunks), abs=1 / SAMPLE_RATE)


async def test_words_begin_when_the_engine_says_also_after_a_pause():
    chunks = await narrated(*script("ab cd ", "ef", pause=0.5))

    alignment = joined(chunk.alignment for chunk in chunks if chunk.alignment)
    starts = dict(zip(alignment.text, alignment.starts, strict=True))
    assert starts["c"] == pytest.approx(3 * SECONDS_PER_CHARACTER, abs=1e-3)
    assert starts["e"] == pytest.approx(6 * SECONDS_PER_CHARACTER + 0.5, abs=1e-3)


async def test_a_pause_is_silence_of_its_length():
    chunks = await narrated(*script("ab", pause=0.75))

    samples = concatenate([chunk.audio for chunk in chunks]).samples[0]
    assert samples.size == pytest.approx((2 * SECONDS_PER_CHARACTER + 0.75) * SAMPLE_RATE, abs=1)
    assert not samples[-round(0.75 * SAMPLE_RATE) :].any()


async def test_without_alignment_the_sound_is_the_same():
    lines, text = script("Hello there. ", "How are you?")

    bare = await narrated(lines, text, aligned=False)
    aligned = await narrated(lines, text)

    assert all(chunk.alignment is None and chunk.normalized_alignment is None for chunk in bare)
    np.testing.assert_array_equal(*(concatenate([c.audio for c in chunks]).samples for chunks in (bare, aligned)))


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
async def test_another_rate_keeps_duration_and_times(rate):
    chunks = await narrated(*script("Hello there. ", "How are you?"), rate)

    alignment = joined(chunk.alignment for chunk in chunks if chunk.alignment)
    duration = sum(chunk.audio.duration for chunk in chunks)
    assert {chunk.audio.sample_rate for chunk in chunks} == {rate}
    assert duration == pytest.approx(25 * SECONDS_PER_CHARACTER, abs=2 / rate)
    assert alignment.ends[-1] == pytest.approx(duration, abs=1 / rate)


class LoudEdges:
    """A synthesizer that begins and ends at full scale."""

    def synthesize(self, utterance: Utterance, /) -> Iterator[SpeechChunk]:
        for _ in utterance.text:
            yield SpeechChunk(mono(np.ones(10), SAMPLE_RATE))


async def test_no_engine_clicks_at_a_seam():
    host = EnginesInProcess(EngineSpec(TONE.info, load=lambda _models: LoudEdges()))
    chunks = await narrated(*script("Hello there. " * 2, "How are you?" * 2), host=host)

    samples = concatenate([chunk.audio for chunk in chunks]).samples[0]
    steps = np.abs(np.diff(np.concatenate([[0.0], samples, [0.0]])))
    assert samples.size == 50 * 10
    assert steps.max() <= 1.1 / (SEAM_SECONDS * SAMPLE_RATE)


class Silent:
    """A synthesizer that has nothing to say."""

    def synthesize(self, _utterance: Utterance, /) -> Iterator[SpeechChunk]:
        return iter(())


async def test_an_engine_that_yields_nothing_loses_no_character():
    host = EnginesInProcess(EngineSpec(TONE.info, load=lambda _models: Silent()))
    chunks = await narrated(*script("Hello. ", "You?"), host=host)

    assert joined(chunk.alignment for chunk in chunks if chunk.alignment).text == "Hello. You?"


class Failing:
    """A synthesizer that can't go on after its first utterance."""

    def __init__(self) -> None:
        self.calls = 0

    def synthesize(self, utterance: Utterance, /) -> Iterator[SpeechChunk]:
        self.calls += 1
        if self.calls > 1:
            raise EngineUnavailable("It is tired.")
        yield from TONE.load(Path()).synthesize(utterance)


async def test_a_failure_in_a_later_line_comes_after_the_lines_before():
    failing = Failing()
    host = EnginesInProcess(EngineSpec(TONE.info, load=lambda _models: failing))
    heard: list[NarratedChunk] = []

    async def listen() -> None:
        lines, text = script("One. ", "Two.")
        async with aclosing(Narrator(host).narrate(iter(lines), [text], SAMPLE_RATE)) as chunks:
            async for chunk in chunks:
                heard.append(chunk)  # noqa: PERF401 - what was heard before the failure counts

    with pytest.raises(EngineUnavailable, match="tired"):
        await listen()

    assert sum(chunk.audio.duration for chunk in heard) == pytest.approx(5 * SECONDS_PER_CHARACTER)
    assert host.opened == host.closed


@pytest.mark.parametrize("read", [0, 1, 2, 5])
async def test_a_reader_who_leaves_frees_every_engine_call(read):
    host = EnginesInProcess(TONE)
    lines, text = script(*["Hello there. "] * 5)
    chunks = Narrator(host).narrate(iter(lines), [text], SAMPLE_RATE)

    async with aclosing(chunks):
        for _ in range(read):
            await anext(chunks)
            await asyncio.sleep(0.01)

    assert host.opened == host.closed
    assert host.opened <= 3


async def test_the_engine_works_no_more_than_one_line_ahead():
    host = EnginesInProcess(TONE)
    lines, text = script(*["Hello there. "] * 50)

    async with aclosing(Narrator(host).narrate(iter(lines), [text], SAMPLE_RATE)) as chunks:
        await anext(chunks)
        await anext(chunks)
        await asyncio.sleep(0.05)
        assert host.opened == 2


async def test_a_full_queue_turns_newcomers_away_but_not_those_who_were_let_in():
    host = EnginesInProcess(TONE)
    lines, text = script("One. ", "Two. ", "Three.")
    host.full = True
    with pytest.raises(EngineBusy):
        await narrated(lines, text, host=host)

    host.full = False
    async with aclosing(Narrator(host).narrate(iter(lines), [text], SAMPLE_RATE)) as chunks:
        first = await anext(chunks)
        host.full = True
        rest = [chunk async for chunk in chunks]

    assert sum(chunk.audio.duration for chunk in [first, *rest]) == pytest.approx(len(text) * SECONDS_PER_CHARACTER)


async def test_parts_are_told_apart():
    lines, text = script("Hi. ")
    other = [replace(line, part=1) for line in script("Yo.")[0]]
    narrator = Narrator(EnginesInProcess(TONE))

    async with aclosing(narrator.narrate(iter([*lines, *other]), [text, "Yo."], SAMPLE_RATE, aligned=True)) as stream:
        chunks = [chunk async for chunk in stream]

    spoken = {part: joined(c.alignment for c in chunks if c.part == part and c.alignment).text for part in (0, 1)}
    assert spoken == {0: "Hi. ", 1: "Yo."}
