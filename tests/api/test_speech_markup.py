"""What markup, voice settings and context do to the sound, measured from outside."""

import numpy as np
import pytest

from listening import level_db
from sonant.core.audio import Audio
from speaking import OTHER_VOICE, RATE, SENTENCE, VOICE, Asker, refusal, text_of
from voices import formant_ratio, mean_pitch, pitch_contour

EVEN = {"stability": 1.0}


@pytest.fixture(scope="module")
def asker(server):
    with Asker(server) as asker:
        yield asker


def audio(samples) -> Audio:
    return Audio(samples[None], RATE)


def seconds(samples) -> float:
    return samples.size / RATE


def longest_silence(samples) -> float:
    """Seconds of the longest stretch of digital near-silence."""
    loud = np.flatnonzero(np.abs(samples) > 0.003)
    return float(np.diff(loud).max()) / RATE


def presence_db(samples) -> float:
    """Level between 2 and 4.5 kHz relative to the whole, in decibels."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequency = np.fft.rfftfreq(samples.size, 1 / RATE)
    band = (frequency > 2_000) & (frequency < 4_500)
    return float(10 * np.log10(power[band].sum() / power.sum()))


@pytest.mark.parametrize(
    ("tag", "pause"),
    [
        ('<break time="1s"/>', 1.0),
        ('<break time="2500ms" />', 2.5),
        ('<break strength="x-strong"/>', 1.0),
        ("<break/>", 0.2),
    ],
)
def test_a_break_is_a_silence_of_its_length(asker, tag, pause):
    plain, broken = asker.sound("One, two."), asker.sound(f"One, {tag} two.")

    assert seconds(broken) >= seconds(plain) + 0.8 * pause - 0.1
    assert longest_silence(broken) >= 0.95 * pause


def test_markup_is_in_the_alignment_without_any_duration(asker):
    text = 'One <break time="1s"/> two.'
    answer = asker.timed(text)

    alignment = answer["alignment"]
    assert text_of(answer) == text
    first, last = text.index("<"), text.index(">")
    starts, ends = (alignment[f"character_{end}_times_seconds"] for end in ("start", "end"))
    assert starts[first : last + 1] == ends[first : last + 1]
    assert starts[text.index("two")] - starts[text.index("One")] > 1.0
    assert "break" not in text_of(answer, "normalized_alignment")


@pytest.mark.parametrize(
    ("markup", "spoken"),
    [
        ('Call <say-as interpret-as="characters">cat</say-as> now.', "C A T"),
        ('Room <say-as interpret-as="digits">42</say-as> is free.', "four two"),
        ('Take the <say-as interpret-as="ordinal">2</say-as> door.', "second"),
        ('The <sub alias="World Wide Web">WWW</sub> is large.', "World Wide Web"),
    ],
)
def test_say_as_and_sub_change_what_is_said(asker, markup, spoken):
    plain = (
        markup[: markup.index("<")]
        + markup[markup.index(">") + 1 : markup.index("</")]
        + markup[markup.rindex(">") + 1 :]
    )
    answer = asker.timed(markup)

    assert spoken.lower().replace(" ", "") in text_of(answer, "normalized_alignment").lower().replace(" ", "").replace(
        ".", ""
    )
    assert text_of(answer) == markup
    assert answer["audio_base64"] != asker.timed(plain)["audio_base64"]


def test_phonemes_are_what_is_heard(asker):
    as_written = asker.sound("I say tomato.")
    other = asker.sound('I say <phoneme alphabet="ipa" ph="pəˈteɪtoʊ">tomato</phoneme>.')
    sampa = asker.sound('I say <phoneme alphabet="x-sampa" ph="p@&quot;teItoU">tomato</phoneme>.')

    assert other.size != as_written.size or np.abs(other - as_written).max() > 0.1
    np.testing.assert_array_equal(other, sampa)


@pytest.mark.parametrize(("rate", "ratio"), [("50%", 2.0), ("200%", 0.5), ("x-fast", 0.6), ("slow", 1.3)])
def test_prosody_changes_the_rate(asker, rate, ratio):
    plain, changed = asker.sound(SENTENCE), asker.sound(f'<prosody rate="{rate}">{SENTENCE}</prosody>')

    assert seconds(changed) / seconds(plain) == pytest.approx(ratio, rel=0.3)


@pytest.mark.parametrize(("pitch", "ratio"), [("+25%", 1.25), ("-20%", 0.8), ("+4st", 1.26)])
def test_prosody_changes_the_pitch(asker, pitch, ratio):
    plain, changed = (
        asker.sound(text, voice=OTHER_VOICE) for text in (SENTENCE, f'<prosody pitch="{pitch}">{SENTENCE}</prosody>')
    )

    assert mean_pitch(audio(changed)) / mean_pitch(audio(plain)) == pytest.approx(ratio, rel=0.07)


def test_prosody_changes_the_volume(asker):
    loud, quiet = asker.sound(SENTENCE), asker.sound(f'<prosody volume="-6dB">{SENTENCE}</prosody>')

    assert level_db(quiet) - level_db(loud) == pytest.approx(-6, abs=0.5)


@pytest.mark.parametrize(
    "text",
    [
        "<speak>Hello",
        "<speak>Hello</speak> and more",
        "<speak>a < b</speak>",
        "<speak>&unknown;</speak>",
        '<break time="-1s"/> Hello',
        '<break time="soon"/> Hello',
        '<prosody rate="quick">Hello</prosody>',
        '<prosody pitch="+20%">Hello',
        "</prosody> Hello",
        '<phoneme alphabet="klingon" ph="a">Hello</phoneme>',
        '<say-as interpret-as="song">Hello</say-as>',
        "<p>" * 40 + "Hello" + "</p>" * 40,
        "<s/>" * 10_001 + "Hello",
        '<break time="1h"/> Hello',
    ],
)
def test_malformed_markup_is_refused(asker, text):
    assert refusal(asker.ask({"text": text})) == (400, "invalid_ssml")


@pytest.mark.parametrize("text", ["I <3 you.", "If a < b then b > a.", "<unknown>Hello</unknown>", "AT&T"])
def test_what_only_looks_like_markup_is_text(asker, text):
    assert text_of(asker.timed(text)) == text


def test_stability_narrows_and_style_widens_the_melody(asker):
    def spread(**settings) -> float:
        samples = asker.sound(SENTENCE, voice=OTHER_VOICE, voice_settings=settings)
        return float(np.std(np.log2(pitch_contour(audio(samples)))))

    lively, even, stylish = spread(stability=0.0), spread(stability=1.0), spread(style=1.0)
    assert lively / even > 1.8
    assert stylish / spread(style=0.0) > 1.25


def test_similarity_is_the_strength_of_a_voices_transform(asker):
    young = "fO8bDIYTfwHA3t7G1MTv"  # the base speaker, higher by 1.22 and with a shorter vocal tract

    def heard(voice: str, similarity: float) -> Audio:
        return audio(asker.sound(SENTENCE, voice=voice, voice_settings={"similarity_boost": similarity, **EVEN}))

    base, none, designed = heard(VOICE, 0.75), heard(young, 0.0), heard(young, 0.75)
    assert mean_pitch(none) / mean_pitch(base) == pytest.approx(1.0, abs=0.05)
    assert mean_pitch(designed) / mean_pitch(base) == pytest.approx(1.22, abs=0.08)
    assert formant_ratio(base, designed) > formant_ratio(base, none) + 0.03


def test_speaker_boost_lifts_the_band_of_the_consonants(asker):
    boosted, plain = (asker.sound(SENTENCE, voice_settings={"use_speaker_boost": boost}) for boost in (True, False))

    assert presence_db(boosted) - presence_db(plain) > 1.0


def test_variability_is_what_stability_leaves_to_the_seed(asker):
    def difference(stability: float) -> float:
        settings = {"stability": stability}
        one, other = (asker.sound(SENTENCE, seed=seed, voice_settings=settings) for seed in (1, 2))
        return abs(one.size - other.size) / RATE if one.size != other.size else float(np.abs(one - other).max())

    assert difference(0.0) > difference(1.0)


def test_context_tells_the_language_of_a_short_text(asker):
    before = "Guten Morgen, wie geht es Ihnen heute? Das Wetter ist wunderbar."

    assert asker.speak("Und nun?").headers["x-sonant-engine"] in {"espeak", "flite"}
    assert asker.speak("Super.", previous_text=before).headers["x-sonant-engine"] == "espeak"
    assert asker.speak("Super.").headers["x-sonant-engine"] == "flite"


def test_following_text_keeps_the_voice_of_an_unfinished_sentence_up(asker):
    unfinished = "The birch canoe slid on"
    alone, continued = (
        asker.sound(unfinished, voice=OTHER_VOICE, voice_settings=EVEN, next_text=text)
        for text in ("", "the smooth planks.")
    )

    assert alone.size != continued.size or np.abs(alone - continued).max() > 0.01
    np.testing.assert_array_equal(asker.sound(SENTENCE, next_text="And then it stopped."), asker.sound(SENTENCE))


def test_the_texts_of_earlier_requests_take_the_place_of_previous_text(asker):
    german = asker.speak("Guten Morgen, wie geht es Ihnen heute? Das Wetter ist wunderbar.").headers["request-id"]
    unlogged = asker.speak("Guten Morgen, wie geht es Ihnen heute?", query={"enable_logging": "false"}).headers[
        "request-id"
    ]

    def engine(**context) -> str:
        return asker.speak("Super.", **context).headers["x-sonant-engine"]

    assert engine(previous_request_ids=[german]) == "espeak"
    assert engine(previous_request_ids=[german], previous_text="It was a fine day in the old town.") == "espeak"
    assert engine(next_request_ids=[german]) == "espeak"
    assert engine(previous_request_ids=["unknown", unlogged, "../x"]) == "flite"
