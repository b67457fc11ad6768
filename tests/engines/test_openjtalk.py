"""Open JTalk, by what is heard."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sonant.core.audio import concatenate
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import Timbre, Utterance
from sonant.core.text import Delivery
from sonant.engines.openjtalk import ENGINE
from sonant.engines.openjtalk.synthesizer import SPEAKER

EVEN = Delivery(variability=0.0)
RATE = ENGINE.info.sample_rate
SENTENCE = "今日はとても良い天気ですね、田中さん。明日も学校へ行きますか。"

speaking = pytest.mark.skipif(ENGINE.missing() is not None, reason=f"{ENGINE.missing()}")


@pytest.fixture(scope="module")
def engine():
    return ENGINE.load(Path())


@pytest.fixture(scope="module")
def speak(engine):
    """Speak a text, and return its sound and words."""

    def speak(text, delivery=EVEN, **more):
        chunks = list(engine.synthesize(Utterance(text, "ja-JP", SPEAKER, delivery=delivery, **more)))
        return concatenate([chunk.audio for chunk in chunks]), [word for chunk in chunks for word in chunk.words]

    return speak


def pitch(audio):
    """Fundamental frequencies of the voiced parts in Hz, by autocorrelation."""
    width, hop, lags = 2048, 480, slice(RATE // 600, RATE // 150)
    frames = np.lib.stride_tricks.sliding_window_view(audio.samples[0].astype(float), width)[::hop]
    frames = frames[(frames**2).mean(1) > 0.05 * (frames**2).mean(1).max()] * np.hanning(width)
    correlations = np.fft.irfft(np.abs(np.fft.rfft(np.vstack([np.hanning(width), frames]), 2 * width)) ** 2)
    strength = correlations[1:, lags] / correlations[1:, :1] / (correlations[0, lags] / correlations[0, 0])
    return RATE / (lags.start + np.argmax(strength[strength.max(1) > 0.7], axis=1))


def test_says_what_to_install_and_under_which_licence():
    missing = ENGINE.missing()
    assert missing is None or "pip install pyopenjtalk-plus" in missing
    assert "CC-BY-3.0" in ENGINE.info.licence
    assert ENGINE.info.languages == ("ja",)


@speaking
def test_refuses_other_languages_and_speakers(engine):
    with pytest.raises(UnsupportedLanguage):
        engine.synthesize(Utterance("Hello", "en", SPEAKER))
    with pytest.raises(InvalidRequest, match="speaker"):
        engine.synthesize(Utterance("今日は", "ja", "nobody"))


@speaking
def test_words_are_where_the_text_has_them_and_the_sound_is(speak):
    audio, words = speak(SENTENCE)
    assert "".join(SENTENCE[word.first : word.last] for word in words) == SENTENCE.replace("、", "").replace("。", "")
    assert [phone.symbol for phone in words[0].phones] == ["kʲ", "o", "o"]
    ends = [word.end for word in words]
    assert all(before <= word.start < word.end for before, word in zip([0.0, *ends], words, strict=False))
    assert ends[-1] <= audio.duration
    level = np.abs(audio.samples[0])
    pause = level[round(words[6].end * RATE) + 2400 : round(words[7].start * RATE) - 2400]
    assert pause.max() < 0.02
    assert min(level[round(word.start * RATE) : round(word.end * RATE)].max() for word in words) > 0.02


@speaking
@pytest.mark.parametrize("text", ["3時にAIで、𠮷野家の😀です", "ｶﾀｶﾅ and English　です", "「え？」と、彼は言った！"])
def test_positions_are_characters_of_the_text(speak, text):
    words = speak(text)[1]
    assert all(0 <= word.first < word.last <= len(text) for word in words)
    assert all(left.last <= right.first for left, right in pairwise(words))


@speaking
def test_the_first_phrase_comes_first(engine):
    chunks = list(engine.synthesize(Utterance(SENTENCE, "ja", SPEAKER)))
    assert len(chunks) == 3
    assert chunks[0].audio.duration < 0.6 * sum(chunk.audio.duration for chunk in chunks)
    assert [len(chunk.words) > 0 for chunk in chunks] == [True] * 3


@speaking
def test_silence_at_both_ends_is_short(speak):
    samples = speak("はい。")[0].samples[0]
    loud = np.flatnonzero(np.abs(samples) > 0.001)
    assert loud[0] / RATE == pytest.approx(0.05, abs=0.005)
    assert (len(samples) - loud[-1]) / RATE == pytest.approx(0.12, abs=0.005)
    assert samples[-1] == 0


@speaking
@pytest.mark.parametrize("text", ["。", "😀", "  ", "\x00\ud800"])
def test_nothing_to_read_is_a_short_silence(speak, text):
    audio, words = speak(text)
    assert not words
    assert 0 < audio.duration < 0.3


@speaking
@pytest.mark.parametrize("ratio", [0.7, 1.3])
def test_rate_and_pitch_follow_their_ratios(speak, ratio):
    plain = speak(SENTENCE)[0]
    quick = speak(SENTENCE, Delivery(rate=ratio, variability=0.0))[0]
    assert (plain.duration - 0.17) / (quick.duration - 0.17) == pytest.approx(ratio, rel=0.05)
    high = speak(SENTENCE, Delivery(pitch=ratio, variability=0.0))[0]
    assert np.median(pitch(high)) / np.median(pitch(plain)) == pytest.approx(ratio, rel=0.06)


@speaking
def test_pitch_range_follows_its_ratio(speak):
    deliveries = (Delivery(pitch_range=ratio, variability=0.0) for ratio in (0.5, 1.5))
    narrow, wide = (np.log2(pitch(speak(SENTENCE, delivery)[0])) for delivery in deliveries)
    assert np.ptp(np.percentile(wide, [10, 90])) > 1.7 * np.ptp(np.percentile(narrow, [10, 90]))


@speaking
def test_the_seed_moves_the_sound_as_variability_says(speak):
    def lengths(variability):
        return [
            speak("はい、そうです。", Delivery(variability=variability), seed=seed)[0].duration for seed in range(4)
        ]

    assert np.ptp(lengths(0.0)) == 0
    assert 0.01 < np.ptp(lengths(1.0)) / np.mean(lengths(1.0)) < 0.1
    first, again = (speak(SENTENCE, Delivery(), seed=3)[0].samples for _ in range(2))
    assert np.array_equal(first, again)


@speaking
def test_formants_move_and_times_stay_right(speak):
    audio, words = speak(SENTENCE, timbre=Timbre(formant=0.9))
    plain = speak(SENTENCE)[0]
    assert audio.duration == pytest.approx(plain.duration, rel=0.03)
    assert np.median(pitch(audio)) == pytest.approx(np.median(pitch(plain)), rel=0.04)
    assert words[-1].end == pytest.approx(audio.duration - 0.12, abs=0.06)


@speaking
def test_a_long_text_without_stops_is_read_to_its_end(speak):
    text = "今日は雨です" * 260
    words = speak(text, Delivery(rate=3.0))[1]
    assert words[-1].last == len(text)
