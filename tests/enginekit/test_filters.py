from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonant.enginekit.filters import Breath, Convolver, Equaliser, Filter, Gain, Limiter, OffsetRemover, Resampler

RATE = 16_000
IDENTITY = np.eye(1, 65, 32, dtype=np.float32)[0]
HIGH_PASS = np.array([-0.25, 0.5, -0.25], np.float32)

FILTERS: dict[str, Callable[[], Filter]] = {
    "gain": lambda: Gain(6.0),
    "resampler": lambda: Resampler(1.13, RATE),
    "equaliser": lambda: Equaliser(np.hanning(129).astype(np.float32) / 64),
    "offset remover": lambda: OffsetRemover(RATE),
    "breath": lambda: Breath(0.7, HIGH_PASS, RATE, seed=3),
    "limiter": lambda: Limiter(0.5, RATE),
}


def noise(seconds: float = 1.0, level: float = 0.3) -> npt.NDArray[np.float32]:
    return level * np.random.default_rng(1).standard_normal(round(seconds * RATE)).astype(np.float32)


def tone(frequency: float, seconds: float = 1.0, level: float = 0.5) -> npt.NDArray[np.float32]:
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def through(filter_: Filter, samples: npt.NDArray[np.float32], cuts: list[int]) -> npt.NDArray[np.float32]:
    """The whole output for an input cut at these lengths."""
    pieces, start = [], 0
    for length in cuts:
        pieces.append(filter_.process(samples[start : start + length]))
        start += length
    pieces.append(filter_.process(samples[start:]))
    return np.concatenate([*pieces, filter_.flush()])


def whole(filter_: Filter, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return through(filter_, samples, [])


@pytest.mark.parametrize("make", FILTERS.values(), ids=FILTERS)
@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 3_000), max_size=12))
def test_cutting_the_input_changes_no_bit(make, cuts) -> None:
    samples = noise(0.5)

    assert np.array_equal(whole(make(), samples), through(make(), samples, cuts))


@pytest.mark.parametrize("name", [name for name in FILTERS if name != "resampler"])
@pytest.mark.parametrize("length", [0, 1, 79, 80, 81, 1_000])
def test_as_many_samples_come_out_as_went_in(name, length) -> None:
    assert len(whole(FILTERS[name](), noise()[:length])) == length


def test_a_gain_is_in_decibels() -> None:
    assert whole(Gain(-6.0), np.ones(4, np.float32)) == pytest.approx(np.full(4, 10**-0.3))


@pytest.mark.parametrize("ratio", [0.85, 1.0, 1.2])
def test_resampling_moves_frequencies_up_and_times_down(ratio) -> None:
    resampled = whole(Resampler(ratio, RATE), tone(1_000.0))

    peak = np.argmax(np.abs(np.fft.rfft(resampled * np.hanning(len(resampled))))) * RATE / len(resampled)
    assert len(resampled) == pytest.approx(RATE / ratio, abs=1)
    assert peak == pytest.approx(1_000 * ratio, abs=2)


def test_a_convolver_delays_and_an_equaliser_does_not() -> None:
    samples = noise(0.1)

    assert np.array_equal(Convolver(IDENTITY).process(samples)[32:], samples[:-32])
    assert np.array_equal(whole(Equaliser(IDENTITY), samples), samples)


def test_an_offset_goes_and_speech_frequencies_stay() -> None:
    samples = tone(90.0, 2.0, 0.3)
    cleared = whole(OffsetRemover(RATE), samples + np.float32(0.05))

    assert abs(cleared[RATE:].mean()) < 1e-4
    assert cleared[RATE:].std() == pytest.approx(samples[RATE:].std(), rel=0.01)


def test_breath_follows_the_voice_and_falls_silent_with_it() -> None:
    samples = np.concatenate([noise(0.5), np.zeros(RATE // 2, np.float32)])
    added = whole(Breath(1.0, HIGH_PASS, RATE, seed=3), samples) - samples

    upper = np.convolve(samples[: RATE // 2], HIGH_PASS, "same")
    assert added[800 : RATE // 2].std() == pytest.approx(upper.std(), rel=0.1)
    assert np.abs(added[RATE // 2 + 400 :]).max() == 0.0


def test_breath_is_decided_by_its_seed() -> None:
    one, same, other = (whole(Breath(0.5, HIGH_PASS, RATE, seed=seed), noise()) for seed in (1, 1, 2))

    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), st.floats(0.0, 8.0)), min_size=1, max_size=12))
def test_nothing_passes_a_limiters_ceiling(bursts) -> None:
    samples = np.concatenate([noise(1.0)[:length] * np.float32(level) for length, level in bursts])

    assert np.abs(whole(Limiter(0.5, RATE), samples)).max() <= 0.5 + 1e-6


def test_a_limiter_leaves_alone_what_stays_below() -> None:
    samples = tone(200.0, level=0.499)

    assert np.array_equal(whole(Limiter(0.5, RATE), samples), samples)


def test_a_limiter_recovers() -> None:
    samples = tone(200.0, level=0.4)
    samples[4_000:4_200] *= 5
    limited = whole(Limiter(0.5, RATE), samples)

    assert np.array_equal(limited[:3_840], samples[:3_840])
    assert np.array_equal(limited[6_400:], samples[6_400:])
