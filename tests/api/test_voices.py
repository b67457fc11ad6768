from dataclasses import replace

import pytest
from elevenlabs import VoiceSettings as SdkSettings

from api.answering import answering, breaches, sdk
from services.engines_in_process import EnginesInProcess
from sonant.api import voices
from sonant.core.engine import EngineSpec
from sonant.core.speech import Speaker, Voice, VoiceSettings
from sonant.engines.tone import ENGINE
from sonant.services.accounts import Accounts, Scope
from sonant.services.models import Models
from sonant.services.narration import Narrator
from sonant.services.previews import Previews
from sonant.services.voices import Voices

ANNA = Voice(
    "anna0000000000000000",
    "Anna",
    "en-US",
    Speaker("tone", "tone"),
    Speaker("tone", "tone"),
    description="A warm narrator.",
    labels={"gender": "female", "age": "young", "accent": "american", "use_case": "narration", "language": "en"},
    licence="CC0-1.0",
    settings=VoiceSettings(stability=0.6),
)
BORIS = replace(ANNA, voice_id="boris", name="Boris", language="de", description="", labels={"gender": "male"})
SILENT = replace(ANNA, voice_id="silent", name="Silent", speaker=Speaker("absent", "x"), abroad=None)
RACHEL = "21m00Tcm4TlvDq8ikWAM"
MANY = {f"voice{index}": replace(ANNA, voice_id=f"voice{index}", name=f"Voice {index}") for index in range(12)}
DEFAULTS = {"stability": 0.5, "use_speaker_boost": True, "similarity_boost": 0.75, "style": 0.0, "speed": 1.0}
ANNAS = {**DEFAULTS, "stability": 0.6}


@pytest.fixture
async def open_client(db, tmp_path):
    """A function that makes a client of an application with these voices."""

    def opened(*known):
        engines = EnginesInProcess(EngineSpec(replace(ENGINE.info, languages=("en", "de")), ENGINE.load))
        premade = {voice.voice_id: voice for voice in known}
        previews = Previews(Narrator(engines), tmp_path)
        return answering(
            voices,
            accounts=Accounts(db),
            models=Models(engines, 5_000),
            voices=Voices(db, engines, premade, {RACHEL: ANNA.voice_id}, previews),
        )

    return opened


@pytest.fixture
async def client(open_client):
    async with open_client(ANNA, BORIS, SILENT) as client:
        yield client


def detail(answer):
    return answer.status_code, answer.json()["detail"]["status"]


# One voice


async def test_a_voice_is_what_the_api_documents(client):
    answer = (await client.get(f"/v1/voices/{ANNA.voice_id}")).json()

    assert breaches("VoiceResponseModel", answer) == []
    assert answer["voice_id"] == ANNA.voice_id
    assert answer["name"] == "Anna"
    assert answer["category"] == "premade"
    assert answer["labels"] == ANNA.labels
    assert answer["description"] == "A warm narrator."
    assert answer["settings"] == ANNAS
    assert answer["is_owner"] is False
    assert answer["licence"] == "CC0-1.0"
    assert answer["high_quality_base_model_ids"][0] == "eleven_multilingual_v2"
    assert answer["verified_languages"] == [
        {
            "language": "en",
            "model_id": "eleven_multilingual_v2",
            "accent": "american",
            "locale": "en-US",
            "preview_url": answer["preview_url"],
        }
    ]


async def test_only_models_that_speak_a_voices_language_are_named_with_it(client):
    anna, boris = [(await client.get(f"/v1/voices/{voice.voice_id}")).json() for voice in (ANNA, BORIS)]

    assert "eleven_turbo_v2" in anna["high_quality_base_model_ids"]
    assert "eleven_turbo_v2" not in boris["high_quality_base_model_ids"]
    assert "eleven_flash_v2_5" in boris["high_quality_base_model_ids"]


