"""Flite, by what is heard: lengths, pitches, levels, and where the words are."""

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonant.core.audio import concatenate
from sonant.core.engine import Control
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import Timbre, Utterance
from sonant.core.text import Delivery, Pronunciation
from sonant.engines.flite import ENGINE
from voices import formant_ratio, mean_pitch, pitch_contour, understood, word_errors

if (reason := ENGINE.missing()) is not None:
    pytest.skip(reason, allow_module_level=True)

RATE = ENGINE.info.sample_rate
SPEAKERS = [speaker.name for speaker in ENGINE.info.speakers]
STATISTICAL = ["rms", "slt", "awb"]
EVEN = Delivery(variability=0.0)
SENTENCE = "The source of the huge river is the clear spring near our own window."


@pytest.fixture(scope="module")
def engine():
    return ENGINE.load(Path())


@pytest.fixture(scope="module")
def speak(engine):
    """Speak a text, and return its sound and words."""

    def speak(text, speaker="slt", delivery=EVEN, language="en-US", **more):
        chunks = list(engine.synthesize(Utterance(text, language, speaker, delivery=delivery, **more)))
        return concatenate([chunk.audio for chunk in chunks]), [word for chunk in chunks for word in chunk.words]

    return speak


def levels(audio, start, end):
    """Strength of every 5 ms between two times."""
    samples = audio.samples[0, round(start * RATE) : round(end * RATE)]
    whole = len(samples) // 80 * 80
    return np.sqrt(np.square(samples[:whole].reshape(-1, 80)).mean(axis=1))


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_words_are_where_the_sound_is(speak, speaker) -> None:
    audio, words = speak("All men know me, and Ann knows you all.", speaker)
    loud = np.flatnonzero(levels(audio, 0, audio.duration) > 0.006) * 0.005

    assert words[0].start == pytest.approx(loud[0], abs=0.03)
    assert words[-1].end == pytest.approx(loud[-1], abs=0.06)
    (pause,) = [(one.end, other.start) for one, other in pairwise(words) if other.start - one.end > 0.03]
    assert levels(audio, pause[0] + 0.015, pause[1] - 0.015).max() < 0.02


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_hissing_sounds_are_where_the_phones_say(speak, speaker) -> None:
    audio, words = speak("She sees six sashes, as Sam says.", speaker)

    right = []
    for phone in (phone for word in words for phone in word.phones if phone.end - phone.start > 0.05):
        samples = audio.samples[0, round((phone.start + 0.01) * RATE) : round((phone.end - 0.01) * RATE)]
        power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
        frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
        hisses = (power * frequencies).sum() / power.sum() > 2_300
        right.append(hisses == (phone.symbol in {"s", "z", "ʃ"}))
    assert np.mean(right) > 0.8


def test_every_word_has_its_characters_and_sounds(speak) -> None:
    text = "“Well,” he said—quietly—‘it’s $12.50, isn’t it?’ (Mr. Li’s café.)"
    _, words = speak(text)

    assert [text[word.first : word.last] for word in words] == [
        "Well", "he", "said", "quietly", "it’s", "$12.50", "isn’t", "it", "Mr", "Li’s", "café",
    ]  # fmt: skip
    assert ["".join(phone.symbol for phone in word.phones) for word in words[:4]] == ["wɛl", "hi", "sɛd", "kwaɪətli"]
    assert "twɛlv" in "".join(phone.symbol for phone in words[5].phones)


def test_times_of_words_are_known_before_their_sound(engine) -> None:
    chunks = list(engine.synthesize(Utterance(SENTENCE, "en", "slt", delivery=EVEN)))

    assert len(chunks) > 3
    assert len(chunks[0].words) == len(SENTENCE.split())
    assert chunks[0].audio.duration < 0.15


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_it_begins_and_ends_in_silence_that_joins_well(speak, speaker) -> None:
    audio, words = speak(SENTENCE, speaker)

    assert np.abs(audio.samples[0, [0, -1]]).max() < 1e-3
    assert 0.0 < words[0].start <= 0.08
    assert 0.05 < audio.duration - words[-1].end <= 0.16


