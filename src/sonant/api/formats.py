"""Which output formats each operation offers, as the parameter types of its documentation."""

from typing import Annotated, Literal

from fastapi import Query

_StreamName = Literal[
    "mp3_22050_32",
    "mp3_24000_48",
    "mp3_44100_32",
    "mp3_44100_64",
    "mp3_44100_96",
    "mp3_44100_128",
    "mp3_44100_192",
    "pcm_8000",
    "pcm_16000",
    "pcm_22050",
    "pcm_24000",
    "pcm_32000",
    "pcm_44100",
    "pcm_48000",
    "ulaw_8000",
    "alaw_8000",
    "opus_48000_32",
    "opus_48000_64",
    "opus_48000_96",
    "opus_48000_128",
    "opus_48000_192",
]
_WavName = Literal["wav_8000", "wav_16000", "wav_22050", "wav_24000", "wav_32000", "wav_44100", "wav_48000"]

_described = Query(description="Codec, sample rate in Hz and, where it applies, bit rate in kbit/s.")

StreamFormat = Annotated[_StreamName, _described]
FullFormat = Annotated[Literal[_StreamName, _WavName], _described]
