"""Festival, by what is heard: lengths, pitches, levels, and where the words are."""

import signal
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonant.core.audio import concatenate
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import Timbre, Utterance
from sonant.core.text import Delivery, Pronunciation
from sonant.enginekit.english import Token
from sonant.enginekit.lifeline import INTERRUPT, Interrupted, postpone_interrupts
from sonant.engines.festival import ENGINE
from sonant.engines.festival.process import FestivalFailed, quoted
from voices import formant_ratio, mean_pitch, pitch_contour, understood, word_errors

if (reason := ENGINE.missing()) is not None:
    pytest.skip(reason, allow_module_level=True)

RATE = ENGINE.info.sample_rate
EVEN = Delivery(variability=0.0)
SENTENCE = "The source of the huge river is the clear spring near our own window."


@pytest.fixture(scope="module")
def engine():
    synthesizer = ENGINE.load(Path())
    yield synthesizer
    synthesizer.close()


@pytest.fixture(scope="module")
def speak(engine):
    """Speak a text, and return its sound and words."""

    def speak(text, delivery=EVEN, language="en-US", speaker="slt", **more):
        chunks = list(engine.synthesize(Utterance(text, language, speaker, delivery=delivery, **more)))
        return concatenate([chunk.audio for chunk in chunks]), [word for chunk in chunks for word in chunk.words]

    return speak


@pytest.fixture
def festival():
    """The process that Festival runs in."""
    return lambda: next(child for child in psutil.Process().children() if child.name() == "festival")


def test_it_speaks_in_the_full_band(speak) -> None:
    audio, _ = speak("She sees six sashes.")
    power = np.abs(np.fft.rfft(audio.samples[0])) ** 2
    frequencies = np.fft.rfftfreq(audio.samples.shape[1], 1 / RATE)

    assert audio.sample_rate == 32_000
    assert power[frequencies > 9_000].sum() > 0.01 * power.sum()


