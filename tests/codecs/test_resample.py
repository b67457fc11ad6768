import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import pieces_of, sine
from sonant.codecs.resample import Resampler
from sonant.core.audio import Audio, concatenate, mono

ENGINE_RATES = (16000, 22050, 24000, 32000, 44100, 48000)
TARGET_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
PAIRS = [(source, target) for source in ENGINE_RATES for target in TARGET_RATES if source != target]


def resampled(pieces, target_rate):
    pieces = list(pieces)
    resampler = Resampler(pieces[0].sample_rate, target_rate)
    return concatenate([*map(resampler.process, pieces), resampler.flush()])


def spectrum_db(audio, reference):
    """Frequencies in Hz and levels over a sine of amplitude `reference`; the first and last tenth are left out."""
    edge = audio.samples.shape[1] // 10
    samples = audio.samples[0, edge:-edge].astype(np.float64)
    window = np.kaiser(len(samples), 18)
    levels = np.abs(np.fft.rfft(samples * window)) / (window.sum() / 2 * reference)
    return np.fft.rfftfreq(len(samples), 1 / audio.sample_rate), 20 * np.log10(np.maximum(levels, 1e-12))


def test_equal_rates_change_nothing():
    audio = sine(440, 16000)
    resampler = Resampler(16000, 16000)

    assert resampler.process(audio) is audio
    assert resampler.flush().samples.shape == (1, 0)


@settings(max_examples=60, deadline=None)
@given(
    source=st.sampled_from((2000, 11025, 44056, 96000, 192000, *ENGINE_RATES)),
    target=st.sampled_from(TARGET_RATES),
    length=st.integers(0, 5000),
)
def test_the_total_length_is_that_of_the_input_rounded(source, target, length):
    audio = mono(np.full(length, 0.25), source)

    assert resampled([audio], target).samples.shape == (1, round(length * target / source))


@settings(max_examples=25, deadline=None)
@given(pair=st.sampled_from(PAIRS), lengths=st.lists(st.integers(0, 3000), max_size=12), seed=st.integers(0, 99))
def test_what_comes_out_does_not_depend_on_the_cutting(pair, lengths, seed):
    source, target = pair
    noise = np.random.default_rng(seed).uniform(-1, 1, (2, 6000)).astype(np.float32)
    audio = Audio(noise, source)

    whole = resampled([audio], target).samples

    assert np.array_equal(resampled(pieces_of(audio, lengths), target).samples, whole)


def test_pieces_of_one_sample_come_out_as_one_stretch():
    audio = sine(440, 16000, 0.05)

    singly = resampled(pieces_of(audio, [1] * 800), 44100)

    assert np.array_equal(singly.samples, resampled([audio], 44100).samples)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_the_first_tenth_of_a_second_gives_sound_at_once(source, target):
    chunk = sine(440, source, 0.1)

    first = Resampler(source, target).process(chunk)

    assert first.duration >= 0.065
    assert np.abs(first.samples).max() > 0.4


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_sine_in_the_band_passes_clean(source, target):
    frequency = 0.3 * min(source, target)

    frequencies, levels = spectrum_db(resampled([sine(frequency, source)], target), 0.5)

    near = np.abs(frequencies - frequency) < 50
    assert levels[near].max() == pytest.approx(0.0, abs=0.05)
    assert levels[~near].max() < -95


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_the_band_reaches_to_nine_tenths_of_the_lower_nyquist_frequency(source, target):
    frequency = 0.45 * min(source, target)

    frequencies, levels = spectrum_db(resampled([sine(frequency, source)], target), 0.5)

    assert levels[np.abs(frequencies - frequency) < 50].max() == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(("source", "target"), [pair for pair in PAIRS if pair[0] > pair[1]])
def test_what_the_target_cannot_hold_is_gone_and_not_folded_back(source, target):
    for above in (1.03, 1.2, 1.9):
        frequency = above * target / 2
        if frequency < source / 2:
            _, levels = spectrum_db(resampled([sine(frequency, source)], target), 0.5)
            assert levels.max() < -95


@pytest.mark.parametrize(("source", "target"), [(44100, 8000), (16000, 44100), (48000, 16000), (22050, 24000)])
def test_sound_stays_where_it_was_to_half_a_sample_of_the_lower_rate(source, target):
    time = np.arange(source) / source
    pulse = mono(np.exp(-(((time - 0.5) * min(source, target) / 3) ** 2)), source)

    out = resampled([pulse], target)

    samples = out.samples[0].astype(np.float64)
    centre = np.sum(samples * np.arange(len(samples))) / np.sum(samples) / target
    assert abs(centre - 0.5) * min(source, target) <= 0.5


def test_channels_do_not_touch_each_other():
    left, right = sine(440, 16000), sine(1000, 16000)

    both = resampled([Audio(np.concatenate([left.samples, right.samples]), 16000)], 24000)

    assert np.array_equal(both.samples[0], resampled([left], 24000).samples[0])
    assert np.array_equal(both.samples[1], resampled([right], 24000).samples[0])


def test_a_stretch_at_another_rate_is_refused():
    with pytest.raises(ValueError, match="16000 Hz, this stretch at 22050"):
        Resampler(16000, 8000).process(sine(440, 22050))
