"""Which format a file's name asks for."""

from pathlib import Path

import pytest

from sonant.cli.say import format_for
from sonant.core.errors import UnsupportedFormat


@pytest.mark.parametrize(
    ("output", "sample_rate", "name"),
    [
        (None, 16000, "wav_16000"),
        (Path("-"), 22050, "wav_22050"),
        (Path("a.wav"), 12345, "wav_44100"),
        (Path("a.MP3"), 16000, "mp3_44100_128"),
        (Path("a.flac"), 16000, "flac_16000"),
        (Path("a.b.ogg"), 16000, "opus_48000_128"),
        (Path("a.opus"), 16000, "opus_48000_128"),
    ],
)
def test_the_name_decides(output: Path | None, sample_rate: int, name: str) -> None:
    assert format_for(output, sample_rate).name == name


@pytest.mark.parametrize("output", ["a.doc", "mp3", ".mp3", "a"])
def test_other_names_are_refused(output: str) -> None:
    with pytest.raises(UnsupportedFormat, match=r"\.mp3, \.wav"):
        format_for(Path(output), 16000)