def test_words_are_where_the_sound_is(speak) -> None:
    audio, words = speak("All men know me, and Ann knows you all.")
    level = np.sqrt(np.square(audio.samples[0, : audio.samples.shape[1] // 160 * 160].reshape(-1, 160)).mean(axis=1))
    loud = np.flatnonzero(level > 0.006) * 0.005

    assert words[0].start == pytest.approx(loud[0], abs=0.03)
    assert words[-1].end == pytest.approx(loud[-1], abs=0.06)
    (pause,) = [(one.end, other.start) for one, other in pairwise(words) if other.start - one.end > 0.03]
    assert level[round(pause[0] * 200) + 4 : round(pause[1] * 200) - 4].max() < 0.02


def test_every_word_has_its_characters_and_sounds(speak) -> None:
    text = "“Well,” he said—quietly—‘it’s $12, isn’t it?’ (Mr. Li’s café.)"
    _, words = speak(text)

    assert [text[word.first : word.last] for word in words] == [
        "Well", "he", "said", "quietly", "it’s", "$12", "isn’t", "it", "Mr", "Li’s", "café",
    ]  # fmt: skip
    assert ["".join(phone.symbol for phone in word.phones) for word in words[:3]] == ["wɛl", "hi", "sɛd"]


def test_it_begins_and_ends_in_silence_that_joins_well(speak) -> None:
    audio, words = speak(SENTENCE)

    assert np.abs(audio.samples[0, [0, -1]]).max() < 1e-4
    assert 0.0 < words[0].start <= 0.08
    assert 0.05 < audio.duration - words[-1].end <= 0.16


@pytest.mark.parametrize("rate", [0.7, 1.4])
def test_rate_is_a_ratio(speak, rate) -> None:
    natural, changed = (speak(SENTENCE, Delivery(variability=0.0, rate=ratio))[1] for ratio in (1.0, rate))

    lengths = [words[-1].end - words[0].start for words in (natural, changed)]
    assert lengths[0] / lengths[1] == pytest.approx(rate, rel=0.06)


@pytest.mark.parametrize("ratio", [0.8, 1.3])
def test_pitch_is_a_ratio(speak, ratio) -> None:
    natural, moved = (speak(SENTENCE, Delivery(variability=0.0, pitch=pitch))[0] for pitch in (1.0, ratio))

    assert mean_pitch(moved) / mean_pitch(natural) == pytest.approx(ratio, rel=0.04)


def test_pitch_range_widens_the_melody(speak) -> None:
    spreads = [
        np.std(np.log2(pitch_contour(speak(SENTENCE, Delivery(variability=0.0, pitch_range=ratio))[0])))
        for ratio in (0.3, 1.0, 2.0)
    ]

    assert spreads[0] < 0.7 * spreads[1] < 0.7 * 0.7 * spreads[2]


def test_formants_move_while_pitch_and_tempo_stay(speak) -> None:
    natural, _ = speak(SENTENCE)
    small, words = speak(SENTENCE, timbre=Timbre(formant=1.2))

    assert mean_pitch(small) == pytest.approx(mean_pitch(natural), rel=0.05)
    assert small.duration == pytest.approx(natural.duration, rel=0.05)
    assert words[-1].end <= small.duration + 0.001
    assert formant_ratio(natural, small) == pytest.approx(1.2, abs=0.08)


def test_variability_lets_the_seed_decide(speak) -> None:
    def rendering(variability: float, seed: int) -> bytes:
        return speak("The dog sleeps.", Delivery(variability=variability), seed=seed)[0].samples.tobytes()

    assert rendering(0.0, 1) == rendering(0.0, 2)
    assert rendering(0.5, 1) == rendering(0.5, 1)
    assert len({rendering(0.5, seed) for seed in range(4)}) == 4


def test_one_utterance_leaves_nothing_behind_for_the_next(speak) -> None:
    before = speak("The dog sleeps.")[0].samples
    speak("Tomato!", Delivery(rate=1.5, pitch=0.7), pronunciations=(Pronunciation(0, 6, "təˈmɑːtəʊ"),))

    assert np.array_equal(speak("The dog sleeps.")[0].samples, before)


def test_given_sounds_are_spoken(speak) -> None:
    sounds = (Pronunciation(4, 10, "təˈmɑːtəʊ"), Pronunciation(12, 18, "təˈmɑːtəʊ"))
    audio, words = speak("Say qwerty, qwerty now.", pronunciations=sounds)

    assert ["".join(phone.symbol for phone in word.phones) for word in words] == ["seɪ", "təmɑtoʊ", "təmɑtoʊ", "naʊ"]
    assert [(word.first, word.last) for word in words] == [(0, 3), (4, 10), (12, 18), (19, 22)]
    assert audio.duration > words[-1].end


def test_stress_is_where_it_was_given(speak) -> None:
    def length_of_first_vowel(ipa: str) -> float:
        _, words = speak("Say qwerty now.", pronunciations=(Pronunciation(4, 10, ipa),))
        return words[1].phones[1].end - words[1].phones[1].start

    assert length_of_first_vowel("ˈbɪlɪ") > 1.1 * length_of_first_vowel("bɪˈlɪ")


def test_a_sentence_that_breaks_off_has_no_pause(speak) -> None:
    text = "I want to tell you about my little room"
    whole, words = speak(text)
    broken, broken_words = speak(text, next_text="that I know.")

    assert broken.duration == pytest.approx(broken_words[-1].end, abs=0.001)
    assert broken_words[-1].end - broken_words[-1].start < words[-1].end - words[-1].start
    assert len(broken_words) == len(words)
    assert whole.duration - words[-1].end > 0.1


def test_a_long_sentence_comes_clause_by_clause(engine) -> None:
    text = ", and ".join(["the dog sleeps on the old chair"] * 6) + "."
    chunks = list(engine.synthesize(Utterance(text, "en", "slt", delivery=EVEN)))
    words = [word for chunk in chunks for word in chunk.words]

    assert len(chunks[0].words) < 15
    assert len(words) == len(text.split())
    assert all(earlier.end <= later.start + 1e-6 for earlier, later in pairwise(words))
    assert max(chunk.audio.duration for chunk in chunks) <= 0.5


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_quoting_keeps_a_string_one_string(text) -> None:
    inside = quoted(text)[1:-1]

    assert inside.replace("\\\\", "").replace('\\"', "").count('"') == 0
    assert inside.replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\") == text


@pytest.mark.parametrize("text", ["line\nbreak", "nul\0", "é", "\x7f"])
def test_what_could_end_a_line_is_never_quoted(text) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        quoted(text)


@pytest.mark.parametrize(
    "text", ['") (exit 3) ("', '"))(exit 3)', "\\", '\\")(exit)', "(exit)", "'(a . b)", "#<x>", ";", "%s%n"]
)
def test_text_is_never_a_program(engine, festival, text) -> None:
    process = festival().pid
    engine._festival.speak([Token(0, 1, "say"), Token(1, 2, text.replace(" ", "")), Token(2, 3, "now")], 1.0)

    assert festival().pid == process


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_any_text_can_be_spoken(engine, text) -> None:
    chunks = list(engine.synthesize(Utterance(text, "en", "slt")))
    duration = sum(chunk.audio.duration for chunk in chunks)

    assert duration > 0.05
    for word in (word for chunk in chunks for word in chunk.words):
        assert 0 <= word.first < word.last <= len(text)
        assert 0 <= word.start <= word.end <= duration + 0.001


def test_a_crash_ends_the_utterance_and_the_next_one_is_spoken(engine, speak, festival) -> None:
    process = festival()
    threading.Timer(0.05, process.send_signal, (signal.SIGSEGV,)).start()

    with pytest.raises(FestivalFailed):
        speak(" ".join(["word"] * 40))
    assert speak("Still here.")[1]
    assert festival().pid != process.pid


def test_a_process_that_was_ended_is_started_again(speak, festival) -> None:
    festival().kill()
    time.sleep(0.05)

    assert speak("Still here.")[1]


def test_an_interrupt_ends_the_process_and_the_next_utterance_is_spoken(engine, speak, festival) -> None:
    before_handler = signal.getsignal(INTERRUPT)
    process = festival()
    postpone_interrupts()
    try:
        threading.Timer(0.05, signal.pthread_kill, (threading.get_ident(), INTERRUPT)).start()
        began = time.monotonic()
        with pytest.raises(Interrupted):
            speak(" ".join(["word"] * 40))
        assert time.monotonic() - began < 0.3
    finally:
        signal.signal(INTERRUPT, before_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {INTERRUPT})
    assert not process.is_running()
    assert speak("Still here.")[1]


def test_closing_the_engine_leaves_no_process() -> None:
    before = set(psutil.Process().children())
    synthesizer = ENGINE.load(Path())
    assert len(set(psutil.Process().children()) - before) == 1
    synthesizer.close()

    assert set(psutil.Process().children()) == before


def test_only_english_is_spoken(speak) -> None:
    with pytest.raises(UnsupportedLanguage):
        speak("Hallo.", language="de")


def test_an_unknown_speaker_is_refused(speak) -> None:
    with pytest.raises(InvalidRequest):
        speak("Hello.", speaker="nobody")


def test_a_system_without_festival_is_told_what_to_install(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "apt install festival festvox-us-slt-hts" in ENGINE.missing()


def test_words_are_understood(speak) -> None:
    texts = (
        "Rice is often served in round bowls.",
        "The boy was there when the sun rose.",
        "Four hours of work faced us.",
    )

    heard = [(text, understood(speak(text, timbre=Timbre(pitch=1.2, formant=1.1))[0])) for text in texts]
    assert sum(word_errors(*pair) for pair in heard) / sum(len(text.split()) for text in texts) < 0.35
