import pytest

from sonant.core.engine import Capability, Control, EngineInfo
from sonant.core.errors import UnknownModel, UnsupportedLanguage
from sonant.services.models import Models, language_name

FLITE = EngineInfo("flite", Capability.SYNTHESIS, 16_000, ("en",), "MIT", controls=frozenset({Control.FORMANT}))
ESPEAK = EngineInfo(
    "espeak", Capability.SYNTHESIS, 22_050, ("en", "de", "fr"), "GPL-3.0", controls=frozenset({Control.PITCH_RANGE})
)
GERMAN = EngineInfo("german", Capability.SYNTHESIS, 16_000, ("de",), "MIT")
TONE = EngineInfo("tone", Capability.SYNTHESIS, 24_000, (), "Apache-2.0")


class Installed:
    """What is installed."""

    def __init__(self, *engines):
        self._engines = {engine.name: engine for engine in engines}

    def engines(self):
        return self._engines


def models(*engines):
    return Models(Installed(*engines), max_characters=5_000)


def test_a_multilingual_model_speaks_what_the_installed_engines_speak():
    model = models(FLITE, ESPEAK, TONE).get("eleven_multilingual_v2")

    assert model.languages == ("de", "en", "fr")
    assert model.description.startswith("Served here by espeak, flite;")
    assert model.speaks
    assert model.max_characters == 5_000


def test_an_english_model_speaks_english_only_and_only_on_engines_that_do():
    model = models(ESPEAK, GERMAN).get("eleven_flash_v2")

    assert model.languages == ("en",)
    assert "espeak" in model.description
    assert "german" not in model.description


def test_an_english_model_does_not_speak_where_no_engine_speaks_english():
    model = models(GERMAN).get("eleven_monolingual_v1")

    assert not model.speaks
    assert model.languages == ()


def test_settings_are_offered_where_an_engine_honours_them():
    both, one = models(FLITE, ESPEAK).get("eleven_v3"), models(FLITE).get("eleven_v3")

    assert (both.uses_style, both.uses_speaker_boost) == (True, True)
    assert (one.uses_style, one.uses_speaker_boost) == (False, True)


def test_nothing_is_promised_where_nothing_is_installed():
    for model in models().list():
        assert not model.speaks
        assert not model.uses_style
        assert not model.uses_speaker_boost
        assert model.languages == ()
        assert "Served here" not in model.description


def test_every_model_of_the_vendor_is_known_once_and_the_default_comes_first():
    ids = [model.model_id for model in models(ESPEAK).list()]

    assert ids[0] == "eleven_multilingual_v2"
    assert len(set(ids)) == len(ids)
    assert {
        "eleven_v3",
        "eleven_multilingual_v2",
        "eleven_flash_v2_5",
        "eleven_turbo_v2_5",
        "eleven_flash_v2",
        "eleven_turbo_v2",
        "eleven_multilingual_v1",
        "eleven_monolingual_v1",
        "eleven_english_sts_v2",
        "eleven_multilingual_sts_v2",
        "eleven_ttv_v3",
        "eleven_multilingual_ttv_v2",
    } <= set(ids)


def test_an_unknown_model_is_refused():
    with pytest.raises(UnknownModel, match="GET /v1/models"):
        models(ESPEAK).get("eleven_v99")


@pytest.mark.parametrize("model_id", ["eleven_english_sts_v2", "eleven_multilingual_sts_v2", "eleven_ttv_v3"])
def test_a_model_for_something_else_does_not_speak(model_id):
    model = models(ESPEAK).get(model_id)

    assert not model.speaks
    with pytest.raises(UnknownModel, match=model_id):
        model.require_speech()


@pytest.mark.parametrize("language", ["de", "DE", "de-AT", None])
def test_a_language_is_accepted_in_every_usual_spelling(language):
    models(ESPEAK).get("eleven_multilingual_v2").require_speech(language)


def test_a_language_that_no_engine_speaks_is_refused():
    with pytest.raises(UnsupportedLanguage, match="eleven_multilingual_v2"):
        models(ESPEAK).get("eleven_multilingual_v2").require_speech("sw")


def test_an_english_model_refuses_other_languages_that_an_engine_speaks():
    with pytest.raises(UnsupportedLanguage):
        models(ESPEAK).get("eleven_turbo_v2").require_speech("de")


def test_engines_to_which_language_means_nothing_serve_all_where_they_are_alone():
    model = models(TONE).get("eleven_multilingual_v2")

    assert model.speaks
    assert model.languages == ()
    model.require_speech("de")


def test_only_version_three_takes_stage_directions():
    assert [model.model_id for model in models(ESPEAK).list() if model.stage_directions] == ["eleven_v3"]


def test_a_character_costs_one_credit():
    assert models(ESPEAK).get("eleven_flash_v2_5").credits(1_234) == 1_234


def test_languages_have_names_for_people():
    assert [language_name(tag) for tag in ("de", "pt", "zh", "qqq")] == ["German", "Portuguese", "Chinese", "qqq"]