@pytest.mark.parametrize("speaker", SPEAKERS)
@pytest.mark.parametrize("ratio", [0.8, 1.3])
def test_pitch_is_a_ratio(speak, speaker, ratio) -> None:
    natural, moved = (speak(SENTENCE, speaker, Delivery(variability=0.0, pitch=pitch))[0] for pitch in (1.0, ratio))

    assert mean_pitch(moved) / mean_pitch(natural) == pytest.approx(ratio, rel=0.05)
    assert moved.duration == pytest.approx(natural.duration, abs=0.01)


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_pitch_range_widens_the_melody(speak, speaker) -> None:
    spreads = [
        np.std(np.log2(pitch_contour(speak(SENTENCE, speaker, Delivery(variability=0.0, pitch_range=ratio))[0])))
        for ratio in (0.3, 1.0, 2.0)
    ]

    assert spreads[0] < 0.85 * spreads[1] < 0.85 * 0.85 * spreads[2]


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_formants_move_while_pitch_and_tempo_stay(speak, speaker) -> None:
    natural, _ = speak(SENTENCE, speaker)
    small, words = speak(SENTENCE, speaker, timbre=Timbre(formant=1.2))

    assert mean_pitch(small) == pytest.approx(mean_pitch(natural), rel=0.05)
    assert small.duration == pytest.approx(natural.duration, rel=0.05)
    assert words[-1].end <= small.duration + 0.001
    assert formant_ratio(natural, small) == pytest.approx(1.2, abs=0.08)


def test_variability_lets_the_seed_decide(speak) -> None:
    def rendering(variability: float, seed: int) -> bytes:
        return speak(SENTENCE, "slt", Delivery(variability=variability), seed=seed)[0].samples.tobytes()

    assert rendering(0.0, 1) == rendering(0.0, 2)
    assert rendering(0.5, 1) == rendering(0.5, 1)
    assert len({rendering(0.5, seed) for seed in range(4)}) == 4


def test_more_variability_strays_further(speak) -> None:
    def strays(variability: float) -> float:
        delivery = Delivery(variability=variability)
        return float(np.std([mean_pitch(speak(SENTENCE, "slt", delivery, seed=seed)[0]) for seed in range(6)]))

    assert 0 < strays(0.2) < strays(1.0)


@pytest.mark.parametrize("speaker", ["slt", "kal16"])
def test_given_sounds_are_spoken(speak, speaker) -> None:
    text = "Say qwerty, qwerty now."
    given_sounds = (Pronunciation(4, 10, "bəˈnænə"), Pronunciation(12, 18, "bəˈnænə"))
    audio, words = speak(text, speaker, pronunciations=given_sounds)
    natural, plain = speak("Say banana, banana now.", speaker)

    assert ["".join(phone.symbol for phone in word.phones) for word in words] == ["seɪ", "bənænə", "bənænə", "naʊ"]
    assert [(word.first, word.last) for word in words] == [(0, 3), (4, 10), (12, 18), (19, 22)]
    assert [word.phones for word in words] == [word.phones for word in plain]
    assert audio.duration == natural.duration


@pytest.mark.parametrize("speaker", STATISTICAL)
def test_a_question_rises(speak, speaker) -> None:
    def ending(text: str) -> float:
        """Octaves between the last sounds and the whole."""
        contour = pitch_contour(speak(text, speaker)[0])
        return float(np.log2(np.median(contour[-8:]) / np.median(contour)))

    assert ending("Do you really want to see the moon?") > ending("You do really want to see the moon.") + 0.2
    assert ending("Where did you really see the moon?") < ending("Do you really want to see the moon?") - 0.2


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_a_sentence_that_breaks_off_keeps_its_voice_up_and_has_no_pause(speak, speaker) -> None:
    higher = []
    for text in ("I want to tell you about my little room", "He opened the door", "We bought bread and some milk"):
        whole, words = speak(text, speaker)
        broken, broken_words = speak(text, speaker, next_text="that I know.")
        higher.append(np.median(pitch_contour(broken)[-15:]) / np.median(pitch_contour(whole)[-15:]))

        assert len(broken_words) == len(words)
        assert broken.duration == pytest.approx(broken_words[-1].end, abs=0.001)
        assert np.abs(broken.samples[0, -1]) < 1e-3
    assert np.mean(higher) > 1.0


