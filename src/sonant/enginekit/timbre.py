"""The acoustic transform that makes a base speaker into another voice, streamed.

An engine does what it does well by itself (rate, pitch, intonation) and hands the rest to `rendered`:

    asked = compensated(utterance.delivery, utterance.timbre)     # what the engine itself is to produce
    raw = ...                                                     # SpeechChunks of the engine, spoken as `asked` says
    return rendered(raw, utterance.timbre, utterance.delivery, utterance.seed)

Formants are scaled by resampling: the engine speaks `formant` times slower and lower, and playing its samples
`formant` times faster brings tempo and pitch back and leaves the formants moved.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sonant.core.audio import Audio, Samples
from sonant.core.speech import PhoneTiming, SpeechChunk, Timbre, WordTiming
from sonant.core.text import Delivery
from sonant.enginekit.filters import (
    BLOCKS_PER_SECOND,
    Breath,
    Equaliser,
    Filter,
    Gain,
    Limiter,
    OffsetRemover,
    Resampler,
)

CEILING = 10 ** (-1 / 20)
"""Peaks stay under -1 dBFS."""

_Spectrum: TypeAlias = npt.NDArray[np.floating[Any]]

_TILT_LIMIT_DB = 12.0
_TILT_PIVOT = 1000.0
_PRESENCE_DB, _PRESENCE_CENTRE, _PRESENCE_OCTAVES = 2.5, 3000.0, 0.7
_ASPIRATION = (2000.0, 8000.0)

# How much of speech's loudness lies at each frequency: the long-term average spectrum of Byrne et al. (JASA 1994) in dB
# at octaves, with the K weighting of ITU-R BS.1770 added.
_OCTAVES = 125.0 * 2.0 ** np.arange(8)
_SPEECH_DB = np.array([56.8, 60.3, 62.0, 54.5, 51.2, 49.5, 47.5, 44.5])


def compensated(delivery: Delivery, timbre: Timbre) -> Delivery:
    """What the engine is to produce so that `rendered` makes of it what `delivery` and `timbre` ask for.

    Rate and pitch are the products of both, divided by the formant ratio. `pitch_range` is the product alone: it is the
    spread in musical intervals, which resampling keeps, so an engine that takes its spread in Hz multiplies it by
    `pitch * pitch_range`. Volume and presence are left to `rendered`: engines ignore them.
    """
    return replace(
        delivery,
        rate=delivery.rate * timbre.rate / timbre.formant,
        pitch=delivery.pitch * timbre.pitch / timbre.formant,
        pitch_range=delivery.pitch_range * timbre.pitch_range,
    )


def rendered(chunks: Iterator[SpeechChunk], timbre: Timbre, delivery: Delivery, seed: int) -> Iterator[SpeechChunk]:
    """Apply formant, brightness, breathiness, presence and gain to an engine's raw chunks.

    Samples don't depend on how `chunks` was cut. Word and phone times are those of what comes out: filters' delays are
    taken off, so a time is only divided by the formant ratio. Brightness and presence keep the loudness of average
    speech. Where there is nothing to do, `chunks` itself is returned.

    Args:
        chunks: One channel at one rate, spoken as `compensated` asks. Word times are those of these samples.
        timbre: `formant`, `breathiness`, `brightness_db` and `gain_db` are applied; the rest was the engine's work.
        delivery: `volume_db` and `presence` are applied; the rest was the engine's work.
        seed: Of the breath noise.

    Returns:
        Chunks at the same rate, never above -1 dBFS where anything was done. Closing it closes `chunks`.
    """
    gain_db = timbre.gain_db + delivery.volume_db
    if not (gain_db or delivery.presence or timbre.breathiness or timbre.brightness_db) and timbre.formant == 1:
        return chunks
    return _rendered(chunks, lambda sample_rate: _filters(timbre, delivery, seed, sample_rate), timbre.formant)


def _filters(timbre: Timbre, delivery: Delivery, seed: int, sample_rate: int) -> list[Filter]:
    """What the samples pass through, in order."""
    filters: list[Filter] = []
    if timbre.formant != 1:
        filters.append(Resampler(timbre.formant, sample_rate))
    filters.append(OffsetRemover(sample_rate))
    gain_db = timbre.gain_db + delivery.volume_db
    presence_db = _PRESENCE_DB if delivery.presence else 0.0
    if timbre.brightness_db or presence_db:
        filters.append(Equaliser(_equalisation(timbre.brightness_db, presence_db, gain_db, sample_rate)))
    elif gain_db:
        filters.append(Gain(gain_db))
    if timbre.breathiness:
        filters.append(Breath(timbre.breathiness, _upper_band(sample_rate), sample_rate, seed))
    filters.append(Limiter(CEILING, sample_rate))
    return filters


def _rendered(
    chunks: Iterator[SpeechChunk], make_filters: Callable[[int], list[Filter]], formant: float
) -> Iterator[SpeechChunk]:
    try:
        first = next(chunks, None)
        if first is None:
            return
        sample_rate = first.audio.sample_rate
        filters = make_filters(sample_rate)
        words: tuple[WordTiming, ...] = ()
        for chunk in chain((first,), chunks):
            words += tuple(_rescaled(word, formant) for word in chunk.words)
            samples = chunk.audio.samples[0]
            for filter_ in filters:
                samples = filter_.process(samples)
            if len(samples):
                yield SpeechChunk(Audio(samples[None], sample_rate), words)
                words = ()
        samples = _flushed(filters)
        if len(samples) or words:
            yield SpeechChunk(Audio(_faded_out(samples, sample_rate)[None], sample_rate), words)
    finally:
        if isinstance(chunks, Generator):
            chunks.close()


def _flushed(filters: list[Filter]) -> Samples:
    """What all filters together still hold."""
    samples: Samples = np.empty(0, np.float32)
    for filter_ in filters:
        samples = np.concatenate((filter_.process(samples), filter_.flush()))
    return samples


def _faded_out(samples: Samples, sample_rate: int) -> Samples:
    """With the last 5 ms falling to zero: what the offset remover took away must not stay as a step."""
    length = min(len(samples), sample_rate // BLOCKS_PER_SECOND)
    envelope = np.ones(len(samples), np.float32)
    envelope[len(samples) - length :] = np.linspace(1, 0, length, dtype=np.float32)
    return samples * envelope


def _rescaled(word: WordTiming, formant: float) -> WordTiming:
    if formant == 1:
        return word
    phones = tuple(PhoneTiming(phone.symbol, phone.start / formant, phone.end / formant) for phone in word.phones)
    return word._replace(start=word.start / formant, end=word.end / formant, phones=phones)


def _equalisation(tilt_db: float, presence_db: float, gain_db: float, sample_rate: int) -> Samples:
    """FIR taps of a tilt in decibels per octave, a presence peak and a gain; the first two keep the loudness."""

    def curve_db(frequencies: _Spectrum) -> _Spectrum:
        tilt = np.clip(tilt_db * np.log2(frequencies / _TILT_PIVOT), -_TILT_LIMIT_DB, _TILT_LIMIT_DB)
        distance = np.log2(frequencies / _PRESENCE_CENTRE) / _PRESENCE_OCTAVES
        peak: _Spectrum = tilt + presence_db * np.exp(-(distance**2))
        return peak

    speech = 10 ** (_SPEECH_DB / 10)
    louder_db = 10 * np.log10(np.sum(speech * 10 ** (curve_db(_OCTAVES) / 10)) / np.sum(speech))
    return _taps(lambda frequencies: 10 ** ((curve_db(frequencies) + gain_db - louder_db) / 20), 0.004, sample_rate)


def _upper_band(sample_rate: int) -> Samples:
    """FIR taps that pass the band in which aspiration is heard."""
    low, high = _ASPIRATION
    return _taps(lambda f: ((f > low) & (f < high)).astype(np.float64), 0.001, sample_rate)


def _taps(gain: Callable[[_Spectrum], _Spectrum], reach: float, sample_rate: int) -> Samples:
    """A symmetric FIR filter that has these gains at these frequencies in Hz, `reach` seconds to each side."""
    half = round(reach * sample_rate)
    grid = np.fft.rfftfreq(8 * half, 1 / sample_rate)
    grid[0] = grid[1] / 2
    response = np.fft.irfft(gain(grid))
    window = np.hanning(2 * half + 3)[1:-1]
    return (np.concatenate((response[-half:], response[: half + 1])) * window).astype(np.float32)
