import io
import zipfile
from dataclasses import replace

import av
import pytest
from elevenlabs import AsyncElevenLabs

from api.account_client import client_of
from services.history_fixture import ADA, BEA, Chunk, Stored, chunk_of
from sonant.core.alignment import Alignment
from sonant.services.accounts import Scope
from sonant.services.history import DialogueLine

ITEM_KEYS = {
    "history_item_id", "request_id", "voice_id", "model_id", "voice_name", "voice_category", "text", "date_unix",
    "character_count_change_from", "character_count_change_to", "content_type", "state", "settings", "feedback",
    "share_link_id", "source", "alignments", "dialogue",
}  # fmt: skip


@pytest.fixture
def stored(db, tmp_path):
    return Stored(db, tmp_path / "blobs")


@pytest.fixture
def client(stored):
    return client_of(stored)


def duration(content):
    with av.open(io.BytesIO(content)) as container:
        frames = [frame.samples / frame.sample_rate for frame in container.decode(audio=0)]
    return sum(frames)


async def test_a_page_has_every_key_of_the_contract(client, stored):
    item_id = await stored.add(voice=BEA)
    page = (await client.get("/v1/history")).json()
    (item,) = page["history"]
    assert page["has_more"] is False
    assert page["last_history_item_id"] == item_id
    assert set(item) == ITEM_KEYS
    assert item["history_item_id"] == item_id
    assert item["settings"] == {
        "stability": 0.5, "use_speaker_boost": True, "similarity_boost": 0.75, "style": 0.0, "speed": 1.0,
    }  # fmt: skip
    assert (item["voice_category"], item["source"], item["state"]) == ("cloned", "TTS", "created")
    assert isinstance(item["date_unix"], int)
    assert (item["character_count_change_from"], item["character_count_change_to"]) == (0, 6)


async def test_an_empty_history_is_an_empty_page(client):
    assert (await client.get("/v1/history")).json() == {
        "history": [], "last_history_item_id": None, "has_more": False, "scanned_until": None,
    }  # fmt: skip


@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_pages_follow_one_another_to_the_end(client, stored, direction):
    added = [await stored.add(str(number)) for number in range(5)]
    seen, query = [], {"page_size": 2, "sort_direction": direction}
    while True:
        page = (await client.get("/v1/history", params=query)).json()
        seen += [item["history_item_id"] for item in page["history"]]
        if not page["has_more"]:
            break
        query["start_after_history_item_id"] = page["last_history_item_id"]
    assert seen == (added if direction == "asc" else added[::-1])


async def test_filters_arrive_at_the_service(client, stored):
    await stored.add("Guten Tag", voice=BEA, model_id="other")
    await stored.add("plain", source="STS")

    async def texts(**query):
        return [item["text"] for item in (await client.get("/v1/history", params=query)).json()["history"]]

    assert await texts(voice_id="bea-id") == ["Guten Tag"]
    assert await texts(model_id="other", source="TTS") == ["Guten Tag"]
    assert await texts(source="STS") == ["plain"]
    assert await texts(search="guten") == ["Guten Tag"]
    assert await texts(date_after_unix=0, date_before_unix=1) == []
    assert await texts(date_after_unix=-(10**40), date_before_unix=10**40) == ["plain", "Guten Tag"]
    assert await texts(date_after_unix=10**40) == []


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ({"page_size": 0}, 422, None),
        ({"page_size": 1001}, 422, None),
        ({"source": "XYZ"}, 422, None),
        ({"sort_direction": "up"}, 422, None),
        ({"date_before_unix": "yesterday"}, 422, None),
        ({"model_id": "m"}, 400, "invalid_request"),
        ({"search": "x" * 1001}, 400, "invalid_request"),
        ({"start_after_history_item_id": "no id"}, 404, "history_item_not_found"),
    ],
)
async def test_a_bad_query_is_refused_in_words(client, query, status, word):
    response = await client.get("/v1/history", params=query)
    assert response.status_code == status
    assert isinstance(response.json()["detail"], list) if word is None else response.json()["detail"]["status"] == word


async def test_one_item_has_its_alignments(client, stored):
    audio = chunk_of(0.1).audio
    alignment = Alignment("Hé", (0.0, 0.05), (0.05, 0.1))
    item_id = await stored.add("Hé", chunks=[Chunk(audio, alignment, alignment)])
    view = {
        "characters": ["H", "é"],
        "character_start_times_seconds": [0.0, 0.05],
        "character_end_times_seconds": [0.05, 0.1],
    }
    assert (await client.get(f"/v1/history/{item_id}")).json()["alignments"] == {
        "alignment": view, "normalized_alignment": view,
    }  # fmt: skip


