"""What every synthesizer has to do, whoever made it: one suite over all engines that are installed here."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio

from sonant.core.audio import concatenate
from sonant.core.engine import Capability, Control, EngineInfo, synthesize
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import SpeechChunk, Utterance, WordTiming
from sonant.core.text import Delivery
from sonant.runtime.discovery import engine_references, installed_engines, reason_missing
from sonant.runtime.pool import PoolLimits
from sonant.runtime.processes import WorkerProcesses

T = TypeVar("T")

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCES = {
    "ca": "El gos dorm, i la lluna surt.",
    "cs": "Pes spí a měsíc vychází.",
    "de": "Der Hund schläft, und der Mond geht auf.",
    "en": "The dog sleeps, and the moon rises slowly over the hills.",
    "es": "El perro duerme y la luna sale.",
    "fi": "Koira nukkuu, ja kuu nousee.",
    "fr": "Le chien dort, et la lune se lève.",
    "hi": "कुत्ता सो रहा है और चाँद निकल रहा है।",
    "it": "Il cane dorme e la luna sorge.",
    "ja": "犬が眠っていて、月が昇ります。",
    "mr": "कुत्रा झोपला आहे आणि चंद्र उगवत आहे.",
    "pl": "Pies śpi, a księżyc wschodzi.",
    "pt": "O cão dorme e a lua nasce.",
    "ru": "Собака спит, и луна восходит.",
    "te": "కుక్క నిద్రపోతోంది, చంద్రుడు ఉదయిస్తున్నాడు.",
    "zh": "狗在睡觉，月亮升起来了。",
}
ANY_SENTENCE = "Anna, Maria, tomato, banana."
MANY_LANGUAGES = "mul"
PRIVATE_USE = "qaa"
ODD_TEXTS = ("!", "...", "—", "(", "'", "a", "7", "🙂", "\u200b", "Ωµ", "x" * 60, "¡ñandú!", "a-b/c_d@e", "日本")


@dataclass(frozen=True)
class Case:
    """Somebody to speak as, and the language to do it in."""

    info: EngineInfo
    speaker: str
    language: str

    @property
    def utterance(self) -> Utterance:
        text = SENTENCES.get(self.language.split("-")[0], ANY_SENTENCE)
        return Utterance(text, self.language, self.speaker, seed=7)


def _cases() -> Iterator[object]:
    """The first, the middle and the last speaker of each synthesizer; those of many languages in one each."""
    for name, spec in sorted(installed_engines().items()):
        reason = reason_missing(spec)
        if reason is not None:
            yield pytest.param(None, marks=pytest.mark.skip(reason=reason), id=name)
        elif spec.info.capability is Capability.SYNTHESIS:
            for number, speaker in enumerate(_few(spec.info.speakers)):
                language = (
                    speaker.language if speaker.language != MANY_LANGUAGES else _few(_languages(spec.info))[number]
                )
                yield pytest.param(Case(spec.info, speaker.name, language), id=f"{name}-{speaker.name}-{language}")


def _languages(info: EngineInfo) -> list[str]:
    return [language for language in SENTENCES if language in info.languages or not info.languages]


def _few(things: Sequence[T]) -> list[T]:
    return [things[number] for number in sorted({0, len(things) // 2, len(things) - 1})]


@pytest.fixture(scope="module", params=_cases())
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def host(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkerProcesses]:
    processes = WorkerProcesses(engine_references(), tmp_path_factory.mktemp("models"), PoolLimits(workers=2))
    yield processes
    await processes.stop(grace=0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chunks(host: WorkerProcesses, case: Case) -> list[SpeechChunk]:
    """What the case's utterance sounds like."""
    return await speak(host, case, case.utterance)


async def speak(host: WorkerProcesses, case: Case, utterance: Utterance) -> list[SpeechChunk]:
    async with aclosing(host.stream(case.info.name, synthesize(utterance))) as chunks:
        return [chunk async for chunk in chunks]


def samples_of(chunks: list[SpeechChunk]) -> npt.NDArray[np.float32]:
    return concatenate([chunk.audio for chunk in chunks]).samples


def words_of(chunks: list[SpeechChunk]) -> list[WordTiming]:
    return [word for chunk in chunks for word in chunk.words]


def duration_of(chunks: list[SpeechChunk]) -> float:
    return sum(chunk.audio.duration for chunk in chunks)


async def test_the_engine_describes_itself(case: Case) -> None:
    names = [speaker.name for speaker in case.info.speakers]

    assert names
    assert len(set(names)) == len(names)
    assert 8_000 <= case.info.sample_rate <= 48_000
    assert case.info.licence
    spoken = {speaker.language.split("-")[0] for speaker in case.info.speakers}
    assert spoken <= {*case.info.languages, MANY_LANGUAGES}


async def test_sound_is_one_channel_of_float32_at_the_engines_rate(case: Case, chunks: list[SpeechChunk]) -> None:
    for chunk in chunks:
        assert chunk.audio.samples.dtype == np.float32
        assert chunk.audio.samples.shape[0] == 1
        assert chunk.audio.samples.shape[1] > 0
        assert chunk.audio.sample_rate == case.info.sample_rate
    samples = samples_of(chunks)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0