async def test_one_of_the_vendors_ids_is_answered_under_that_id(client):
    answer = (await client.get(f"/v1/voices/{RACHEL}", params={"with_settings": "false"})).json()

    assert answer["voice_id"] == RACHEL
    assert answer["name"] == "Anna"
    assert answer["settings"] == ANNAS
    assert f"/{RACHEL}/" in answer["preview_url"]


@pytest.mark.parametrize("path", ["", "/settings", "/preview"])
async def test_an_unknown_voice_is_not_found(client, path):
    assert detail(await client.get(f"/v1/voices/nobody{path}")) == (404, "voice_not_found")


async def test_a_voice_that_nobody_here_can_speak_is_unavailable(client):
    assert detail(await client.get("/v1/voices/silent")) == (503, "engine_unavailable")


# Settings


async def test_default_settings_are_those_of_the_api(client):
    answer = (await client.get("/v1/voices/settings/default")).json()

    assert answer == DEFAULTS
    assert breaches("VoiceSettingsResponseModel", answer) == []


async def test_an_edit_changes_what_it_names_and_keeps_the_rest(client):
    path = f"/v1/voices/{ANNA.voice_id}/settings"
    edited = await client.post(f"{path}/edit", json={"speed": 0.8, "style": None, "unknown": 1})

    assert edited.json() == {"status": "ok"}
    assert (await client.get(path)).json() == {**ANNAS, "speed": 0.8}
    await client.post(f"{path}/edit", json={"use_speaker_boost": False})
    assert (await client.get(path)).json() == {**ANNAS, "speed": 0.8, "use_speaker_boost": False}
    assert (await client.get(f"/v1/voices/{RACHEL}")).json()["settings"]["speed"] == 0.8


@pytest.mark.parametrize(
    "body",
    [
        {"stability": 1.1},
        {"similarity_boost": -0.1},
        {"style": "much"},
        {"speed": 0},
        {"speed": 9},
        {"use_speaker_boost": "perhaps"},
        [],
        "stability",
    ],
)
async def test_settings_out_of_range_are_refused(client, body):
    answer = await client.post(f"/v1/voices/{ANNA.voice_id}/settings/edit", json=body)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"
    assert (await client.get(f"/v1/voices/{ANNA.voice_id}/settings")).json() == ANNAS


async def test_settings_of_an_unknown_voice_are_not_found(client):
    assert detail(await client.post("/v1/voices/nobody/settings/edit", json={})) == (404, "voice_not_found")


# Lists


async def test_all_voices_that_can_be_spoken_are_listed_at_once(client):
    answer = (await client.get("/v1/voices", params={"show_legacy": "true"})).json()

    assert [voice["name"] for voice in answer["voices"]] == ["Anna", "Boris"]
    assert all(breaches("VoiceResponseModel", voice) == [] for voice in answer["voices"])


async def test_a_page_is_what_the_api_documents(client):
    answer = (await client.get("/v2/voices")).json()

    assert breaches("GetVoicesV2ResponseModel", answer) == []
    assert (answer["has_more"], answer["total_count"], answer["next_page_token"]) == (False, 2, None)


async def test_pages_follow_one_another_to_the_end(open_client):
    async with open_client(*MANY.values()) as client:
        joined, token, sizes = [], None, []
        while True:
            params = {"next_page_token": token} if token else {}
            page = (await client.get("/v2/voices", params=params)).json()
            joined += [voice["voice_id"] for voice in page["voices"]]
            sizes.append(len(page["voices"]))
            assert page["total_count"] == 12
            if not page["has_more"]:
                break
            token = page["next_page_token"]

    assert joined == list(MANY)
    assert sizes == [10, 2]


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"search": "warm"}, ["Anna"]),
        ({"sort": "name", "sort_direction": "desc"}, ["Boris", "Anna"]),
        ({"sort": "created_at_unix", "sort_direction": "desc"}, ["Boris", "Anna"]),
        ({"voice_type": "default", "category": "premade", "include_total_count": "false"}, ["Anna", "Boris"]),
        ({"voice_type": "personal"}, []),
        ({"category": "professional"}, []),
        ({"fine_tuning_state": "fine_tuned"}, []),
        ({"collection_id": "any"}, []),
        ({"voice_ids": ["boris", RACHEL]}, ["Anna", "Boris"]),
        ({"voice_ids": "nobody"}, []),
        ({"gender": "Female"}, ["Anna"]),
        ({"language": ["en", "fr"], "use_cases": "narration", "accent": "american", "age": "young"}, ["Anna"]),
        ({"unknown": "x", "search": ""}, ["Anna", "Boris"]),
    ],
)
async def test_a_search_finds_what_is_asked_for(client, params, names):
    answer = (await client.get("/v2/voices", params=params)).json()

    assert [voice["name"] for voice in answer["voices"]] == names
    assert answer["total_count"] == len(names)


