"""espeak-ng, by what is heard: lengths, pitches, levels, and where the words are."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from babel import Locale, UnknownLocaleError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonant.core.audio import concatenate
from sonant.core.errors import InvalidRequest, UnsupportedLanguage
from sonant.core.speech import Timbre, Utterance
from sonant.core.text import Delivery, Pronunciation
from sonant.engines.espeak import ENGINE
from sonant.engines.espeak.languages import LANGUAGES, REGIONAL, VOICES, find_voice
from sonant.engines.espeak.speakers import DEFAULT, VARIANTS
from sonant.engines.espeak.words import find_words

espeakng_loader = pytest.importorskip("espeakng_loader", reason="espeak-ng is an extra: pip install 'sonant[espeak]'")

RATE = ENGINE.info.sample_rate
EVEN = Delivery(variability=0.0)
SENTENCE = "The birch canoe slid on the smooth planks, and four hours of steady work faced us."
SENTENCES = {
    "en": SENTENCE,
    "de": "Heute Morgen sind wir mit dem Zug nach Berlin gefahren, und die Kinder spielen draußen im Garten.",
    "es": "Esta mañana tomamos el tren para ir a la playa, y los niños juegan fuera en el jardín.",
    "fr": "Ce matin nous avons pris le train pour aller à la mer, et les enfants jouent dehors dans le jardin.",
    "ru": "Сегодня утром мы поехали на поезде к морю, и дети играют на улице в саду.",
    "hi": "आज सुबह हम रेलगाड़ी से समुद्र गए, और बच्चे बाहर बगीचे में खेल रहे हैं।",
    "zh": "今天早上我们坐火车去海边，孩子们在花园里玩。",
}
DATA = Path(espeakng_loader.get_data_path())


@pytest.fixture(scope="module")
def engine():
    return ENGINE.load(Path())


@pytest.fixture(scope="module")
def speak(engine):
    """Speak a text, and return its sound and words."""

    def speak(text, language="en-US", speaker=DEFAULT, delivery=EVEN, **more):
        chunks = list(engine.synthesize(Utterance(text, language, speaker, delivery=delivery, **more)))
        return concatenate([chunk.audio for chunk in chunks]), [word for chunk in chunks for word in chunk.words]

    return speak


def voiced_length(audio):
    """Seconds from the first to the last sound."""
    loud = np.flatnonzero(np.abs(audio.samples[0]) > 0.004)
    return (loud[-1] - loud[0]) / audio.sample_rate


def pitch(audio):
    """Median fundamental frequency of the voiced parts in Hz, by autocorrelation."""
    width, hop, lags = 1024, 220, slice(RATE // 400, RATE // 60)
    frames = np.lib.stride_tricks.sliding_window_view(audio.samples[0].astype(float), width)[::hop]
    frames = frames[(frames**2).mean(1) > 0.05 * (frames**2).mean(1).max()] * np.hanning(width)
    powers = np.abs(np.fft.rfft(np.vstack([np.hanning(width), frames]), 2 * width)) ** 2
    correlations = np.fft.irfft(powers)
    strength = correlations[1:, lags] / correlations[1:, :1] / (correlations[0, lags] / correlations[0, 0])
    peaks = []
    for row in strength[strength.max(1) > 0.6]:
        start = int(np.argmax(row > 0.92 * row.max()))  # the first of the equally strong: not an octave below
        peaks.append(lags.start + start + int(np.argmax(row[start : start + 15])))
    return RATE / np.median(peaks)


def sounds(word):
    return [phone.symbol for phone in word.phones]


def all_sounds(words):
    return [symbol for word in words for symbol in sounds(word)]


def test_knows_what_it_is_without_loading_the_library():
    code = "import sys; from sonant.engines.espeak import ENGINE; print('espeakng_loader' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "False"
    assert ENGINE.info.licence == "GPL-3.0-or-later"
    assert ENGINE.missing() is None


def test_speaks_more_than_a_hundred_languages():
    assert len(ENGINE.info.languages) > 100
    assert not {"ja", "he", "th"} & set(ENGINE.info.languages)
    assert all(find_voice(tag) for tag in LANGUAGES)


def test_every_voice_and_variant_is_in_the_library():
    files = {str(path.relative_to(DATA / "lang")) for path in (DATA / "lang").rglob("*") if path.is_file()}
    assert {*VOICES.values(), *REGIONAL.values()} <= files
    for variant in VARIANTS.values():
        if variant.name != DEFAULT:
            written = (DATA / "voices" / "!v" / variant.name).read_text("utf-8")
            numbers = re.search(r"^pitch\s+(\d+)\s+(\d+)", written, re.MULTILINE)
            expected = sorted(map(int, numbers.groups())) if numbers else [82, 118]
            assert [variant.low, variant.high] == expected, variant.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_reads_the_months_without_naming_letters(speak, language):
    try:
        locale = Locale.parse(language)
    except UnknownLocaleError:
        pytest.skip("Babel doesn't know its months")
    months = [name for name in locale.months["format"]["wide"].values() if not re.search(r"[\dM]", name)]
    if not months:
        pytest.skip("Babel doesn't know its months")
    audio, words = speak(", ".join(months), language)
    letters = sum(len(month) for month in months)
    most = 3.2 if language in {"cmn", "ti", "yue", "zh"} else 1.8  # a character is a syllable there
    assert 0.4 * letters < len(all_sounds(words)) < most * letters
    assert 0.03 < voiced_length(audio) / letters < 0.4


@pytest.mark.parametrize(
    ("tag", "voice"),
    [
        ("en", "gmw/en-US"),
        ("en-US", "gmw/en-US"),
        ("en-GB", "gmw/en"),
        ("EN_gb", "gmw/en"),
        ("en-GB-scotland", "gmw/en-GB-scotland"),
        ("en-IN", "gmw/en"),
        ("en-JM", "gmw/en-029"),
        ("es", "roa/es"),
        ("es-ES", "roa/es"),
        ("es-MX", "roa/es-419"),
        ("es-419", "roa/es-419"),
        ("pt", "roa/pt-BR"),
        ("pt-PT", "roa/pt"),
        ("pt-AO", "roa/pt"),
        ("fr-CA", "roa/fr"),
        ("fr-BE", "roa/fr-BE"),
        ("zh", "sit/cmn"),
        ("cmn-Hans-CN", "sit/cmn"),
        ("zh-Hant-HK", "sit/yue"),
        ("yue", "sit/yue"),
        ("nb-NO", "gmq/nb"),
        ("no", "gmq/nb"),
        ("sr-Latn-RS", "zls/sr"),
        ("ja", None),
        ("xx", None),
    ],
)
def test_chooses_the_voice_of_a_tag(tag, voice):
    assert find_voice(tag) == voice


def test_regions_sound_different(speak):
    text = "I can't dance on the path."
    heard = {tuple(all_sounds(speak(text, tag)[1])) for tag in ("en-US", "en-GB", "en-GB-scotland")}
    assert len(heard) == 3
    assert "θ" in all_sounds(speak("gracias", "es-ES")[1])
    assert "θ" not in all_sounds(speak("gracias", "es-MX")[1])


def test_refuses_what_it_can_not_do(engine):
    with pytest.raises(UnsupportedLanguage):
        engine.synthesize(Utterance("今日は", "ja", DEFAULT))
    with pytest.raises(InvalidRequest, match="speaker"):
        engine.synthesize(Utterance("Hello", "en", "nobody"))


@pytest.mark.parametrize("language", SENTENCES)
def test_every_word_is_heard_when_the_engine_says(speak, language):
    text = SENTENCES[language]
    audio, words = speak(text, language)
    written = [text[first:last] for first, last in find_words(text)]
    if language == "zh":
        assert "".join(text[word.first : word.last] for word in words) == "".join(written)
        assert len(words) > 12
    else:
        assert [text[word.first : word.last] for word in words] == written
    ends = [word.end for word in words]
    assert all(before <= word.start for before, word in zip([0.0, *ends], words, strict=False))
    assert all(word.start < word.end for word in words)
    assert ends[-1] <= audio.duration
    level = np.abs(audio.samples[0])
    heard = [level[round(word.start * RATE) : round(word.end * RATE)].max() for word in words]
    assert min(heard) > 0.03
    for word in words:
        assert word.phones[0].start == word.start
        assert word.phones[-1].end == word.end
        assert all(left.end == right.start for left, right in zip(word.phones, word.phones[1:], strict=False))


def test_words_that_the_dictionary_holds_as_one_are_told_apart(speak):
    text = "Sit on the mat, out of the way."
    words = {text[word.first : word.last]: sounds(word) for word in speak(text)[1]}
    assert list(words) == ["Sit", "on", "the", "mat", "out", "of", "way"]  # "the" twice
    assert words["on"] == ["ɔ", "n"]
    assert words["the"] == ["ð", "ə"]


def test_numbers_and_abbreviations_are_one_word_each(speak):
    text = "The U.S. gave 25 at 3:30."
    assert [text[word.first : word.last] for word in speak(text)[1]] == ["The", "U.S", "gave", "25", "at", "3:30"]


def test_positions_are_characters_whatever_their_encoding(speak):
    text = "«Größe» — 😀 naïve café, Übermut!"
    heard = [text[word.first : word.last] for word in speak(text, "de")[1]]
    assert heard == ["Größe", "😀", "naïve", "café", "Übermut"]


def test_words_come_with_the_chunk_in_which_they_begin_or_before(engine):
    start = 0.0
    for chunk in engine.synthesize(Utterance(SENTENCE, "en", DEFAULT)):
        end = start + chunk.audio.duration
        assert all(word.start < end for word in chunk.words)
        assert all(word.start >= start - 0.001 for word in chunk.words)
        start = end


def test_the_first_chunk_is_short_and_the_later_ones_are_longer(engine):
    durations = [
        chunk.audio.duration for chunk in engine.synthesize(Utterance(f"{SENTENCE} {SENTENCE}", "en", DEFAULT))
    ]
    assert 0.1 < durations[0] < 0.5
    assert all(duration > 0.4 for duration in durations[1:-1])
    assert max(durations) < 3


def test_silence_at_both_ends_is_short_and_the_edges_are_soft(speak):
    for text, language in (("Wait.", "en"), ("« Oui. »", "fr"), (SENTENCE, "en")):
        samples = speak(text, language)[0].samples[0]
        loud = np.flatnonzero(np.abs(samples) > 0.001)
        assert loud[0] / RATE == pytest.approx(0.05, abs=0.005)
        assert (len(samples) - loud[-1]) / RATE == pytest.approx(0.12, abs=0.005)
        assert abs(samples[0]) < 0.001
        assert samples[-1] == 0


def test_nothing_but_punctuation_is_a_short_silence(speak):
    audio, words = speak("…")
    assert not words
    assert 0 < audio.duration < 0.3
    assert np.abs(audio.samples).max() < 0.001


def test_no_speaker_overloads(speak):
    for speaker in VARIANTS:
        audio, words = speak("The hogs were fed chopped corn and garbage.", speaker=speaker)
        assert 0.02 < np.abs(audio.samples).max() < 0.99, speaker
        assert len(words) == 8


def test_the_same_utterance_gives_the_same_samples_whatever_came_before(engine, speak):
    first = speak(SENTENCE, speaker="f3", seed=7, delivery=Delivery())[0].samples
    speak(SENTENCES["ru"], "ru", "whisper")
    closed = engine.synthesize(Utterance(SENTENCE, "de", "croak"))
    next(closed)
    closed.close()
    again = speak(SENTENCE, speaker="f3", seed=7, delivery=Delivery())[0].samples
    assert np.array_equal(first, again)


def test_another_process_gives_the_same_samples(speak):
    code = (
        "import sys, hashlib; from pathlib import Path; from sonant.engines.espeak import ENGINE\n"
        "from sonant.core.speech import Utterance\n"
        "chunks = ENGINE.load(Path()).synthesize(Utterance(sys.argv[1], 'en-US', 'f5', seed=3))\n"
        "print(hashlib.sha256(b''.join(chunk.audio.samples.tobytes() for chunk in chunks)).hexdigest())"
    )
    runs = {subprocess.check_output([sys.executable, "-c", code, SENTENCE], text=True) for _ in range(2)}
    assert len(runs) == 1


def test_the_seed_moves_rate_and_pitch_as_far_as_variability_says(speak):
    def lengths(variability):
        delivery = Delivery(variability=variability)
        return [voiced_length(speak(SENTENCE, seed=seed, delivery=delivery)[0]) for seed in range(6)]

    none, some, most = lengths(0.0), lengths(0.5), lengths(1.0)
    assert np.ptp(none) == 0
    assert 0 < np.ptp(some) < np.ptp(most)
    assert np.ptp(most) / np.mean(most) < 0.1


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("ratio", [0.7, 0.85, 1.2])
def test_duration_follows_the_rate(speak, language, ratio):
    natural = voiced_length(speak(SENTENCES[language], language)[0])
    other = voiced_length(speak(SENTENCES[language], language, delivery=Delivery(rate=ratio, variability=0.0))[0])
    assert natural / other == pytest.approx(ratio, rel=0.05)


@pytest.mark.parametrize("ratio", [0.5, 2.0, 3.0])
def test_duration_follows_extreme_rates_roughly(speak, ratio):
    natural = voiced_length(speak(SENTENCE)[0])
    other = voiced_length(speak(SENTENCE, delivery=Delivery(rate=ratio, variability=0.0))[0])
    assert natural / other == pytest.approx(ratio, rel=0.08)


@pytest.mark.parametrize("speaker", [DEFAULT, "m3", "f2", "steph"])
@pytest.mark.parametrize("ratio", [0.7, 1.3, 1.6])
def test_pitch_follows_its_ratio(speak, speaker, ratio):
    natural = pitch(speak(SENTENCE, speaker=speaker)[0])
    other = pitch(speak(SENTENCE, speaker=speaker, delivery=Delivery(pitch=ratio, variability=0.0))[0])
    assert other / natural == pytest.approx(ratio, rel=0.04)


def test_pitch_range_widens_around_the_same_middle(speak):
    def track(ratio):
        audio, words = speak(SENTENCE, speaker="f2", delivery=Delivery(pitch_range=ratio, variability=0.0))
        vowels = [phone for word in words for phone in word.phones if phone.symbol[0] in "aeiouæɑɔəɛɪʊʌɜ"]
        pieces = [audio.samples[:, round(phone.start * RATE) : round(phone.end * RATE)] for phone in vowels]
        return [pitch(type(audio)(piece, RATE)) for piece in pieces if piece.shape[1] > 2000]

    narrow, wide = track(0.4), track(1.6)
    assert np.std(wide) > 2.5 * np.std(narrow)
    assert np.median(wide) / np.median(narrow) == pytest.approx(1, abs=0.06)


def test_formants_move_and_tempo_and_pitch_stay(speak):
    plain, moved = (speak(SENTENCE, speaker="f2", timbre=Timbre(formant=ratio))[0] for ratio in (1.0, 1.2))
    assert voiced_length(moved) == pytest.approx(voiced_length(plain), rel=0.05)
    assert pitch(moved) == pytest.approx(pitch(plain), rel=0.03)

    def centroid(audio):
        power = np.abs(np.fft.rfft(audio.samples[0])) ** 2
        return np.sum(power * np.fft.rfftfreq(audio.samples.shape[1], 1 / RATE)) / np.sum(power)

    assert centroid(moved) > 1.1 * centroid(plain)


def test_pronunciations_are_heard(speak):
    text = "I say tomato and tomato."
    given = (Pronunciation(6, 12, "təˈmɑːtəʊ"), Pronunciation(17, 23, "təˈmeɪtoʊ"))
    audio, words = speak(text, pronunciations=given)
    british, american = [sounds(word) for word in words if text[word.first : word.last] == "tomato"]
    assert british[:4] == ["t", "ə", "m", "ɑː"]
    assert american[:4] == ["t", "ə", "m", "eɪ"]
    assert not np.array_equal(audio.samples, speak(text)[0].samples)
    assert [text[word.first : word.last] for word in words] == ["I", "say", "tomato", "and", "tomato"]


@pytest.mark.parametrize(
    ("language", "ipa", "heard"),
    [
        ("en-US", "ˈt͡ʃɜːt͡ʃ", "tʃɜːtʃ"),
        ("en-GB", "bɑːθ", "bɑːθ"),
        ("en-US", "ˈbyːnə", "buːnə"),  # no front rounded vowel in English
        ("de", "ˈʃøːn", "ʃøːn"),
        ("de", "ˈbaːdə", "bɑːdə"),
        ("fr", "bɔ̃ʒuʁ", "bɔ̃ʒuʁ"),
        ("it", "ˈɡatto", "ɡatto"),
        ("ru", "ˈmaʃɐ", "maʃʌ"),
        ("pl", "ˈxlɛp", "xlɛp"),
    ],
)
def test_pronunciations_are_spoken_with_what_sounds_a_language_has(speak, language, ipa, heard):
    words = speak("Anna", language, pronunciations=(Pronunciation(0, 4, ipa),))[1]
    assert "".join(all_sounds(words)) == heard


def test_pronunciations_of_nothing_leave_the_word_alone(speak):
    plain = speak("Anna")[0].samples
    for ipa in ("", "ˈ", "◊", "]]"):
        assert np.array_equal(speak("Anna", pronunciations=(Pronunciation(0, 4, ipa),))[0].samples, plain)


def test_text_can_not_command_the_library(speak):
    """Neither phoneme names in brackets, nor markup, nor the library's control characters."""
    text = "[[aU]] anna"
    words = speak(text, pronunciations=(Pronunciation(7, 11, "ˈana"),))[1]
    assert sounds(words[0]) != ["aʊ"]
    assert text[words[-1].first : words[-1].last] == "anna"
    plain = voiced_length(speak("one two")[0])
    assert voiced_length(speak("\x0190P\x01400S one two")[0]) > plain
    assert pitch(speak("\x0199P one two, one two")[0]) < 130
    assert voiced_length(speak("<break time='3s'/> one")[0]) > 1.5  # it is read out


