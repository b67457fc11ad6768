"""How loud, how high and how clear the premade voices are: `python -m benchmarks.level_voices [NAME ...]`.

Prints, for each way in which a voice speaks, its loudness and the `gain_db` that would bring it to -20 LUFS (for
`services/premade.toml`), its fundamental frequency and spectral centroid, and for English the word error rate of the
recogniser in `../shared/models`, where there is one. At the end it lists the voices that are nearest to each other.
"""

import argparse
import re
import sys
import tomllib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyloudnorm
import soxr

from sonant.core.audio import Audio, concatenate
from sonant.core.engine import EngineSpec, Synthesizer
from sonant.core.speech import Speaker, Utterance, Voice
from sonant.core.text import Delivery
from sonant.runtime.discovery import installed_engines, reason_missing
from sonant.services.casting import primary
from sonant.services.premade import premade_voices

_Numbers: TypeAlias = npt.NDArray[np.float64]

TARGET_LUFS = -20.0
NATURAL = Delivery(variability=0.0, presence=True)
ANALYSIS_RATE = 16_000
RECOGNISER = Path(__file__).resolve().parents[1].parent / "shared" / "models" / "zipformer-en-3.3M"

HARVARD = (
    "The birch canoe slid on the smooth planks.",
    "Glue the sheet to the dark blue background.",
    "It's easy to tell the depth of a well.",
    "These days a chicken leg is a rare dish.",
    "Rice is often served in round bowls.",
    "The juice of lemons makes fine punch.",
    "The box was thrown beside the parked truck.",
    "The hogs were fed chopped corn and garbage.",
    "Four hours of steady work faced us.",
    "A large size in stockings is hard to sell.",
)
SENTENCES = {
    "en": HARVARD,
    "ar": ("ذهبنا هذا الصباح بالقطار إلى البحر. الطقس جميل والأطفال يلعبون في الحديقة.",),
    "de": ("Heute Morgen sind wir mit dem Zug ans Meer gefahren, und die Kinder spielen draußen im Garten.",),
    "es": ("Esta mañana tomamos el tren para ir a la playa, y los niños juegan fuera en el jardín.",),
    "fr": ("Ce matin nous avons pris le train pour aller à la mer, et les enfants jouent dehors dans le jardin.",),
    "hi": ("आज सुबह हम रेलगाड़ी से समुद्र गए, और बच्चे बाहर बगीचे में खेल रहे हैं।",),
    "it": ("Questa mattina abbiamo preso il treno per andare al mare, e i bambini giocano fuori in giardino.",),
    "ja": ("今朝、私たちは電車で海へ行きました。天気がよくて、子供たちは庭で遊んでいます。",),
    "ko": ("오늘 아침에 우리는 기차를 타고 바다에 갔습니다. 아이들은 밖에서 놀고 있습니다.",),
    "nl": ("Vanmorgen zijn we met de trein naar zee gegaan, en de kinderen spelen buiten in de tuin.",),
    "pl": ("Dziś rano pojechaliśmy pociągiem nad morze, a dzieci bawią się na dworze w ogrodzie.",),
    "pt": ("Hoje de manhã pegamos o trem para ir à praia, e as crianças brincam lá fora no jardim.",),
    "ru": ("Сегодня утром мы поехали на поезде к морю, и дети играют на улице в саду.",),
    "sv": ("I morse tog vi tåget till havet, och barnen leker ute i trädgården.",),
    "tr": ("Bu sabah trenle denize gittik, ve çocuklar dışarıda bahçede oynuyor.",),
    "uk": ("Сьогодні вранці ми поїхали потягом до моря, і діти граються надворі в саду.",),
    "zh": ("今天早上我们坐火车去海边，孩子们在花园里玩。",),
}
ABROAD = ("en-US", "de", "fr", "es")


@dataclass(frozen=True)
class Sound:
    """What a way of speaking sounds like.

    Attributes:
        lufs: Mean over its languages.
        f0: Median in Hz.
        centroid: Of the spectrum, in Hz.
        cepstrum: Mean mel cepstrum, shape `(coefficients,)`, in decibels: the colour of the voice.
    """

    lufs: float
    f0: float
    centroid: float
    cepstrum: _Numbers


