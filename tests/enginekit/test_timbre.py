from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonant.core.audio import mono
from sonant.core.speech import PhoneTiming, SpeechChunk, Timbre, WordTiming
from sonant.core.text import Delivery
from sonant.enginekit.timbre import CEILING, compensated, rendered

RATE = 16_000
PLAIN = Delivery(variability=0.0)
NOBODY = Timbre()
EVERYTHING = Timbre(formant=1.15, breathiness=0.5, brightness_db=1.5, gain_db=6.0)
LOUD = Delivery(volume_db=6.0, presence=True)

Samples = npt.NDArray[np.float32]


def noise(seconds: float = 2.0, level: float = 0.1) -> Samples:
    return level * np.random.default_rng(1).standard_normal(round(seconds * RATE)).astype(np.float32)


def speechlike() -> Samples:
    """Three seconds of noise with the long-term spectrum of speech: level to 500 Hz, then falling 9 dB per octave."""
    spectrum = np.fft.rfft(noise(3.0))
    frequencies = np.maximum(np.fft.rfftfreq(3 * RATE, 1 / RATE), 1.0)
    spectrum *= np.where(frequencies < 100, 0, np.minimum(1.0, (frequencies / 500) ** -1.5))
    shaped = np.fft.irfft(spectrum)
    return (0.05 * shaped / shaped.std()).astype(np.float32)


def chunks(samples: Samples, cuts: Sequence[int] = (), words: tuple[WordTiming, ...] = ()) -> Iterator[SpeechChunk]:
    """Samples as an engine yields them, cut at these lengths; the words come with the first chunk."""
    for piece in np.split(samples, np.cumsum(cuts)):
        yield SpeechChunk(mono(piece, RATE), words)
        words = ()


def render(
    samples: Samples, timbre: Timbre = NOBODY, delivery: Delivery = PLAIN, cuts: Sequence[int] = (), seed: int = 1
) -> Samples:
    made = rendered(chunks(samples, cuts), timbre, delivery, seed)
    return np.concatenate([chunk.audio.samples[0] for chunk in made])


