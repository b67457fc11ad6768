"""A delivery in espeak-ng's own numbers.

The library computes the fundamental frequency at a point of an intonation contour from the variant's `low` and `high`,
a pitch parameter P and a range parameter R (`SetPitch2` in its synthesis):

    f = (low - 9) * 2**((P - 50) / 50) + (high - low) * (_SHIFT + (point - _SHIFT) * R / 50)

The middle of natural contours lies at one point of the span, so a wanted mean and spread give P and R.
"""

import math
import random
from dataclasses import dataclass

from sonant.core.text import Delivery
from sonant.engines.espeak.languages import TONAL
from sonant.engines.espeak.speakers import DEFAULT, Variant

NATURAL_WPM = 175
_SLOWEST_WPM, _FASTEST_WPM, _COMPRESSED_WPM = 80, 449, 450

_BELOW_LOW = 9.0
_SHIFT = 0.4746  # share of the span at which widening the range changes nothing
_CENTRE = 0.3295  # share of the span by which the middle of the contour lies above that; measured
_CENTRE_TONAL = 0.0

# Share of the duration that speaking faster leaves as it is, where it is more than a few per cent; measured.
_RIGID = {
    "an": 0.12, "bg": 0.06, "bs": 0.09, "ca": 0.06, "el": 0.06, "es": 0.13, "hr": 0.09, "is": 0.12, "it": 0.11,
    "ru": 0.2,
}  # fmt: skip

# Rates of languages whose voice files ask for another than the natural one: the library forgets that for its variants.
_PACE = {"be": 0.95, "jbo": 0.8, "uk": 0.8}

_RATE_JITTER, _PITCH_JITTER, _RANGE_JITTER = 0.04, 0.05, 0.15


@dataclass(frozen=True, slots=True)
class Prosody:
    """What the library is told.

    Attributes:
        wpm: Words per minute, nominally.
        pitch: 0 to 99; 50 is the variant's own.
        pitch_range: 0 to 99; 50 is the variant's own.
        noise_seed: Of its breath and flutter.
    """

    wpm: int
    pitch: int
    pitch_range: int
    noise_seed: int


def choose_prosody(delivery: Delivery, variant: Variant, language: str, seed: int) -> Prosody:
    """The library's numbers for a delivery.

    The library can't vary by a seed of its own, except in its noise: rate, pitch and range move a little with `seed`,
    by as much as `delivery.variability` says.

    Args:
        delivery: What to do. Its pitch range is taken as a ratio of musical intervals.
        variant: Who speaks.
        language: As `languages.primary` names it.
        seed: Of the variation.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing secret

    def wavering(ratio: float, jitter: float) -> float:
        return ratio * math.exp(chance.uniform(-jitter, jitter) * delivery.variability)

    pace = 1.0 if variant.name == DEFAULT else _PACE.get(language, 1.0)
    rate = pace * wavering(delivery.rate, _RATE_JITTER)
    pitch, widened = wavering(delivery.pitch, _PITCH_JITTER), wavering(delivery.pitch_range, _RANGE_JITTER)
    pitch_number, range_number = _pitch_numbers(variant, pitch, widened, language in TONAL)
    return Prosody(
        wpm=_wpm(rate, _RIGID.get(language, 0.0)),
        pitch=pitch_number,
        pitch_range=range_number,
        noise_seed=seed % 2**31 if delivery.variability else 0,
    )


def _wpm(ratio: float, rigid: float) -> int:
    """Words per minute that make speech faster by `ratio`, of which the share `rigid` doesn't shrink."""
    share = rigid if ratio > 1 else rigid / 2
    if ratio * share >= 1:
        return round(NATURAL_WPM * ratio)
    wpm = NATURAL_WPM * (1 - share) / (1 / ratio - share)
    if wpm > _FASTEST_WPM:  # from here on the library speaks naturally and compresses the sound: its numbers are exact
        return max(_COMPRESSED_WPM, round(NATURAL_WPM * ratio)) if ratio > _midway(share) else _FASTEST_WPM
    return max(_SLOWEST_WPM, round(wpm))


def _midway(share: float) -> float:
    """Between the fastest that it can speak and the least that it can compress, the ratio that is as far from both."""
    fastest = 1 / (share + (1 - share) * NATURAL_WPM / _FASTEST_WPM)
    return math.sqrt(fastest * _COMPRESSED_WPM / NATURAL_WPM)


def _pitch_numbers(variant: Variant, pitch: float, pitch_range: float, tonal: bool) -> tuple[int, int]:
    """P and R for ratios of the mean and of the spread in musical intervals."""
    base, span = variant.low - _BELOW_LOW, variant.high - variant.low
    centre = _CENTRE_TONAL if tonal else _CENTRE
    widened = min(99, max(0, round(50 * pitch * pitch_range)))
    mean = base + span * (_SHIFT + centre)
    raised = (pitch * mean - span * (_SHIFT + centre * widened / 50)) / base
    return min(99, max(0, round(50 + 50 * math.log2(max(raised, 0.5))))), widened