async def test_what_is_said_can_be_heard(chunks: list[SpeechChunk]) -> None:
    assert 0.5 < duration_of(chunks) < 15
    assert np.sqrt(np.mean(np.square(samples_of(chunks)))) > 0.005


async def test_words_are_in_order_in_range_and_there_once(case: Case, chunks: list[SpeechChunk]) -> None:
    utterance = case.utterance
    words = words_of(chunks)

    if not case.info.aligned:
        assert words == []
        return
    covered = np.zeros(len(utterance.text), int)
    for word in words:
        assert 0 <= word.first < word.last <= len(utterance.text)
        assert 0 <= word.start <= word.end <= duration_of(chunks) + 0.001
        covered[word.first : word.last] += 1
    for earlier, later in pairwise(words):
        assert earlier.last <= later.first
        assert earlier.start <= later.start
    assert covered.max() == 1
    spoken = [character.isalnum() for character in utterance.text]
    assert covered[spoken].all()


async def test_sounds_lie_within_their_words(chunks: list[SpeechChunk]) -> None:
    for word in words_of(chunks):
        edges = [edge for phone in word.phones for edge in (phone.start, phone.end)]
        assert edges == sorted(edges)
        assert all(word.start - 0.001 <= edge <= word.end + 0.001 for edge in edges)
        assert all(phone.symbol for phone in word.phones)


async def test_a_word_is_reported_with_the_chunk_in_which_it_begins_or_earlier(chunks: list[SpeechChunk]) -> None:
    begun = 0.0
    for chunk in chunks:
        assert all(word.start >= begun - 0.001 for word in chunk.words)
        begun += chunk.audio.duration


async def test_the_same_seed_gives_the_same_samples_in_every_worker(
    host: WorkerProcesses, case: Case, chunks: list[SpeechChunk]
) -> None:
    for other in await asyncio.gather(*(speak(host, case, case.utterance) for _ in range(2))):
        assert np.array_equal(samples_of(other), samples_of(chunks))
        assert words_of(other) == words_of(chunks)


async def test_a_stream_that_is_closed_early_leaves_no_trace(
    host: WorkerProcesses, case: Case, chunks: list[SpeechChunk]
) -> None:
    for _ in range(2):
        stream = host.stream(case.info.name, synthesize(case.utterance))
        await anext(stream)
        await stream.aclose()

    assert np.array_equal(samples_of(await speak(host, case, case.utterance)), samples_of(chunks))
    assert host.load()[case.info.name].restarts == 0


async def test_a_longer_text_comes_in_several_chunks_and_the_first_is_short(host: WorkerProcesses, case: Case) -> None:
    utterance = replace(case.utterance, text=" ".join([case.utterance.text] * 6))

    durations = [chunk.audio.duration for chunk in await speak(host, case, utterance)]

    assert len(durations) > 2
    assert durations[0] <= max(durations)
    assert durations[0] < 1.0


async def test_rate_is_a_ratio(host: WorkerProcesses, case: Case, chunks: list[SpeechChunk]) -> None:
    if Control.RATE not in case.info.controls:
        pytest.skip("it can't change its rate")
    faster = await speak(host, case, replace(case.utterance, delivery=Delivery(rate=1.25)))

    assert duration_of(chunks) / duration_of(faster) == pytest.approx(1.25, rel=0.12)


async def test_volume_is_in_decibels(host: WorkerProcesses, case: Case, chunks: list[SpeechChunk]) -> None:
    softer = samples_of(await speak(host, case, replace(case.utterance, delivery=Delivery(volume_db=-12.0))))

    power_db = 10 * np.log10(np.mean(np.square(softer)) / np.mean(np.square(samples_of(chunks))))
    assert power_db == pytest.approx(-12.0, abs=0.5)


async def test_odd_texts_do_not_bring_it_down(host: WorkerProcesses, case: Case) -> None:
    utterances = [replace(case.utterance, text=text) for text in ODD_TEXTS]
    streams = await asyncio.gather(*(speak(host, case, utterance) for utterance in utterances))

    for utterance, spoken in zip(utterances, streams, strict=True):
        assert all(np.isfinite(chunk.audio.samples).all() for chunk in spoken)
        assert all(0 <= word.first < word.last <= len(utterance.text) for word in words_of(spoken))


async def test_a_language_that_it_does_not_speak_is_refused(host: WorkerProcesses, case: Case) -> None:
    if not case.info.languages:
        pytest.skip("language means nothing to it")

    with pytest.raises(UnsupportedLanguage):
        await speak(host, case, replace(case.utterance, language=PRIVATE_USE))


async def test_a_speaker_that_it_does_not_have_is_refused(host: WorkerProcesses, case: Case) -> None:
    with pytest.raises(InvalidRequest):
        await speak(host, case, replace(case.utterance, speaker="nobody at all"))
