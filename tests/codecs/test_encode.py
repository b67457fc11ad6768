import gc
import io
import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import decoded, encoded, format_of, pieces_of, signal_to_noise_db, sine, sweep
from sonant.codecs.encode import encoder_for, prewarm
from sonant.codecs.format import FORMATS, AudioFormat
from sonant.core.audio import Audio, mono
from sonant.core.errors import UnsupportedFormat

NOTHING_IN_OPUS = 28 + 19 + 28 + 22 + 28 + 80
"""Three pages: head, tags and a packet of silence."""

ALL = [*FORMATS, "flac_16000"]
ONE_OF_EACH = ["mp3_44100_128", "mp3_22050_32", "opus_48000_64", "wav_24000", "ulaw_8000", "pcm_44100", "flac_24000"]

SIGNAL_TO_NOISE_DB = {"mp3": 55, "pcm": 78, "wav": 78, "flac": 78, "ulaw": 36, "alaw": 38, "opus": 38}


def threads():
    return len(list(Path("/proc/self/task").iterdir()))


def resident_kib():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


@pytest.mark.parametrize("name", ALL)
def test_bytes_do_not_depend_on_the_cutting(name):
    audio = sweep(22050, 0.4)
    lengths = np.random.default_rng(len(name)).integers(0, 1500, 12).tolist()

    whole = encoded(format_of(name), [audio])

    assert encoded(format_of(name), pieces_of(audio, lengths)) == whole
    assert encoded(format_of(name), pieces_of(audio, [22] * 400)) == whole


@settings(max_examples=12, deadline=None)
@given(name=st.sampled_from(ONE_OF_EACH), lengths=st.lists(st.integers(0, 4000), max_size=10))
def test_bytes_do_not_depend_on_any_cutting(name, lengths):
    audio = sine(300, 24000, 0.3)

    assert encoded(format_of(name), pieces_of(audio, lengths)) == encoded(format_of(name), [audio])


@pytest.mark.parametrize("name", ALL)
def test_a_sweep_comes_back_from_a_pipe_whole_and_clean(name):
    audio_format = format_of(name)
    # At this rate libopus takes everything for speech, and spoils lone tones above 2 kHz.
    highest = 800 if name == "opus_48000_32" else 3000
    audio = sweep(24000, 0.8, highest)

    heard = decoded(encoded(audio_format, [audio]), audio_format)

    rate = audio_format.sample_rate
    late = 576 if rate in {22050, 24000} and audio_format.codec == "mp3" else 0
    surplus = len(heard) - round(0.8 * rate)
    assert 0 <= surplus < (1152 if audio_format.codec == "mp3" else 1)
    lowest = 20 if name == "opus_48000_32" else SIGNAL_TO_NOISE_DB[audio_format.codec]
    # The resampler is in step with the ideal to half a sample, which the comparison takes up.
    ideal = sweep(rate, 0.8, highest).samples[0]
    assert signal_to_noise_db(ideal, heard[late:]) > lowest


@pytest.mark.parametrize("length", [1153, 2303, 2304, 2305, 4000, 11025])
@pytest.mark.parametrize(
    "name", ["mp3_44100_128", "mp3_22050_32", "opus_48000_32", "wav_44100", "alaw_8000", "flac_44100"]
)
def test_durations_are_exact_and_within_a_frame_for_mp3(name, length):
    audio_format = format_of(name)

    heard = decoded(encoded(audio_format, [mono(np.zeros(length), audio_format.sample_rate)]), audio_format)

    assert 0 <= len(heard) - length < (1152 if audio_format.codec == "mp3" else 1)


