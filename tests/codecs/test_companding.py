import av
import numpy as np
import pytest

from sonant.codecs.companding import G711, code_words
from sonant.core.audio import from_int16

SAMPLES = np.arange(-32768, 32768).astype(np.int16)


def words_of(law):
    return code_words(law)[SAMPLES.view(np.uint16)]


def ffmpeg_words(law):
    context = av.CodecContext.create({"ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}[law], "w")
    context.sample_rate, context.layout, context.format = 8000, "mono", "s16"
    frame = av.AudioFrame.from_ndarray(SAMPLES[None], format="s16", layout="mono")
    frame.sample_rate = 8000
    return np.frombuffer(b"".join(map(bytes, context.encode(frame))), np.uint8)


def ffmpeg_values(law):
    """What each of the 256 code words stands for."""
    context = av.CodecContext.create({"ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}[law], "r")
    context.sample_rate, context.layout = 8000, "mono"
    return context.decode(av.Packet(bytes(range(256))))[0].to_ndarray()[0].astype(np.int32)


@pytest.mark.parametrize(
    ("law", "sample", "word"),
    [
        ("ulaw", 0, 0xFF), ("ulaw", 32767, 0x80), ("ulaw", -32768, 0x00), ("ulaw", -1, 0x7F), ("ulaw", 4, 0xFE),
        ("alaw", 0, 0xD5), ("alaw", 32767, 0xAA), ("alaw", -32768, 0x2A), ("alaw", -1, 0x55), ("alaw", 16, 0xD4),
    ],
)  # fmt: skip
def test_ends_and_middle_of_the_scale(law, sample, word):
    assert code_words(law)[np.int16(sample).view(np.uint16)] == word


@pytest.mark.parametrize(
    ("law", "scale", "ends"),
    [
        ("ulaw", 4, [31, 95, 223, 479, 991, 2015, 4063]),
        ("alaw", 8, [64, 128, 256, 512, 1024, 2048]),
    ],
)
def test_segments_end_where_the_standard_says(law, scale, ends):
    inverted = 0xFF if law == "ulaw" else 0x55
    segments = (code_words(law)[:32768] ^ inverted) >> 4 & 7
    changes = np.flatnonzero(np.diff(segments)) + 1

    # The A-law's first two segments have the same step, so the change between them, at 32, is no end in table 1a.
    assert [int(at) for at in changes if at != 32 * 8 or law == "ulaw"] == [scale * end for end in ends]


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_every_word_stands_for_the_middle_of_its_interval(law):
    words, values = words_of(law), ffmpeg_values(law)

    for word in np.unique(words):
        interval = np.abs(SAMPLES[words == word].astype(np.int32))
        half_step = (interval.max() - interval.min() + 1) / 2
        if interval.max() < 32000:
            assert abs(abs(values[word]) - interval.min()) <= half_step


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_ffmpeg_agrees_but_for_the_neighbouring_step_next_to_an_intervals_end(law):
    ours, theirs = words_of(law), ffmpeg_words(law)

    inverted = 0x7F if law == "ulaw" else 0x55
    steps = ((ours & 0x7F) ^ inverted).astype(int) - ((theirs & 0x7F) ^ inverted)
    assert np.abs(steps).max() == 1
    assert np.mean(steps != 0) < 0.02
    values = ffmpeg_values(law)
    assert np.all(values[ours] * values[theirs] >= 0)


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_a_decoded_word_encodes_to_itself(law):
    again = code_words(law)[ffmpeg_values(law).astype(np.int16).view(np.uint16)]

    assert [word for word in range(256) if again[word] != word] == ([0x7F] if law == "ulaw" else [])  # minus zero


def test_a_stream_has_one_byte_a_sample():
    coder = G711("ulaw")

    assert coder.write(from_int16(SAMPLES, 8000).samples[0]) + coder.finish() == words_of("ulaw").tobytes()
