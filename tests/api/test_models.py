import pytest

from api.answering import answering, breaches, sdk
from services.engines_in_process import EnginesInProcess
from sonant.api import models
from sonant.core.engine import Capability, Control, EngineInfo, EngineSpec
from sonant.services.accounts import Accounts, Scope
from sonant.services.models import Models

ESPEAK = EngineInfo(
    "espeak", Capability.SYNTHESIS, 22_050, ("en", "de"), "GPL-3.0", controls=frozenset({Control.PITCH_RANGE})
)


@pytest.fixture
async def client(db):
    engines = EnginesInProcess(EngineSpec(ESPEAK, load=lambda models: models))
    async with answering(models, accounts=Accounts(db), models=Models(engines, 5_000)) as client:
        yield client


async def test_models_are_an_array_with_every_key_that_the_api_documents(client):
    answer = (await client.get("/v1/models")).json()

    assert len(answer) == 12
    for model in answer:
        assert breaches("ModelResponseModel", model) == []
        assert set(model) == {
            "model_id",
            "name",
            "can_be_finetuned",
            "can_do_text_to_speech",
            "can_do_voice_conversion",
            "can_use_style",
            "can_use_speaker_boost",
            "serves_pro_voices",
            "token_cost_factor",
            "description",
            "requires_alpha_access",
            "max_characters_request_free_user",
            "max_characters_request_subscribed_user",
            "maximum_text_length_per_request",
            "languages",
            "model_rates",
            "concurrency_group",
        }


async def test_models_say_what_is_served_here_and_no_more(client):
    models = {model["model_id"]: model for model in (await client.get("/v1/models")).json()}

    default = models["eleven_multilingual_v2"]
    assert default["can_do_text_to_speech"]
    assert default["can_use_style"]
    assert not default["can_use_speaker_boost"]
    assert default["maximum_text_length_per_request"] == 5_000
    assert default["languages"] == [
        {"language_id": "de", "name": "German"},
        {"language_id": "en", "name": "English"},
    ]
    assert "espeak" in default["description"]
    assert models["eleven_turbo_v2"]["languages"] == [{"language_id": "en", "name": "English"}]
    assert not any(model["can_do_voice_conversion"] for model in models.values())
    assert not models["eleven_multilingual_sts_v2"]["can_do_text_to_speech"]
    assert {model["model_rates"]["character_cost_multiplier"] for model in models.values()} == {1.0}


async def test_the_sdk_reads_models(client):
    found = {model.model_id: model for model in await sdk(client).models.list()}

    assert found["eleven_v3"].can_do_text_to_speech is True
    assert [language.name for language in found["eleven_v3"].languages] == ["German", "English"]
    assert found["eleven_v3"].model_rates.character_cost_multiplier == 1.0


async def test_a_key_for_models_is_needed(client, db):
    assert (await client.get("/v1/models", headers={"xi-api-key": "sk_wrong"})).status_code == 401

    _, key = Accounts(db).create_key("narrow", scopes=[Scope.TEXT_TO_SPEECH])
    answer = await client.get("/v1/models", headers={"xi-api-key": key})
    assert (answer.status_code, answer.json()["detail"]["status"]) == (403, "missing_permissions")