@pytest.mark.parametrize("length", [1, 575, 576, 1152])
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_very_short_sounds_can_be_played(name, length):
    audio_format = format_of(name)

    heard = decoded(encoded(audio_format, [mono(np.full(length, 0.1), audio_format.sample_rate)]), audio_format)

    assert 0 <= len(heard) - length < (2304 if audio_format.codec == "mp3" else 1)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_there_is_no_click_where_pieces_meet(name):
    audio_format = format_of(name)
    audio = sine(440, 24000, 0.5)

    heard = decoded(encoded(audio_format, pieces_of(audio, [480] * 25)), audio_format)

    rate = audio_format.sample_rate
    inside = heard[rate // 10 :][: 30 * (rate // 100)]
    steepest = 0.5 * 2 * np.pi * 440 / rate
    assert np.abs(np.diff(inside)).max() < 1.1 * steepest + 0.02
    assert np.abs(inside).reshape(30, -1).max(axis=1).min() > 0.45


@pytest.mark.parametrize("name", [name for name in FORMATS if name[:3] in {"pcm", "wav"}])
def test_linear_samples_at_their_own_rate_are_the_callers_to_the_bit(name):
    audio_format = AudioFormat.parse(name)
    samples = np.random.default_rng(3).integers(-32768, 32768, 5000).astype(np.int16)

    content = encoded(audio_format, [mono(samples / 32768, audio_format.sample_rate)])

    assert np.array_equal(np.frombuffer(content[-10000:], "<i2"), samples)
    assert len(content) == 10000 + (44 if audio_format.codec == "wav" else 0)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_what_is_not_a_number_is_silent_and_what_is_too_loud_is_clipped(name):
    samples = sine(440, 24000, 0.3).samples.copy()
    samples[0, 3000:3010] = [np.nan, np.inf, -np.inf, 1e38, -1e38, 2.0, -2.0, np.nan, 1.0, 0.0]

    heard = decoded(encoded(format_of(name), [Audio(samples, 24000)]), format_of(name))

    assert np.isfinite(heard).all()
    assert np.abs(heard).max() < 1.3
    tail = heard[-format_of(name).sample_rate // 10 :]
    assert np.sqrt(np.mean(tail**2)) > 0.25


def test_channels_are_mixed_to_one():
    left, right = sine(440, 16000).samples, sine(440, 16000, amplitude=0.25).samples

    content = encoded(AudioFormat.parse("pcm_16000"), [Audio(np.concatenate([left, right]), 16000)])

    assert np.abs(np.frombuffer(content, "<i2") / 32768 - left[0] * 0.75).max() <= 1.1 / 32768


def test_another_rate_in_the_middle_is_refused():
    encoder = encoder_for(AudioFormat.parse("pcm_16000"))
    encoder.encode(sine(440, 16000, 0.1))

    with pytest.raises(ValueError, match="16000 Hz"):
        encoder.encode(sine(440, 22050, 0.1))


@pytest.mark.parametrize(
    ("name", "nothing"),
    [
        ("mp3_44100_128", 0),
        ("pcm_8000", 0),
        ("ulaw_8000", 0),
        ("wav_8000", 44),
        ("flac_16000", 42),
        ("opus_48000_32", NOTHING_IN_OPUS),
    ],
)
def test_no_sound_gives_no_more_than_headers(name, nothing):
    assert len(encoded(format_of(name), [])) == nothing
    assert len(encoded(format_of(name), [mono(np.zeros(0), 16000)])) == nothing


@pytest.mark.parametrize("audio_format", [AudioFormat("mp3", 44100), AudioFormat("opus", 24000, 32)])
def test_a_format_without_an_encoder_is_refused(audio_format):
    with pytest.raises(UnsupportedFormat, match="no encoder"):
        encoder_for(audio_format)


@pytest.mark.parametrize(
    ("name", "most_ms"), [("mp3_44100_128", 80), ("mp3_22050_32", 80), ("mp3_24000_48", 80), ("pcm_16000", 1)]
)
def test_first_bytes_come_early(name, most_ms):
    audio_format = AudioFormat.parse(name)
    encoder = encoder_for(audio_format)
    millisecond = sine(440, audio_format.sample_rate, 0.001)

    needed = next(count for count in range(1, 200) if encoder.encode(millisecond))

    assert needed <= most_ms


def test_the_first_packet_of_opus_comes_after_twenty_milliseconds():
    encoder = encoder_for(AudioFormat.parse("opus_48000_64"))
    headers = encoder.encode(sine(440, 48000, 0.01))

    assert b"OpusTags" in headers
    assert len(encoder.encode(sine(440, 48000, 0.01))) > 160


@pytest.mark.parametrize("name", ALL)
def test_only_compressed_formats_belong_in_a_thread(name):
    encoder = encoder_for(format_of(name))

    assert encoder.heavy == name.startswith(("mp3", "opus", "flac"))
    assert encoder.media_type == format_of(name).media_type


def test_a_wave_stream_and_a_sized_wave_file_are_both_readable():
    encoder = encoder_for(AudioFormat.parse("wav_16000"))
    content = encoder.encode(sine(440, 16000, 0.5)) + encoder.flush()

    with wave.open(io.BytesIO(content)) as streamed, wave.open(io.BytesIO(encoder.sized(content))) as whole:
        assert (whole.getnchannels(), whole.getsampwidth(), whole.getframerate()) == (1, 2, 16000)
        assert whole.getnframes() == 8000
        assert streamed.readframes(10**6) == whole.readframes(8000) == content[44:]


@pytest.mark.parametrize("name", [name for name in ALL if name[:3] not in {"wav", "fla"}])
def test_where_there_is_no_place_for_a_length_sized_changes_nothing(name):
    encoder = encoder_for(format_of(name))
    content = encoder.encode(sine(440, 16000, 0.1)) + encoder.flush()

    assert encoder.sized(content) == content


def test_importing_the_encoders_does_not_load_ffmpeg():
    script = "import sys, sonant.codecs.encode, sonant.codecs.decode; sys.exit('av' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_encoders_start_no_threads():
    prewarm()
    before = threads()
    encoders = [encoder_for(format_of(name)) for name in ALL]
    for encoder in encoders:
        encoder.encode(sine(440, 16000, 0.2))

    assert threads() == before


@pytest.mark.parametrize("name", ["mp3_44100_128", "opus_48000_64", "flac_16000", "pcm_24000"])
def test_abandoned_encoders_are_freed_without_the_collector(name):
    chunk = sine(440, 16000, 0.05)

    def abandon(times):
        for _ in range(times):
            encoder_for(format_of(name)).encode(chunk)

    gc.disable()
    try:
        abandon(100)
        before = resident_kib()
        abandon(1000)
    finally:
        gc.enable()
    assert resident_kib() - before < 4096