def level_db(samples: Samples, low: float, high: float) -> float:
    """Power density between two frequencies."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(10 * np.log10(power[(frequencies >= low) & (frequencies < high)].mean()))


def test_what_is_asked_of_the_engine_makes_up_for_the_formants() -> None:
    asked = compensated(
        Delivery(rate=1.2, pitch=0.9, pitch_range=2.0, variability=0.3, volume_db=3.0),
        Timbre(rate=0.8, pitch=1.5, pitch_range=0.5, formant=1.25),
    )

    assert asked.rate == pytest.approx(1.2 * 0.8 / 1.25)
    assert asked.pitch == pytest.approx(0.9 * 1.5 / 1.25)
    assert asked.pitch_range == pytest.approx(1.0)
    assert asked.variability == 0.3


def test_a_timbre_that_changes_nothing_costs_nothing() -> None:
    engine = chunks(noise())

    assert rendered(engine, Timbre(pitch=1.3, rate=0.8, pitch_range=2.0), PLAIN, 1) is engine


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 5_000), max_size=8))
def test_cutting_an_engines_sound_changes_no_bit(cuts) -> None:
    samples = noise(0.6)
    inside = [cut for cut, end in zip(cuts, np.cumsum(cuts), strict=True) if end <= len(samples)]

    assert np.array_equal(render(samples, EVERYTHING, LOUD), render(samples, EVERYTHING, LOUD, inside))


@pytest.mark.parametrize("formant", [0.85, 1.0, 1.2])
def test_sound_lies_where_word_times_say(formant) -> None:
    samples = np.zeros(2 * RATE, np.float32)
    samples[RATE : RATE + 1_600] = noise(0.1)
    phones = (PhoneTiming("s", 1.0, 1.05), PhoneTiming("t", 1.05, 1.1))
    words = (WordTiming(0, 2, 1.0, 1.1, phones),)
    timbre = Timbre(formant=formant, brightness_db=1.0, gain_db=3.0)

    made = list(rendered(chunks(samples, (1_300, 8_000), words), timbre, LOUD, 1))
    (word,) = (word for chunk in made for word in chunk.words)
    loud = np.flatnonzero(np.abs(np.concatenate([chunk.audio.samples[0] for chunk in made])) > 0.02) / RATE

    assert word.start == pytest.approx(loud[0], abs=0.002)
    assert word.end == pytest.approx(loud[-1], abs=0.002)
    assert word.phones[0].end == word.phones[1].start == pytest.approx(1.05 / formant)
    assert (word.first, word.last) == (0, 2)


def test_words_come_with_or_before_their_sound() -> None:
    words = tuple(WordTiming(n, n + 1, n / 10, n / 10 + 0.1) for n in range(20))
    engine = (SpeechChunk(mono(noise()[n * 1_600 : (n + 1) * 1_600], RATE), (word,)) for n, word in enumerate(words))

    begun = 0.0
    reported = []
    for chunk in rendered(engine, Timbre(formant=0.9, brightness_db=1.0), PLAIN, 1):
        reported += chunk.words
        assert all(word.start >= begun - 1e-9 for word in chunk.words)
        begun += chunk.audio.duration
    assert [word.first for word in reported] == list(range(20))


@pytest.mark.parametrize("formant", [0.85, 1.2])
def test_formants_move_by_their_ratio(formant) -> None:
    time = np.arange(2 * RATE) / RATE
    moved = render((0.3 * np.sin(2 * np.pi * 1_000 * time)).astype(np.float32), Timbre(formant=formant))

    peak = np.argmax(np.abs(np.fft.rfft(moved * np.hanning(len(moved))))) * RATE / len(moved)
    assert peak == pytest.approx(1_000 * formant, abs=2)
    assert len(moved) == pytest.approx(2 * RATE / formant, abs=1)


@pytest.mark.parametrize("tilt", [-2.0, 2.0])
def test_brightness_is_a_tilt_in_decibels_per_octave(tilt) -> None:
    samples = noise(8.0)
    made = render(samples, Timbre(brightness_db=tilt))

    changed = [
        level_db(made, centre * 0.9, centre * 1.1) - level_db(samples, centre * 0.9, centre * 1.1)
        for centre in (500, 1_000, 2_000, 4_000)
    ]
    assert np.diff(changed) == pytest.approx(np.full(3, tilt), abs=0.5)


def test_an_extreme_tilt_is_limited() -> None:
    samples = noise(8.0)
    made = render(samples, Timbre(brightness_db=30.0))

    difference = [
        level_db(made, low, high) - level_db(samples, low, high) for low, high in ((200, 500), (3_000, 6_000))
    ]
    assert difference[1] - difference[0] == pytest.approx(24.0, abs=2.0)


def test_presence_lifts_the_band_around_three_kilohertz() -> None:
    samples = noise(8.0)
    made = render(samples, delivery=Delivery(presence=True))

    def change(low: float, high: float) -> float:
        return level_db(made, low, high) - level_db(samples, low, high)

    assert change(2_800, 3_200) - change(300, 600) == pytest.approx(2.5, abs=0.4)
    assert change(2_800, 3_200) - change(7_000, 7_800) == pytest.approx(2.5, abs=0.8)


@pytest.mark.parametrize(
    ("timbre", "delivery"),
    [
        (Timbre(), Delivery(presence=True)),
        (Timbre(brightness_db=1.0), PLAIN),
        (Timbre(brightness_db=-1.0), Delivery(presence=True)),
    ],
)
def test_equalisation_keeps_the_loudness_of_speech(timbre, delivery) -> None:
    meter = pyloudnorm.Meter(RATE)
    samples = speechlike()

    before, after = (meter.integrated_loudness(heard) for heard in (samples, render(samples, timbre, delivery)))
    assert after == pytest.approx(before, abs=0.7)


def test_breathiness_adds_noise_above_two_kilohertz_only() -> None:
    samples = speechlike()
    plain, breathy = render(samples, Timbre(gain_db=0.1)), render(samples, Timbre(gain_db=0.1, breathiness=1.0))

    assert level_db(breathy, 3_000, 7_000) - level_db(plain, 3_000, 7_000) == pytest.approx(3.0, abs=1.0)
    assert level_db(breathy, 100, 1_000) == pytest.approx(level_db(plain, 100, 1_000), abs=0.05)


def test_breath_depends_on_the_seed_alone() -> None:
    one, same, other = (render(noise(), Timbre(breathiness=0.5), seed=seed) for seed in (1, 1, 2))

    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("gain_db", [-12.0, 3.0])
def test_gains_add_up_in_decibels(gain_db) -> None:
    samples = noise()
    made = render(samples, Timbre(gain_db=gain_db), Delivery(volume_db=1.0))

    assert 20 * np.log10(made.std() / samples.std()) == pytest.approx(gain_db + 1.0, abs=0.02)


def test_peaks_stay_under_the_ceiling() -> None:
    made = render(noise(level=0.5), EVERYTHING, Delivery(volume_db=24.0, presence=True))

    assert np.abs(made).max() <= CEILING + 1e-6
    assert np.abs(made).max() > CEILING - 0.01


def test_an_offset_is_removed() -> None:
    made = render(noise(4.0) + np.float32(0.1), Timbre(gain_db=1.0))

    assert abs(made[RATE:].mean()) < 0.002


def test_closing_the_rendered_stream_closes_the_engines() -> None:
    closed = []

    def engine() -> Iterator[SpeechChunk]:
        try:
            yield from chunks(noise(), [1_600] * 10)
        finally:
            closed.append(True)

    made = rendered(engine(), EVERYTHING, LOUD, 1)
    next(made)
    made.close()

    assert closed == [True]


def test_an_engine_that_yields_nothing_is_rendered_as_nothing() -> None:
    assert list(rendered(iter(()), EVERYTHING, LOUD, 1)) == []
