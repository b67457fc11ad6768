import numpy as np
import pytest

from media import decoded, encoded, mp3_frames, sine, sweep
from sonant.codecs.format import FORMATS, AudioFormat
from sonant.core.audio import mono

NAMES = [name for name in FORMATS if name.startswith("mp3")]


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_has_the_asked_rates_and_stands_alone(name):
    audio_format = AudioFormat.parse(name)
    content = encoded(audio_format, [sweep(audio_format.sample_rate, 1.0, highest=7000)])

    frames = mp3_frames(content)

    assert {(frame.bitrate_kbps, frame.sample_rate, frame.channels) for frame in frames} == {
        (audio_format.bitrate_kbps, audio_format.sample_rate, 1)
    }
    assert {frame.reservoir_bytes for frame in frames} == {0}


@pytest.mark.parametrize("name", NAMES)
def test_the_bit_rate_is_constant_to_the_byte(name):
    audio_format = AudioFormat.parse(name)

    frames = mp3_frames(encoded(audio_format, [sweep(audio_format.sample_rate, 2.0)]))

    bytes_each = frames[0].samples / audio_format.sample_rate * audio_format.bitrate_kbps * 1000 / 8
    ends = np.cumsum([len(frame.content) for frame in frames])
    assert np.abs(ends - bytes_each * np.arange(1, len(frames) + 1)).max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_there_is_neither_a_tag_nor_a_xing_frame(name):
    content = encoded(AudioFormat.parse(name), [sine(440, 16000)])

    first = mp3_frames(content)[0]

    after_side_information = 4 + (17 if first.samples == 1152 else 9)
    assert first.content[after_side_information:][:4] not in {b"Xing", b"Info"}
    assert b"TAG" not in content[-128:]


@pytest.mark.parametrize("name", ["mp3_44100_128", "mp3_44100_32"])
def test_sound_after_a_silent_start_is_where_it_was(name):
    click = np.zeros(22050, np.float32)
    click[5000:5040] = np.hanning(40)

    heard = decoded(encoded(AudioFormat.parse(name), [mono(click, 44100)]), AudioFormat.parse(name))

    assert abs(int(np.argmax(np.abs(heard))) - 5020) <= 12


@pytest.mark.parametrize("name", NAMES)
def test_a_loud_start_is_not_lost(name):
    audio_format = AudioFormat.parse(name)
    rate = audio_format.sample_rate
    drum = mono(
        0.8 * np.exp(-np.arange(rate // 5) / (0.01 * rate)) * np.sin(2 * np.pi * 200 * np.arange(rate // 5) / rate),
        rate,
    )

    heard = decoded(encoded(audio_format, [drum]), audio_format)

    beginning = drum.samples[0, :576]
    assert np.sum(heard[576:1152] * beginning) / np.sum(beginning**2) == pytest.approx(0.95, abs=0.07)
    assert len(heard) - drum.samples.shape[1] < 576 + 1152


def test_the_shortest_stream_has_the_two_frames_without_which_ffmpeg_does_not_take_it_for_mp3():
    frames = mp3_frames(encoded(AudioFormat.parse("mp3_44100_128"), [mono(np.zeros(100), 44100)]))

    assert len(frames) == 2
