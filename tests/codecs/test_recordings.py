import io

import numpy as np
import pytest

from sonant.codecs.encode import encoder_for
from sonant.codecs.format import AudioFormat
from sonant.codecs.recordings import recorded
from sonant.core.audio import mono


def recording(samples, sample_rate):
    encoder = encoder_for(AudioFormat("flac", sample_rate))
    return encoder.encode(mono(samples, sample_rate)) + encoder.flush()


class Pipe:
    """Bytes that can be read once, from beginning to end."""

    def __init__(self, content):
        self._content = io.BytesIO(content)

    def read(self, size=-1):
        return self._content.read(size)


@pytest.mark.parametrize("sample_rate", [8000, 16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize("length", [1, 4607, 4608, 50_001])
@pytest.mark.parametrize("opened", [io.BytesIO, Pipe])
def test_every_sample_comes_back_to_the_last_bit_of_sixteen(sample_rate, length, opened):
    samples = np.random.default_rng(length).uniform(-1, 1, length)
    pieces = list(recorded(opened(recording(samples, sample_rate))))
    assert {(piece.sample_rate, piece.channels) for piece in pieces} == {(sample_rate, 1)}
    back = np.concatenate([piece.samples[0] for piece in pieces])
    assert back.shape == samples.shape
    assert np.abs(back - samples).max() <= 1 / 32768


def test_a_recording_is_read_piece_by_piece():
    content = recording(np.zeros(500_000), 22050)
    assert max(piece.samples.shape[1] for piece in recorded(io.BytesIO(content))) <= 8192


def test_a_recording_that_was_cut_is_damaged():
    content = recording(np.random.default_rng(0).uniform(-1, 1, 50_000), 22050)
    with pytest.raises(ValueError, match="Invalid data"):
        list(recorded(io.BytesIO(content[: len(content) // 2])))