class Listener:
    """Speaks as the premade voices do, and measures."""

    def __init__(self) -> None:
        self._specs = installed_engines()
        self._loaded: dict[str, Synthesizer] = {}

    def missing(self, engine: str) -> str | None:
        """Why an engine can't be heard here."""
        spec: EngineSpec[Any] | None = self._specs.get(engine)
        return f"there is no engine {engine}" if spec is None else reason_missing(spec)

    def speak(self, speaker: Speaker, language: str, text: str) -> Audio:
        """One sentence, as at default settings but for the variation."""
        if speaker.engine not in self._loaded:
            self._loaded[speaker.engine] = self._specs[speaker.engine].load(Path())
        utterance = Utterance(text, language, speaker.name, timbre=speaker.timbre, delivery=NATURAL)
        return concatenate([chunk.audio for chunk in self._loaded[speaker.engine].synthesize(utterance)])

    def measure(self, speaker: Speaker, languages: Sequence[str]) -> Sound:
        """The sound of a speaker in some languages."""
        spoken = [
            concatenate([self.speak(speaker, language, text) for text in _sentences(primary(language))])
            for language in languages
        ]
        frames = np.concatenate([_frames(audio) for audio in spoken])
        power = np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]))) ** 2
        frequencies = np.fft.rfftfreq(frames.shape[1], 1 / ANALYSIS_RATE).astype(np.float64)
        return Sound(
            lufs=float(np.mean([loudness(audio) for audio in spoken])),
            f0=_median_f0(frames),
            centroid=float((power.mean(0) * frequencies).sum() / power.mean(0).sum()),
            cepstrum=_mean_cepstrum(power, frequencies),
        )


def _sentences(language: str) -> tuple[str, ...]:
    """What is spoken in a language: that of this module, and the preview."""
    previews = tomllib.loads(resources.files("sonant.services").joinpath("previews.toml").read_text("utf-8"))
    return (*SENTENCES[language], previews[language])


def loudness(audio: Audio) -> float:
    """Integrated loudness in LUFS."""
    return float(pyloudnorm.Meter(audio.sample_rate).integrated_loudness(audio.samples[0].astype(np.float64)))


