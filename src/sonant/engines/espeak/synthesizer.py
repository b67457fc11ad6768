"""espeak-ng: a formant synthesizer with a hundred languages, clear at any rate, mechanical in sound."""

from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from sonant.core.engine import Capability, Control, EngineInfo, EngineSpec, SpeakerInfo
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import SpeechChunk, Utterance
from sonant.core.text import Delivery
from sonant.enginekit.forked import Emit, forked
from sonant.enginekit.timbre import compensated, rendered
from sonant.engines.espeak.chunks import ChunkMaker
from sonant.engines.espeak.languages import LANGUAGES, VOICES, find_voice, primary
from sonant.engines.espeak.library import EspeakLibrary
from sonant.engines.espeak.prosody import Prosody, choose_prosody
from sonant.engines.espeak.script import write_script
from sonant.engines.espeak.speakers import VARIANTS, Variant

SAMPLE_RATE = 22_050


class EspeakSynthesizer:
    """Speaks each utterance in a forked child, so that equal utterances give equal samples whatever was spoken before.

    Args:
        library: Initialised and warm. This process never speaks with it again.
    """

    def __init__(self, library: EspeakLibrary) -> None:
        self._library = library

    def synthesize(self, utterance: Utterance, /) -> Iterator[SpeechChunk]:
        """Yield the first words as soon as they are spoken, and longer chunks later; cuts are at beginnings of words.

        Raises:
            UnsupportedLanguage: The library doesn't speak it, or not well enough to be understood.
            InvalidRequest: There is no such speaker.
        """
        variant = VARIANTS.get(utterance.speaker)
        if variant is None:
            raise InvalidRequest("The engine espeak has no such speaker.")
        voice = find_voice(utterance.language)
        if voice is None:
            raise UnsupportedLanguage("The engine espeak doesn't speak this language.")
        asked = compensated(utterance.delivery, utterance.timbre)
        work = partial(self._speak, utterance, asked, variant, voice)
        return rendered(forked(work), utterance.timbre, utterance.delivery, utterance.seed)

    def _speak(
        self, utterance: Utterance, asked: Delivery, variant: Variant, voice: str, emit: Emit[SpeechChunk]
    ) -> None:
        library = self._library
        library.choose_voice(variant.of(voice))
        script = write_script(utterance, library, voice)
        chunks = ChunkMaker(utterance.text, script, library.sample_rate, emit)
        prosody = choose_prosody(asked, variant, primary(utterance.language), utterance.seed)
        library.speak(script.traced.text, prosody, chunks.receive, phonemic=script.phonemic)
        chunks.finish()


def _load(_models: Path) -> EspeakSynthesizer:
    import espeakng_loader  # noqa: PLC0415 - GPL code, and a library: only in the process that speaks

    library = EspeakLibrary(Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path()))
    library.choose_voice(VOICES["en"])  # reads its list of voices, which every child would have to read again
    library.speak("a", Prosody(wpm=175, pitch=50, pitch_range=50, noise_seed=0), lambda _samples, _marks: None)
    return EspeakSynthesizer(library)


def _missing() -> str | None:
    if find_spec("espeakng_loader") is None:
        return "espeak-ng is not installed: pip install espeakng-loader"
    return None


ENGINE = EngineSpec(
    EngineInfo(
        name="espeak",
        capability=Capability.SYNTHESIS,
        sample_rate=SAMPLE_RATE,
        languages=LANGUAGES,
        licence="GPL-3.0-or-later",
        description="espeak-ng: over a hundred languages, quick and clear, with a mechanical sound.",
        speakers=tuple(SpeakerInfo(variant.name, "mul", variant.description) for variant in VARIANTS.values()),
        controls=frozenset(Control),
        aligned=True,
    ),
    load=_load,
    missing=_missing,
)
