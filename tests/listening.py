"""Measuring what was heard: decoding with a reader that is independent of the server's encoders."""

import io

import av
import numpy as np
import numpy.typing as npt


def decoded(content: bytes, audio_format: str = "mp3_44100_128") -> tuple[npt.NDArray[np.float32], int]:
    """Samples, shape `(time,)`, and their rate, of what the server sent in this output format."""
    codec, rate = audio_format.split("_")[:2]
    raw = {"pcm": "s16le", "ulaw": "mulaw", "alaw": "alaw"}.get(codec)
    options = {"ar": rate, "ac": "1"} if raw else {}
    if raw and av.library_versions.get("libavformat", (0,))[0] >= 60:
        options = {"sample_rate": rate, "ch_layout": "mono"}
    with av.open(io.BytesIO(content), format=raw, options=options) as container:
        frames = [frame.to_ndarray() for frame in container.decode(container.streams.audio[0])]
        sample_rate = container.streams.audio[0].rate
    joined = np.concatenate(frames, axis=1).reshape(-1)
    if joined.dtype == np.int16:
        joined = joined / np.float32(32768)
    return joined.astype(np.float32), sample_rate


def duration(content: bytes, audio_format: str = "mp3_44100_128") -> float:
    """Seconds."""
    samples, rate = decoded(content, audio_format)
    return samples.size / rate


def level_db(samples: npt.NDArray[np.float32]) -> float:
    """Root mean square in decibels of full scale."""
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-12))
