"""Values of SSML attributes in physical terms.

Hertz are relative to `NEUTRAL_PITCH`, because a text is parsed before it is known who speaks it. Ratios are kept within
`RATIOS`, volumes within `VOLUMES_DB`; values outside are valid in SSML and mean the nearest possible.
"""

import re

from sonant.core.errors import MalformedMarkup

NEUTRAL_PITCH = 160.0
RATIOS = (0.25, 4.0)
VOLUMES_DB = (-120.0, 12.0)
LONGEST_BREAK = 10.0

_NUMBER = r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})"
_RELATIVE = re.compile(rf"([+-]?){_NUMBER}(%|st|Hz|hz|HZ)")
_RATIO = re.compile(_NUMBER)
_DECIBELS = re.compile(rf"([+-]?){_NUMBER}\s?d[bB]")
_TIME = re.compile(rf"{_NUMBER}\s?(ms|s)")
_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6}
_PITCHES = {"x-low": 0.7, "low": 0.85, "medium": 1.0, "default": 1.0, "high": 1.15, "x-high": 1.35}
_RANGES = {"x-low": 0.3, "low": 0.6, "medium": 1.0, "default": 1.0, "high": 1.5, "x-high": 2.0}
_VOLUMES = {"silent": -120.0, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "default": 0.0, "loud": 4.0, "x-loud": 8.0}
_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.2}


def parse_rate(value: str) -> float:
    """Ratio of speaking rate: a label, "80%", "+20%", "0.9".

    Raises:
        MalformedMarkup: It is none of these.

    >>> parse_rate("slow"), parse_rate("80%"), parse_rate("+20%"), parse_rate("1.5")
    (0.75, 0.8, 1.2, 1.5)
    """
    if value in _RATES:
        return _RATES[value]
    if match := _RATIO.fullmatch(value):
        return _ratio(float(match[1]))
    match = _RELATIVE.fullmatch(value)
    if match is None or match[3] != "%":
        raise MalformedMarkup('The rate of <prosody> must be a label such as "slow", a percentage or a number.')
    part = float(match[2]) / 100
    return _ratio({"+": 1 + part, "-": 1 - part}.get(match[1], part))


def parse_pitch(value: str) -> float:
    """Ratio of mean pitch: a label, "+10%", "-2st", "+20Hz", "200Hz".

    Raises:
        MalformedMarkup: It is none of these.

    >>> parse_pitch("high"), parse_pitch("-12st"), parse_pitch("+10%"), parse_pitch("240Hz")
    (1.15, 0.5, 1.1, 1.5)
    """
    return _PITCHES[value] if value in _PITCHES else _change(value, "pitch")


def parse_range(value: str) -> float:
    """Ratio of the spread of pitch, written like a pitch.

    Raises:
        MalformedMarkup: It is not.
    """
    return _RANGES[value] if value in _RANGES else _change(value, "range")


def parse_volume(value: str) -> float:
    """Gain in decibels: a label, "+6dB", or 0 to 100 as in SSML 1.0.

    Raises:
        MalformedMarkup: It is none of these.

    >>> parse_volume("soft"), parse_volume("-6dB"), parse_volume("50")
    (-6.0, -6.0, -6.0)
    """
    if value in _VOLUMES:
        return _VOLUMES[value]
    if match := _DECIBELS.fullmatch(value):
        return _clamped(float(match[2]) * (-1 if match[1] == "-" else 1), VOLUMES_DB)
    match = _RATIO.fullmatch(value)
    if match is None:
        raise MalformedMarkup('The volume of <prosody> must be a label such as "soft", decibels or 0 to 100.')
    share = min(float(match[1]), 100.0) / 100
    return _VOLUMES["silent"] if share == 0 else round(_clamped(6.0 * (share - 1) / 0.5, VOLUMES_DB), 3)


def parse_time(value: str) -> float:
    """Seconds of a break: "1.5s", "500ms"; at most `LONGEST_BREAK`.

    Raises:
        MalformedMarkup: It is no time.

    >>> parse_time("500ms"), parse_time("1.5s"), parse_time("60s")
    (0.5, 1.5, 10.0)
    """
    match = _TIME.fullmatch(value.strip())
    if match is None:
        raise MalformedMarkup('The time of <break> must be like "1.5s" or "500ms".')
    return min(float(match[1]) / (1000 if match[2] == "ms" else 1), LONGEST_BREAK)


def parse_strength(value: str) -> float:
    """Seconds of a break of a strength such as "weak".

    Raises:
        MalformedMarkup: There is no such strength.
    """
    if value not in _STRENGTHS:
        raise MalformedMarkup(f"The strength of <break> must be one of {', '.join(_STRENGTHS)}.")
    return _STRENGTHS[value]


def _change(value: str, attribute: str) -> float:
    match = _RELATIVE.fullmatch(value)
    if match is None:
        raise MalformedMarkup(f'The {attribute} of <prosody> must be a label such as "high", or in %, st or Hz.')
    sign, size, unit = match[1], float(match[2]), match[3].lower()
    if unit == "st":
        return _ratio(2 ** (min(size, 48.0) * (-1 if sign == "-" else 1) / 12))
    part = size / (100 if unit == "%" else NEUTRAL_PITCH)
    if not sign:
        return _ratio(part)
    return _ratio(1 + part if sign == "+" else 1 - part)


def _ratio(value: float) -> float:
    return round(_clamped(value, RATIOS), 6)


def _clamped(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
