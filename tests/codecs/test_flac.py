import hashlib
import io

import av
import numpy as np

from media import decoded, encoded, sine
from sonant.codecs.encode import encoder_for
from sonant.codecs.format import AudioFormat
from sonant.core.audio import mono

FLAC = AudioFormat("flac", 22050)


def test_stored_samples_come_back_to_the_bit():
    samples = np.random.default_rng(5).integers(-32768, 32768, 30000).astype(np.int16)

    heard = decoded(encoded(FLAC, [mono(samples / 32768, 22050)]), FLAC)

    assert np.array_equal(np.rint(heard * 32768).astype(np.int64), samples)


def test_a_sized_file_states_its_length_and_the_digest_of_its_samples():
    encoder = encoder_for(FLAC)
    audio = sine(440, 22050, 0.7)
    content = encoder.encode(audio) + encoder.flush()

    sized = encoder.sized(content)

    with av.open(io.BytesIO(sized)) as container:
        assert container.streams.audio[0].duration == 15435
    linear = np.rint(audio.samples[0] * 32768).astype("<i2").tobytes()
    assert sized[26:42] == hashlib.md5(linear).digest()
    assert sized[42:] == content[42:]


def test_speech_like_sound_takes_less_than_its_samples():
    assert len(encoded(FLAC, [sine(200, 22050, 2.0)])) < 0.4 * 2 * 44100