def test_an_unfinished_sentence_keeps_its_voice_up(speak):
    def last_pitch(**context):
        audio, words = speak("We went along the river", **context)
        start = round(words[-1].phones[-2].start * RATE)
        return pitch(type(audio)(audio.samples[:, start:], RATE))

    assert last_pitch(next_text="and over the hill.") > 1.1 * last_pitch()
    assert last_pitch(next_text="  ") == last_pitch()


def test_a_finished_sentence_ends_whatever_follows(speak):
    ended = speak("We went home.")[0].samples
    assert np.array_equal(speak("We went home.", next_text="Then it rained.")[0].samples, ended)


def test_times_follow_the_formants(speak):
    audio, words = speak(SENTENCE, timbre=Timbre(formant=0.85))
    level = np.abs(audio.samples[0])
    assert words[-1].end == pytest.approx(np.flatnonzero(level > 0.004)[-1] / RATE, abs=0.05)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(min_size=1, max_size=60),
    language=st.sampled_from(["en-US", "de", "ru", "zh", "hi", "ar"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_text_gives_sound_and_words_in_order(speak, text, language, seed):
    audio, words = speak(text, language, "f2", delivery=Delivery(), seed=seed)
    assert audio.duration > 0
    assert np.isfinite(audio.samples).all()
    place, moment = 0, 0.0
    for word in words:
        assert place <= word.first < word.last <= len(text)
        assert moment <= word.start <= word.end <= audio.duration + 1e-6
        place, moment = word.last, word.end
