"""The premade voices: that their data is right, and that they are as loud as each other and not alike."""

import re
import tomllib
from importlib import resources
from itertools import combinations
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from sonant.core.audio import concatenate
from sonant.core.ids import ID_LENGTH
from sonant.core.speech import Timbre, Utterance
from sonant.core.text import Delivery
from sonant.runtime.discovery import installed_engines, reason_missing
from sonant.services.premade import premade_voices, vendor_aliases
from sonant.text.tags import primary_of

VOICES = premade_voices()
ENGINES = installed_engines()
WAYS = [
    pytest.param(voice, speaker, language, id=f"{voice.name}-{way}")
    for voice in VOICES.values()
    for way, speaker, language in (
        ("home", voice.speaker, voice.language),
        ("abroad", voice.abroad, "en-US" if primary_of(voice.language) != "en" else "de"),
    )
]
SENTENCES = {
    "en": "Four hours of steady work faced us. The box was thrown beside the parked truck, and it is easy to tell why.",
    "de": "Heute Morgen sind wir mit dem Zug nach Berlin gefahren, und die Kinder spielen draußen im Garten.",
}


def read(name):
    return resources.files("sonant.services").joinpath(name).read_text("utf-8")


@pytest.fixture(scope="module")
def loaded():
    """An engine by name, loaded once; a skip where it is missing."""
    engines = {}

    def load(name):
        if reason := reason_missing(ENGINES[name]):
            pytest.skip(reason)
        if name not in engines:
            engines[name] = ENGINES[name].load(Path())
        return engines[name]

    yield load
    for engine in engines.values():
        if hasattr(engine, "close"):  # it has a process of its own
            engine.close()


def test_the_cast_is_large_and_speaks_many_languages():
    assert len(VOICES) == len(tomllib.loads(read("premade.toml"))["voice"])  # no id twice
    assert sum(primary_of(voice.language) == "en" for voice in VOICES.values()) >= 20
    assert len({primary_of(voice.language) for voice in VOICES.values()}) >= 15
    assert {voice.labels["accent"] for voice in VOICES.values()} >= {"american", "british", "scottish"}


def test_ids_and_names_tell_voices_apart():
    assert all(len(voice_id) == ID_LENGTH and voice_id.isascii() and voice_id.isalnum() for voice_id in VOICES)
    assert all(voice_id == voice.voice_id for voice_id, voice in VOICES.items())
    assert len({voice.name for voice in VOICES.values()}) == len(VOICES)


@pytest.mark.parametrize("voice", VOICES.values(), ids=lambda voice: voice.name)
def test_a_voice_says_who_it_is(voice):
    assert voice.category == "premade"
    assert voice.labels["gender"] in {"male", "female", "neutral"}
    assert voice.labels["age"] in {"young", "middle_aged", "old"}
    assert voice.labels["language"] == primary_of(voice.language)
    assert set(voice.labels) == {"gender", "age", "accent", "descriptive", "use_case", "language"}
    assert all(voice.labels.values())
    assert voice.description.endswith(".")


@pytest.mark.parametrize(("voice", "speaker", "language"), WAYS)
def test_speakers_exist_and_speak_the_language(voice, speaker, language):
    info = ENGINES[speaker.engine].info
    assert speaker.name in {known.name for known in info.speakers}
    assert primary_of(language) in info.languages
    assert 0.85 <= speaker.timbre.formant <= 1.25
    assert 0 <= speaker.timbre.breathiness <= 1


@pytest.mark.parametrize("voice", VOICES.values(), ids=lambda voice: voice.name)
def test_the_licence_is_that_of_the_engine_s_data(voice):
    licence = ENGINES[voice.speaker.engine].info.licence
    assert voice.licence
    assert set(voice.licence.split(" AND ")) <= set(re.split(r" AND |; ", licence))


def test_no_two_voices_are_the_same():
    def kind(voice):
        timbre = voice.speaker.timbre
        return voice.speaker.engine, voice.speaker.name, Timbre(timbre.pitch, timbre.pitch_range, timbre.formant)

    for one, other in combinations(VOICES.values(), 2):
        if primary_of(one.language) == primary_of(other.language):
            assert kind(one) != kind(other)


def test_the_vendor_s_ids_lead_to_voices_with_names_of_their_own():
    aliases = vendor_aliases()
    assert len(aliases) > 40
    assert {"JBFqnCBsd6RMkjVDRZzb", "21m00Tcm4TlvDq8ikWAM", "EXAVITQu4vr4xnSDxMaL", "pNInz6obpgDQGcFmaJgB"} <= set(
        aliases
    )
    assert set(aliases.values()) <= set(VOICES)
    assert not set(aliases) & set(VOICES)
    described = re.findall(r"^(\w{20}) = .*# (.+?): .*?(wo)?man", read("vendor_voices.toml"), re.MULTILINE)
    for vendor_id, name, woman in described:
        voice = VOICES[aliases[vendor_id]]
        assert voice.name != name
        assert voice.labels["gender"] == ("female" if woman else "male") or voice.labels["gender"] == "neutral"
    assert len(described) == len(aliases)


@pytest.mark.parametrize(("voice", "speaker", "language"), WAYS)
def test_every_voice_is_as_loud_as_the_others(loaded, voice, speaker, language):
    engine = loaded(speaker.engine)
    spoken = SENTENCES.get(primary_of(language)) or tomllib.loads(read("previews.toml"))[primary_of(language)]
    delivery = Delivery(variability=0.0, presence=True)
    utterance = Utterance(spoken, language, speaker.name, timbre=speaker.timbre, delivery=delivery)
    audio = concatenate([chunk.audio for chunk in engine.synthesize(utterance)])
    lufs = pyloudnorm.Meter(audio.sample_rate).integrated_loudness(audio.samples[0].astype(np.float64))
    assert lufs == pytest.approx(-20, abs=1.5)
    assert np.abs(audio.samples).max() < 0.9