def test_what_continues_a_sentence_begins_at_once(speak) -> None:
    _, fresh = speak("and the house.")
    _, continued = speak("and the house.", previous_text="I want to tell you about my little room")

    assert continued[0].start < fresh[0].start <= 0.05


def test_a_long_sentence_begins_as_soon_as_a_short_one(engine, speak) -> None:
    text = ", and ".join(["the dog sleeps on the old chair"] * 30) + "."
    chunks = list(engine.synthesize(Utterance(text, "en", "slt", delivery=EVEN)))
    words = [word for chunk in chunks for word in chunk.words]

    assert len(chunks[0].words) < 15
    assert len(words) == len(text.split())
    assert all(earlier.end <= later.start + 1e-6 for earlier, later in pairwise(words))
    assert words[-1].end <= sum(chunk.audio.duration for chunk in chunks)


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_text_can_be_spoken(engine, text) -> None:
    chunks = list(engine.synthesize(Utterance(text, "en", "kal16")))
    duration = sum(chunk.audio.duration for chunk in chunks)

    assert duration > 0.05
    for word in (word for chunk in chunks for word in chunk.words):
        assert 0 <= word.first < word.last <= len(text)
        assert 0 <= word.start <= word.end <= duration + 0.001


def test_a_text_without_any_sound_is_a_pause(speak) -> None:
    audio, words = speak("…!")

    assert words == []
    assert audio.duration == pytest.approx(0.15)
    assert np.abs(audio.samples).max() == 0.0


def test_closing_ends_the_child_at_once(engine) -> None:
    chunks = engine.synthesize(Utterance(" ".join([SENTENCE] * 20), "en", "rms"))
    next(chunks)
    assert len(psutil.Process().children()) == 1
    chunks.close()

    assert psutil.Process().children() == []


def test_a_crash_ends_the_utterance_and_nothing_else(engine, speak) -> None:
    chunks = engine.synthesize(Utterance(" ".join([SENTENCE] * 20), "en", "rms"))
    next(chunks)
    psutil.Process().children()[0].kill()

    with pytest.raises(RuntimeError):
        list(chunks)
    assert speak("Still here.")[1]


def test_only_english_is_spoken(speak) -> None:
    assert speak("Hello.", language="en-GB")[1]
    with pytest.raises(UnsupportedLanguage):
        speak("Hallo.", language="de")


def test_an_unknown_speaker_is_refused(speak) -> None:
    with pytest.raises(InvalidRequest):
        speak("Hello.", "nobody")


def test_it_says_what_it_honours() -> None:
    assert ENGINE.info.controls == frozenset(Control)
    assert ENGINE.info.aligned


def test_a_system_without_the_library_is_told_what_to_install() -> None:
    program = (
        "import ctypes\n"
        "def refuse(*_, **__): raise OSError\n"
        "ctypes.CDLL = refuse\n"
        "from sonant.engines.flite import ENGINE\n"
        "print(ENGINE.missing())"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert "apt install libflite1" in said


def test_nothing_of_flite_is_loaded_with_the_module() -> None:
    program = "import sonant.engines.flite; print(open('/proc/self/maps').read())"
    maps = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert not re.search(r"libflite", maps)


@pytest.mark.parametrize(
    "timbre",
    [Timbre(), Timbre(pitch=1.3, formant=1.12, brightness_db=1.0), Timbre(pitch=0.9, formant=0.92, breathiness=0.4)],
)
def test_words_are_understood_through_a_timbre(speak, timbre) -> None:
    texts = (
        "Rice is often served in round bowls.",
        "The boy was there when the sun rose.",
        "Four hours of work faced us.",
    )

    heard = [(text, understood(speak(text, "rms", timbre=timbre)[0])) for text in texts]
    assert sum(word_errors(*pair) for pair in heard) / sum(len(text.split()) for text in texts) < 0.4
