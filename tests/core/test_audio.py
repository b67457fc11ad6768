import numpy as np
import pytest

from sonant.core.audio import Audio, amplify, concatenate, fade, from_int16, mono, silence, to_int16


def test_full_scale_integers_survive_the_way_to_floats_and_back():
    samples = np.array([-32768, -1, 0, 1, 32767], np.int16)

    assert to_int16(from_int16(samples, 8000).samples)[0].tolist() == samples.tolist()


def test_samples_over_full_scale_are_clipped_not_wrapped():
    assert to_int16(np.array([[2.0, -2.0]], np.float32)).tolist() == [[32767, -32768]]


@pytest.mark.parametrize("samples", [np.zeros((1, 4)), np.zeros(4, np.float32)])
def test_other_types_and_shapes_are_refused(samples):
    with pytest.raises(ValueError, match="float32"):
        Audio(samples, 8000)


def test_a_rate_must_be_positive():
    with pytest.raises(ValueError, match="sample_rate"):
        mono([0.0], 0)


def test_durations_add_up():
    joined = concatenate([silence(0.5, 8000), silence(0.25, 8000)])

    assert joined.duration == 0.75
    assert joined.channels == 1


@pytest.mark.parametrize("pieces", [[], [silence(1, 8000), silence(1, 16000)]])
def test_what_does_not_fit_is_not_joined(pieces):
    with pytest.raises(ValueError, match=r"nothing|differ"):
        concatenate(pieces)


def test_six_decibels_double_the_amplitude():
    assert amplify(mono([0.25], 8000), 6.0206).samples[0, 0] == pytest.approx(0.5, rel=1e-4)


def test_a_fade_longer_than_half_the_audio_is_cut_to_half():
    faded = fade(mono(np.ones(4), 4), seconds=10)

    assert faded.samples.tolist() == [[0.0, 0.5, 0.5, 0.0]]


def test_a_negative_fade_is_refused():
    with pytest.raises(ValueError, match="negative"):
        fade(silence(1, 8000), -1)
