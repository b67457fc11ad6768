"""What Prometheus is told about generations: time to first audio and real-time factor, per engine."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram

from sonant.services.encoding import HasAudio

C = TypeVar("C", bound=HasAudio)

FIRST_AUDIO_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
REAL_TIME_FACTOR_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Meter:
    """Measures narrations as they pass.

    Args:
        registry: Where the figures are collected.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._first_audio = Histogram(
            "sonant_first_audio_seconds",
            "From the engine's being asked to the first audio.",
            ["engine"],
            buckets=FIRST_AUDIO_BUCKETS,
            registry=registry,
        )
        self._real_time_factor = Histogram(
            "sonant_real_time_factor",
            "Seconds taken per second of audio, readers' waiting left out.",
            ["engine"],
            buckets=REAL_TIME_FACTOR_BUCKETS,
            registry=registry,
        )
        self._audio = Counter("sonant_audio_seconds", "Audio made.", ["engine"], registry=registry)

    async def measured(self, engine: str, chunks: AsyncGenerator[C, None]) -> AsyncGenerator[C, None]:
        """Pass `chunks` through unchanged. Time that the reader spends between chunks doesn't count."""
        worked = duration = 0.0
        asked = time.perf_counter()
        async with aclosing(chunks):
            async for chunk in chunks:
                worked += time.perf_counter() - asked
                if duration == 0.0:
                    self._first_audio.labels(engine).observe(worked)
                duration += chunk.audio.duration
                yield chunk
                asked = time.perf_counter()
        if duration > 0.0:
            self._real_time_factor.labels(engine).observe(worked / duration)
            self._audio.labels(engine).inc(duration)
