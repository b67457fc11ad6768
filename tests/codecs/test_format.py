import json
from pathlib import Path

import pytest

from sonant.codecs.format import FORMATS, SOCKET_FORMATS, STREAM_FORMATS, AudioFormat
from sonant.core.errors import UnsupportedFormat

CONTRACT = Path(__file__).parents[3] / "shared/contract/openapi.json"

ON_SOCKETS = {
    "mp3_22050_32",
    *("mp3_44100_32", "mp3_44100_64", "mp3_44100_96", "mp3_44100_128", "mp3_44100_192"),
    *("pcm_8000", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_44100"),
    *("ulaw_8000", "alaw_8000"),
    *("opus_48000_32", "opus_48000_64", "opus_48000_96", "opus_48000_128", "opus_48000_192"),
}
STREAMED = ON_SOCKETS | {"mp3_24000_48", "pcm_32000", "pcm_48000"}
WHOLE = STREAMED | {"wav_8000", "wav_16000", "wav_22050", "wav_24000", "wav_32000", "wav_44100", "wav_48000"}


def test_the_three_sets_are_those_of_the_documentation():
    assert set(SOCKET_FORMATS) == ON_SOCKETS
    assert set(STREAM_FORMATS) == STREAMED
    assert set(FORMATS) == WHOLE
    assert (len(SOCKET_FORMATS), len(STREAM_FORMATS), len(FORMATS)) == (18, 21, 28)


@pytest.mark.skipif(not CONTRACT.exists(), reason="the shared contract is not here")
def test_the_three_sets_are_those_of_the_contract():
    schemas = json.loads(CONTRACT.read_text())["components"]["schemas"]
    sets = {frozenset(s["enum"]) for s in schemas.values() if "mp3_44100_128" in s.get("enum", ())}

    assert sets == {frozenset(FORMATS), frozenset(STREAM_FORMATS), frozenset(SOCKET_FORMATS)}


@pytest.mark.parametrize("name", FORMATS)
def test_a_name_survives_parsing(name):
    assert AudioFormat.parse(name).name == name


def test_a_name_is_codec_rate_and_bit_rate():
    assert AudioFormat.parse("opus_48000_96") == AudioFormat("opus", 48000, 96)
    assert AudioFormat.parse("wav_22050") == AudioFormat("wav", 22050, None)


@pytest.mark.parametrize(
    "name", ["", "mp3", "mp3_44100", "mp3_44100_127", "pcm_16000_", "PCM_16000", "flac_16000", "a_b_c"]
)
def test_other_names_are_refused_without_repeating_them(name):
    with pytest.raises(UnsupportedFormat, match="no such output format") as refused:
        AudioFormat.parse(name)

    assert f" {name} " not in refused.value.message
    assert "mp3_44100_128" in refused.value.message


@pytest.mark.parametrize(
    ("name", "media_type", "extension"),
    [
        ("mp3_44100_128", "audio/mpeg", "mp3"),
        ("pcm_16000", "audio/pcm", "pcm"),
        ("ulaw_8000", "audio/basic", "ulaw"),
        ("alaw_8000", "audio/x-alaw-basic", "alaw"),
        ("opus_48000_64", "audio/ogg", "opus"),
        ("wav_44100", "audio/wav", "wav"),
    ],
)
def test_media_types_and_extensions(name, media_type, extension):
    assert AudioFormat.parse(name).media_type == media_type
    assert AudioFormat.parse(name).extension == extension


def test_recordings_are_stored_as_flac_at_their_own_rate():
    stored = AudioFormat("flac", 16000)

    assert (stored.name, stored.media_type, stored.extension) == ("flac_16000", "audio/flac", "flac")