async def test_a_dialogue_shows_its_turns(client, stored):
    turns = (DialogueLine("ada-id", "Ada", "Hi!"), DialogueLine("bea-id", "Bea", "Ho!"))
    item = (await client.get(f"/v1/history/{await stored.add('Hi! Ho!', dialogue=turns)}")).json()
    assert [set(turn) for turn in item["dialogue"]] == [{"text", "voice_id", "voice_name"}] * 2
    assert item["voice_id"] is None


async def test_sound_comes_back_as_mp3_of_the_same_length(client, stored):
    item_id = await stored.add(chunks=[chunk_of(7.0), chunk_of(0.5)])
    response = await client.get(f"/v1/history/{item_id}/audio")
    assert response.headers["content-type"] == "audio/mpeg"
    assert duration(response.content) == pytest.approx(7.5, abs=2 * 1152 / 44100)


async def test_one_item_is_downloaded_as_a_file(client, stored):
    item_id = await stored.add(voice=replace(ADA, name="Ж"))
    mp3 = await client.post("/v1/history/download", json={"history_item_ids": [item_id]})
    wave = await client.post("/v1/history/download", json={"history_item_ids": [item_id], "output_format": "wav"})
    assert mp3.headers["content-type"] == "audio/mpeg"
    assert wave.headers["content-type"] == "audio/wav"
    assert f"%D0%96_{item_id}.wav" in wave.headers["content-disposition"]
    assert duration(wave.content) == pytest.approx(0.2, abs=1e-3)


@pytest.mark.parametrize(("output_format", "extension"), [("wav", ".wav"), ("default", ".mp3"), (None, ".mp3")])
async def test_several_items_are_downloaded_as_a_zip_file(client, stored, output_format, extension):
    ids = [await stored.add(chunks=[chunk_of(seconds)]) for seconds in (0.2, 6.0)]
    response = await client.post("/v1/history/download", json={"history_item_ids": ids, "output_format": output_format})
    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert [name.endswith(extension) for name in archive.namelist()] == [True, True]
        lengths = [duration(archive.read(name)) for name in archive.namelist()]
    assert lengths == pytest.approx([0.2, 6.0], abs=2 * 1152 / 44100)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"history_item_ids": []}, 422),
        ({"history_item_ids": "x"}, 422),
        ({}, 422),
        ({"history_item_ids": ["x"] * 1001}, 422),
        ({"history_item_ids": ["x"], "output_format": "flac"}, 422),
        ({"history_item_ids": ["unknown"]}, 404),
        ({"history_item_ids": ["no id\x00"]}, 404),
    ],
)
async def test_a_bad_download_is_refused(client, body, status):
    assert (await client.post("/v1/history/download", json=body)).status_code == status


async def test_a_deleted_item_is_gone_with_its_sound(client, stored):
    item_id = await stored.add()
    assert (await client.delete(f"/v1/history/{item_id}")).json() == {"status": "ok"}
    for response in (
        await client.get(f"/v1/history/{item_id}"),
        await client.get(f"/v1/history/{item_id}/audio"),
        await client.delete(f"/v1/history/{item_id}"),
    ):
        assert response.status_code == 404
        assert response.json()["detail"]["status"] == "history_item_not_found"
    assert list(stored.blobs.digests()) == []


async def test_reading_and_deleting_need_their_scopes(stored):
    item_id = await stored.add()
    reader = client_of(stored, scopes=[Scope.SPEECH_HISTORY_READ])
    assert (await reader.get(f"/v1/history/{item_id}/audio")).status_code == 200
    response = await reader.delete(f"/v1/history/{item_id}")
    assert response.status_code == 403
    assert response.json()["detail"]["status"] == "missing_permissions"
    assert (await client_of(stored, scopes=[]).get("/v1/history")).status_code == 403
    assert (await reader.get("/v1/history", headers={"xi-api-key": "wrong"})).status_code == 401


async def test_the_official_sdk_lists_hears_and_deletes(client, stored):
    ids = [await stored.add(text) for text in ("one", "two")]
    sdk = AsyncElevenLabs(base_url="http://test", api_key=client.headers["xi-api-key"], httpx_client=client)
    page = await sdk.history.list(page_size=1)
    assert page.has_more
    assert page.history[0].text == "two"
    assert len(b"".join([piece async for piece in sdk.history.get_audio(ids[0])])) > 1000
    assert b"".join([piece async for piece in sdk.history.download(history_item_ids=ids)])[:2] == b"PK"
    await sdk.history.delete(ids[0])
    assert [item.history_item_id for item in (await sdk.history.list()).history] == ids[1:]
