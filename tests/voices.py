"""Measuring voices: their pitch, and whether a recogniser understands them."""

import functools
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from sonant.core.audio import Audio

_RECOGNIZER = Path(__file__).parent.parent.parent / "shared" / "models" / "zipformer-en-3.3M"


def pitch_contour(audio: Audio, lowest: float = 60.0, highest: float = 350.0) -> npt.NDArray[np.float64]:
    """F0 in Hz every 10 ms where the sound is clearly voiced, by autocorrelation, without octave errors."""
    sample_rate, length = audio.sample_rate, round(0.04 * audio.sample_rate)
    window = np.hanning(length)
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * length)) ** 2)[:length]
    shortest, longest = round(sample_rate / highest), min(round(sample_rate / lowest), length * 3 // 4)
    contour = []
    for start in range(0, audio.samples.shape[1] - length, sample_rate // 100):
        frame = audio.samples[0, start : start + length].astype(np.float64)
        if frame.std() < 0.01:
            continue
        frame = (frame - frame.mean()) * window
        likeness = np.fft.irfft(np.abs(np.fft.rfft(frame, 2 * length)) ** 2)[:length]
        likeness = likeness / likeness[0] * of_window[0] / np.maximum(of_window, 1e-9)
        period = shortest + int(np.argmax(likeness[shortest:longest]))
        if likeness[period] > 0.6:
            contour.append(sample_rate / period)
    found = np.array(contour)
    return found[np.abs(np.log2(found / np.median(found))) < 0.7]


def mean_pitch(audio: Audio) -> float:
    """Median F0 in Hz."""
    return float(np.median(pitch_contour(audio)))


def formant_ratio(one: Audio, other: Audio) -> float:
    """How many times higher the other's formants are: the shift of its long-term spectrum that fits best."""
    octaves = np.arange(np.log2(400), np.log2(4_500), 1 / 48)

    def shape(audio: Audio, shift: float) -> npt.NDArray[np.float64]:
        power = np.abs(np.fft.rfft(audio.samples[0])) ** 2
        edges = np.exp2(octaves + shift)[:, None] * np.exp2([-1 / 8, 1 / 8])
        bins = np.rint(edges * audio.samples.shape[1] / audio.sample_rate).astype(int)
        total = np.cumsum(power)
        return np.log(np.diff(total[bins], axis=1)[:, 0] / np.diff(bins, axis=1)[:, 0])

    shifts = np.arange(-0.4, 0.41, 0.02)
    fits = [np.corrcoef(shape(one, 0.0), shape(other, shift))[0, 1] for shift in shifts]
    return float(2 ** shifts[int(np.argmax(fits))])


@functools.cache
def _recognizer() -> object:
    if not _RECOGNIZER.exists():
        pytest.skip("there is no recogniser in ../shared/models")
    sherpa_onnx = pytest.importorskip("sherpa_onnx")
    names = {part: str(next(_RECOGNIZER.glob(f"*{part}*.onnx"))) for part in ("encoder", "decoder", "joiner")}
    return sherpa_onnx.OnlineRecognizer.from_transducer(
        tokens=str(_RECOGNIZER / "tokens.txt"), model_type="zipformer2", num_threads=1, **names
    )


def understood(audio: Audio) -> str:
    """What a small English recogniser makes of it; the test is skipped where there is none."""
    recognizer = _recognizer()
    samples = soxr.resample(audio.samples[0], audio.sample_rate, 16_000)
    stream = recognizer.create_stream()
    quiet = np.zeros(12_000, np.float32)
    stream.accept_waveform(16_000, np.concatenate([quiet, 0.06 / samples.std() * samples, quiet]).astype(np.float32))
    stream.input_finished()
    while recognizer.is_ready(stream):
        recognizer.decode_stream(stream)
    return recognizer.get_result(stream)


def word_errors(said: str, heard: str) -> int:
    """How many words to change, add or leave out to make the one of the other."""
    one, other = (re.findall(r"[a-z']+", text.lower()) for text in (said, heard))
    row = list(range(len(other) + 1))
    for number, word in enumerate(one, 1):
        diagonal, row[0] = row[0], number
        for index, candidate in enumerate(other, 1):
            diagonal, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, diagonal + (word != candidate))
    return row[-1]
