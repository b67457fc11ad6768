import pytest

from sonant.core.errors import UnsupportedLanguage
from sonant.core.speech import Speaker, Timbre, Voice, VoiceSettings
from sonant.core.text import Delivery, Passage, TracedText
from sonant.services.casting import Casting, delivery, with_gap

BASE = Speaker("flite", "rms", Timbre(pitch=1.21, gain_db=3.0))
VOICE = Voice("v1", "Vera", "en-GB", BASE, abroad=Speaker("espeak", "f2"))


def passage(text: str, language: str = "en-GB", **more) -> Passage:
    return Passage(TracedText.from_source(text), (0, len(text)), language, **more)


def lines(*passages: Passage, casting: Casting | None = None):
    return list((casting or Casting(VOICE, VOICE.settings)).lines(iter(passages)))


def test_a_voice_speaks_its_own_language_itself_and_others_through_its_speaker_abroad():
    english, german = lines(passage("Hello."), passage("Hallo.", "de"))

    assert (english.engine, english.utterance.speaker) == ("flite", "rms")
    assert (german.engine, german.utterance.speaker, german.utterance.language) == ("espeak", "f2", "de")


def test_a_voice_without_a_speaker_abroad_refuses_other_languages():
    with pytest.raises(UnsupportedLanguage, match="de"):
        lines(passage("Hallo.", "de"), casting=Casting(Voice("v", "V", "en", BASE), VoiceSettings()))


def test_each_passage_knows_its_neighbours_and_the_ends_know_the_context():
    casting = Casting(VOICE, VOICE.settings, previous_text="Before.", next_text="After.")

    first, second = lines(passage("One."), passage("Two."), casting=casting)

    assert (first.utterance.previous_text, first.utterance.next_text) == ("Before.", "Two.")
    assert (second.utterance.previous_text, second.utterance.next_text) == ("One.", "After.")


def test_a_pause_alone_needs_no_engine():
    (line,) = lines(passage(" ", pause=1.5))

    assert line.utterance is None
    assert line.passage.pause == 1.5


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (VoiceSettings(), Delivery(1.0, 1.0, 1.0, 0.5, 0.0, presence=True)),
        (VoiceSettings(stability=0.0, speed=0.7), Delivery(0.7, 1.0, 1.5, 1.0, 0.0, presence=True)),
        (VoiceSettings(stability=1.0, speaker_boost=False), Delivery(1.0, 1.0, 0.5, 0.0, 0.0, presence=False)),
        (VoiceSettings(style=1.0), Delivery(1.0, 1.0, 1.6, 0.5, 0.0, presence=True)),
    ],
)
def test_every_setting_becomes_something_physical(settings, expected):
    assert delivery(settings) == expected


@pytest.mark.parametrize(("similarity", "pitch"), [(0.0, 1.0), (0.75, 1.21), (0.375, 1.1)])
def test_similarity_is_the_strength_of_the_voices_transform(similarity, pitch):
    casting = Casting(VOICE, VoiceSettings(similarity=similarity))

    (line,) = lines(passage("Hello."), casting=casting)

    assert line.utterance.timbre.pitch == pytest.approx(pitch)
    assert line.utterance.timbre.gain_db == 3.0


def test_markup_multiplies_what_the_settings_ask_for():
    casting = Casting(VOICE, VoiceSettings(speed=1.2))

    (line,) = lines(passage("Hello.", delivery=Delivery(rate=0.5, volume_db=6.0)), casting=casting)

    assert line.utterance.delivery.rate == pytest.approx(0.6)
    assert line.utterance.delivery.volume_db == 6.0
    assert line.utterance.delivery.presence


def test_a_gap_is_added_after_the_last_line_only():
    first, last = with_gap(iter(lines(passage("One.", pause=0.1), passage("Two.", pause=0.1))), 0.25)

    assert first.passage.pause == 0.1
    assert last.passage.pause == pytest.approx(0.35)
