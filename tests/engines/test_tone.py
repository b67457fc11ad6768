from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.core.errors import InvalidRequest
from sonant.core.speech import SpeechChunk, Timbre, Utterance
from sonant.core.text import Delivery
from sonant.engines.tone import AMPLITUDE, ENGINE, SAMPLE_RATE

A = Utterance("a", "en", "tone")


def speak(utterance: Utterance) -> list[SpeechChunk]:
    return list(ENGINE.load(Path()).synthesize(utterance))


def samples_of(utterance: Utterance) -> npt.NDArray[np.float32]:
    return np.concatenate([chunk.audio.samples[0] for chunk in speak(utterance)])


def frequency(samples: npt.NDArray[np.float32]) -> float:
    """Hz of the strongest partial, to a hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), SAMPLE_RATE))
    return float(np.argmax(spectrum))


def test_each_character_is_50_ms_and_its_code_point_is_its_pitch() -> None:
    samples = samples_of(replace(A, text="aZ é"))

    assert samples.size == 4 * 1_200
    pitches = [frequency(tone) for tone in samples.reshape(4, -1)]
    assert pitches == pytest.approx([200 + ord(character) for character in "aZ é"], abs=3)


@pytest.mark.parametrize(
    ("delivery", "timbre"),
    [(Delivery(rate=2.0), Timbre()), (Delivery(), Timbre(rate=2.0)), (Delivery(rate=4), Timbre(rate=0.5))],
)
def test_twice_the_rate_is_half_the_duration(delivery: Delivery, timbre: Timbre) -> None:
    assert samples_of(replace(A, text="abc", delivery=delivery, timbre=timbre)).size == 3 * 600


def test_pitches_of_delivery_and_timbre_multiply() -> None:
    higher = replace(A, delivery=Delivery(pitch=1.5), timbre=Timbre(pitch=2.0))

    assert frequency(samples_of(higher)) == pytest.approx(3 * frequency(samples_of(A)), rel=0.01)


def test_volume_and_gain_add_up_in_decibels_and_stop_at_full_scale() -> None:
    quieter = samples_of(replace(A, delivery=Delivery(volume_db=-12.0), timbre=Timbre(gain_db=6.0)))
    louder = samples_of(replace(A, delivery=Delivery(volume_db=40.0)))

    assert np.abs(samples_of(A)).max() == pytest.approx(AMPLITUDE, rel=0.001)
    assert np.abs(quieter).max() == pytest.approx(AMPLITUDE * 10 ** (-6 / 20), rel=0.001)
    assert np.abs(louder).max() == 1.0


@given(text=st.text(min_size=1, max_size=60), pitch=st.floats(0.25, 4.0))
def test_no_tone_reaches_the_nyquist_frequency(text: str, pitch: float) -> None:
    samples = samples_of(replace(A, text=text, delivery=Delivery(pitch=pitch)))

    spectrum = np.abs(np.fft.rfft(samples))
    above = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE) > 11_500
    assert np.sum(spectrum[above] ** 2) < 0.01 * np.sum(spectrum**2)


def test_the_wave_has_no_jumps_and_begins_and_ends_in_silence() -> None:
    text = "The quick brown fox jumps over the lazy dog."
    samples = samples_of(replace(A, text=text))

    steepest = AMPLITUDE * 2 * np.pi * (200 + max(map(ord, text))) / SAMPLE_RATE
    assert np.abs(np.diff(samples)).max() <= steepest * 1.01
    assert samples[0] == samples[-1] == 0.0


def test_the_first_chunk_is_short_and_later_ones_are_longer() -> None:
    durations = [chunk.audio.duration for chunk in speak(replace(A, text="a" * 25))]

    assert durations == pytest.approx([0.1, 0.5, 0.5, 0.15])


def test_words_are_timed_and_come_with_the_chunk_in_which_they_begin() -> None:
    chunks = speak(replace(A, text=" Hi, there\nfriend "))

    timings = [[(word.first, word.last, word.start, word.end) for word in chunk.words] for chunk in chunks]
    assert [len(words) for words in timings] == [1, 2, 0]
    assert timings[0][0] == pytest.approx((1, 4, 0.05, 0.2))
    assert timings[1][0] == pytest.approx((5, 10, 0.25, 0.5))
    assert timings[1][1] == pytest.approx((11, 17, 0.55, 0.85))


def test_a_speaker_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="one speaker, tone"):
        speak(replace(A, speaker="somebody"))