@pytest.mark.parametrize(
    "params",
    [
        {"page_size": 0},
        {"page_size": 101},
        {"page_size": "ten"},
        {"sort": "age"},
        {"sort_direction": "up"},
        {"voice_type": "mine"},
        {"category": "famous"},
        {"fine_tuning_state": "done"},
        {"voice_ids": ["v"] * 101},
    ],
)
async def test_a_search_out_of_range_is_refused(client, params):
    answer = await client.get("/v2/voices", params=params)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["query", next(iter(params))]


async def test_a_page_token_of_somebody_elses_is_refused(client):
    assert detail(await client.get("/v2/voices", params={"next_page_token": "x"})) == (400, "invalid_request")


# Previews


async def test_a_preview_is_heard_at_its_address_without_a_key(client):
    url = (await client.get(f"/v1/voices/{RACHEL}")).json()["preview_url"]

    assert url == f"http://sonant.test/v1/voices/{RACHEL}/preview"
    del client.headers["xi-api-key"]
    answer = await client.get(url)
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert len(answer.content) == pytest.approx(60 * 0.05 * 16_000, rel=0.05)
    part = await client.get(url, headers={"range": "bytes=0-99"})
    assert (part.status_code, part.content) == (206, answer.content[:100])


async def test_the_address_of_a_preview_keeps_the_base_path(client):
    client._transport.root_path = "/sonant"

    answer = await client.get(f"/sonant/v1/voices/{RACHEL}")

    assert answer.json()["preview_url"] == f"http://sonant.test/sonant/v1/voices/{RACHEL}/preview"


# Keys, and the SDK


async def test_a_key_that_only_reads_may_not_edit(client, db):
    _, key = Accounts(db).create_key("narrow", scopes=[Scope.VOICES_READ])
    headers = {"xi-api-key": key}

    assert (await client.get("/v1/voices", headers=headers)).status_code == 200
    edit = await client.post(f"/v1/voices/{ANNA.voice_id}/settings/edit", json={}, headers=headers)
    assert detail(edit) == (403, "missing_permissions")


@pytest.mark.parametrize(
    "path", ["/v1/voices", "/v2/voices", "/v1/voices/settings/default", "/v1/voices/x", "/v1/voices/x/settings"]
)
async def test_a_key_is_needed(client, path):
    del client.headers["xi-api-key"]

    assert detail(await client.get(path)) == (401, "needs_authorization")


async def test_the_sdk_reads_and_edits_voices(client):
    elevenlabs = sdk(client)
    await elevenlabs.voices.settings.update(ANNA.voice_id, request=SdkSettings(speed=1.1))

    found = await elevenlabs.voices.search(search="warm", voice_ids=[ANNA.voice_id, "boris"], include_total_count=True)
    assert (found.total_count, found.has_more) == (1, False)
    assert found.voices[0].settings.speed == 1.1
    assert found.voices[0].settings.stability == 0.6
    assert found.voices[0].labels["accent"] == "american"
    assert [voice.name for voice in (await elevenlabs.voices.get_all(show_legacy=False)).voices] == ["Anna", "Boris"]
    assert (await elevenlabs.voices.get(RACHEL)).voice_id == RACHEL
    assert (await elevenlabs.voices.settings.get(RACHEL)).speed == 1.1
    assert (await elevenlabs.voices.settings.get_default()).similarity_boost == 0.75