def _frames(audio: Audio) -> _Numbers:
    """Frames of 40 ms in which somebody speaks, shape `(frames, samples)`, at the rate of analysis."""
    samples = soxr.resample(audio.samples[0].astype(np.float64), audio.sample_rate, ANALYSIS_RATE)
    frames = np.lib.stride_tricks.sliding_window_view(samples, ANALYSIS_RATE // 25)[:: ANALYSIS_RATE // 100]
    energy = (frames**2).mean(1)
    spoken: _Numbers = frames[energy > 0.03 * np.percentile(energy, 95)]
    return spoken


def _median_f0(frames: _Numbers) -> float:
    """By autocorrelation, twice: the second time within an octave of what the first found."""
    width = frames.shape[1]
    window = np.hanning(width)
    powers = np.abs(np.fft.rfft(np.vstack([window, frames * window]), 2 * width)) ** 2
    correlations = np.fft.irfft(powers)
    found, low, high = 0.0, 60.0, 450.0
    for _ in range(2):
        lags = slice(int(ANALYSIS_RATE / high), int(ANALYSIS_RATE / low))
        strength = correlations[1:, lags] / correlations[1:, :1] / (correlations[0, lags] / correlations[0, 0])
        voiced = strength[strength.max(1) > 0.6]
        first = np.argmax(voiced > 0.92 * voiced.max(1, keepdims=True), axis=1)
        found = float(np.median([ANALYSIS_RATE / (lags.start + at + np.argmax(row[at : at + 10]))
                                 for row, at in zip(voiced, first, strict=True)]))  # fmt: skip
        low, high = found / 1.8, found * 1.8
    return found


def _mean_cepstrum(power: _Numbers, frequencies: _Numbers) -> _Numbers:
    mel = 2595 * np.log10(1 + frequencies / 700)
    centres = np.linspace(100, mel[-1], 26)[1:-1]
    bands = np.maximum(0, 1 - np.abs(mel[None] - centres[:, None]) / (centres[1] - centres[0]))
    levels = 10 * np.log10(power @ bands.T + 1e-12)
    order = np.arange(1, 13)[:, None]
    cosines = np.cos(np.pi * order * (np.arange(len(centres)) + 0.5) / len(centres)) * np.sqrt(2 / len(centres))
    mean: _Numbers = (levels @ cosines.T).mean(0)
    return mean


def distance(left: Sound, right: Sound) -> float:
    """How different two voices are: a semitone of pitch counts like two decibels of mean mel cepstrum."""
    semitones = 12 * abs(np.log2(left.f0 / right.f0))
    return float(np.hypot(2 * semitones, np.linalg.norm(left.cepstrum - right.cepstrum)))


class Transcriber:
    """The recogniser of English."""

    def __init__(self, folder: Path) -> None:
        import sherpa_onnx  # noqa: PLC0415 - only where its weights are

        parts = {part: str(folder / f"{part}.onnx") for part in ("decoder", "joiner")}
        self._recogniser = sherpa_onnx.OnlineRecognizer.from_transducer(
            tokens=str(folder / "tokens.txt"),
            encoder=str(folder / "encoder.int8.onnx"),
            model_type="zipformer2",
            num_threads=1,
            **parts,
        )

    def word_error_rate(self, listener: Listener, speaker: Speaker, language: str) -> float:
        """Over the Harvard sentences."""
        errors = words = 0
        for text in HARVARD:
            expected, heard = _words(text), _words(self._transcribe(listener.speak(speaker, language, text)))
            errors += _edits(expected, heard)
            words += len(expected)
        return errors / words

    def _transcribe(self, audio: Audio) -> str:
        samples = soxr.resample(audio.samples[0], audio.sample_rate, ANALYSIS_RATE)
        stream = self._recogniser.create_stream()
        stream.accept_waveform(ANALYSIS_RATE, np.pad(samples, (ANALYSIS_RATE // 2, ANALYSIS_RATE)).astype(np.float32))
        stream.input_finished()
        while self._recogniser.is_ready(stream):
            self._recogniser.decode_stream(stream)
        return str(self._recogniser.get_result(stream))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def _edits(expected: Sequence[str], heard: Sequence[str]) -> int:
    row = list(range(len(heard) + 1))
    for index, left in enumerate(expected, 1):
        diagonal, row[0] = row[0], index
        for place, right in enumerate(heard, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (left != right))
    return row[-1]


def report(voices: Sequence[Voice], listener: Listener, transcriber: Transcriber | None) -> None:
    """Measure voices and print the figures."""
    print(
        f"{'voice':10} {'speaks':8} {'as':20} {'LUFS':>6} {'gain_db':>7} {'to write':>8} {'F0':>4} {'centroid':>8} WER"
    )
    sounds: dict[str, Sound] = {}
    for voice in voices:
        others = [language for language in ABROAD if primary(language) != primary(voice.language)]
        for speaker, languages in ((voice.speaker, [voice.language]), (voice.abroad, others)):
            if speaker is None:
                continue
            if reason := listener.missing(speaker.engine):
                print(f"{voice.name:10} {languages[0]:8} not heard: {reason}")
                continue
            sound = listener.measure(speaker, languages)
            sounds.setdefault(voice.name, sound)
            english = next((language for language in languages if primary(language) == "en"), None)
            errors = transcriber.word_error_rate(listener, speaker, english) if transcriber and english else None
            gain_db = speaker.timbre.gain_db
            print(
                f"{voice.name:10} {languages[0] if len(languages) == 1 else 'abroad':8.8}"
                f" {speaker.engine + ' ' + speaker.name:20} {sound.lufs:6.1f} {gain_db:7.1f}"
                f" {gain_db + TARGET_LUFS - sound.lufs:8.1f} {sound.f0:4.0f} {sound.centroid:8.0f}"
                f" {'' if errors is None else format(errors, '.2f')}",
                flush=True,
            )
    pairs = sorted((distance(sounds[one], sounds[two]), one, two) for one, two in combinations(sounds, 2))
    print("nearest voices: " + ", ".join(f"{one} and {two} {apart:.1f}" for apart, one, two in pairs[:8]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", help="voices to measure; all if none is named")
    names = parser.parse_args().names
    warnings.filterwarnings("ignore", "Possible clipped samples")
    voices = [voice for voice in premade_voices().values() if not names or voice.name in names]
    if not voices:
        sys.exit("There is no such voice.")
    report(voices, Listener(), Transcriber(RECOGNISER) if RECOGNISER.is_dir() else None)


if __name__ == "__main__":
    main()
