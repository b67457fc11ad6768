import pytest

from sonant.core.speech import Timbre
from sonant.core.text import Delivery


def test_a_transform_at_no_strength_is_the_base_speaker_at_the_matched_level():
    timbre = Timbre(1.3, 1.2, 1.1, 0.9, 0.5, -2.0, gain_db=4.0)

    assert timbre.scaled(0.0) == Timbre(gain_db=4.0)


def test_strengths_multiply():
    timbre = Timbre(pitch=1.5, formant=1.2, brightness_db=2.0)

    assert timbre.scaled(0.5).scaled(2.0).pitch == pytest.approx(1.5)
    assert timbre.scaled(2.0).brightness_db == 4.0


def test_prosody_multiplies_ratios_and_adds_decibels():
    changed = Delivery(rate=1.2, volume_db=-2.0).with_prosody(rate=0.5, pitch=2.0, volume_db=6.0)

    assert changed.rate == pytest.approx(0.6)
    assert changed.pitch == 2.0
    assert changed.volume_db == 4.0
