import asyncio
import re
from dataclasses import replace

import av
import numpy as np
import pytest

from services.engines_in_process import EnginesInProcess
from sonant.core.errors import EngineUnavailable
from sonant.core.speech import Speaker, Timbre, Voice
from sonant.engines.tone import ENGINE, SECONDS_PER_CHARACTER
from sonant.services.narration import Narrator
from sonant.services.previews import Previews

ENGLISH = Voice("anna", "Anna", "en-US", Speaker("tone", "tone"))
GERMAN = replace(ENGLISH, voice_id="boris", language="de-DE")
KLINGON = replace(ENGLISH, voice_id="kruge", name="Kruge", language="tlh")


@pytest.fixture
def engines():
    return EnginesInProcess(ENGINE)


@pytest.fixture
def previews(engines, tmp_path):
    return Previews(Narrator(engines), tmp_path / "previews")


def decoded(path):
    with av.open(path) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return np.concatenate(frames, axis=1), container.streams.audio[0].rate


async def test_a_preview_is_an_mp3_file_of_the_whole_sentence(previews):
    samples, rate = decoded(await previews.find(ENGLISH))

    seconds = len("Hello. This is how my voice sounds when I read you a story.") * SECONDS_PER_CHARACTER
    assert rate == 44_100
    assert samples.shape[1] / rate == pytest.approx(seconds, abs=0.06)
    assert np.abs(samples).max() == pytest.approx(0.5, rel=0.15)


async def test_voices_speak_their_own_language(previews):
    german, english = await previews.find(GERMAN), await previews.find(ENGLISH)

    assert german != english
    seconds = len("Hallo. So klingt meine Stimme, wenn ich Ihnen eine Geschichte vorlese.") * SECONDS_PER_CHARACTER
    samples, rate = decoded(german)
    assert samples.shape[1] / rate == pytest.approx(seconds, abs=0.06)


async def test_a_voice_of_an_unforeseen_language_says_its_name(previews):
    samples, rate = decoded(await previews.find(KLINGON))

    assert samples.shape[1] / rate == pytest.approx(len("Kruge.") * SECONDS_PER_CHARACTER, abs=0.06)


async def test_a_preview_is_spoken_once_however_many_ask_at_once(previews, engines):
    paths = await asyncio.gather(*(previews.find(ENGLISH) for _ in range(8)))
    paths.append(await previews.find(ENGLISH))

    assert len(set(paths)) == 1
    assert engines.opened == engines.closed == 1
    assert [path.name for path in paths[0].parent.iterdir()] == [paths[0].name]


async def test_a_voice_that_sounds_otherwise_gets_another_preview(previews):
    lower = replace(ENGLISH, speaker=replace(ENGLISH.speaker, timbre=Timbre(pitch=0.8)))
    renamed = replace(ENGLISH, name="Annabel", description="The same.")

    assert await previews.find(lower) != await previews.find(ENGLISH)
    assert await previews.find(renamed) == await previews.find(ENGLISH)


async def test_a_preview_that_fails_leaves_nothing_and_can_be_asked_for_again(previews, tmp_path):
    absent = replace(ENGLISH, speaker=Speaker("absent", "nobody"))

    for _ in range(2):
        with pytest.raises(EngineUnavailable):
            await previews.find(absent)
    assert list(tmp_path.iterdir()) == []


async def test_a_listener_who_leaves_does_not_keep_others_waiting(previews, engines):
    leaving = asyncio.create_task(previews.find(ENGLISH))
    await asyncio.sleep(0.01)
    leaving.cancel()

    assert (await asyncio.wait_for(previews.find(ENGLISH), 5)).exists()
    assert engines.opened == engines.closed


def test_sentences_need_no_normalisation():
    from importlib import resources

    sentences = resources.files("sonant.services").joinpath("previews.toml").read_text("utf-8")

    assert re.search(r"\d|[%€$&@#]", sentences.split("\n\n", 1)[1]) is None
