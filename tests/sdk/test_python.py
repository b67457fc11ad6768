"""The official Python SDK, unmodified, against a real server: only the base URL and the key are ours."""

import asyncio
import base64
import io
import zipfile

import httpx
import pytest
from elevenlabs import AsyncElevenLabs, DialogueInput, ElevenLabs, VoiceSettings
from elevenlabs.core.api_error import ApiError
from elevenlabs.types import PronunciationDictionaryVersionLocator

from listening import decoded, duration, level_db
from serving import KEY

VOICE = "JBFqnCBsd6RMkjVDRZzb"
OTHER_VOICE = "21m00Tcm4TlvDq8ikWAM"
QUIET_VOICE = "pNInz6obpgDQGcFmaJgB"
TEXT = "The birch canoe slid on the smooth planks. It cost $42.50 in 1984."
FRAME_SECONDS = 1152 / 44100


THE_SDKS_OWN = pytest.mark.filterwarnings("ignore:ConnectionClosed.* is deprecated:DeprecationWarning")


def heard(pieces) -> bytes:
    return b"".join(pieces)


def test_convert_speaks(client):
    content = heard(client.text_to_speech.convert(VOICE, text=TEXT))

    samples, rate = decoded(content)
    assert rate == 44100
    assert 4 < samples.size / rate < 12
    assert -35 < level_db(samples) < -10


def test_stream_says_the_same_as_convert(client):
    streamed = heard(client.text_to_speech.stream(VOICE, text=TEXT, output_format="pcm_16000"))
    whole = heard(client.text_to_speech.convert(VOICE, text=TEXT, output_format="pcm_16000"))

    assert streamed == whole


def test_headers_come_with_the_sound_and_name_the_history_item(client):
    with client.text_to_speech.with_raw_response.convert(VOICE, text="Hello there.") as response:
        headers = response.headers
        content = heard(response.data)

    item = client.history.get(headers["history-item-id"])
    assert item.request_id == headers["request-id"]
    assert headers["x-character-count"] == headers["character-cost"] == "12"
    assert headers["x-sonant-engine"]
    assert item.text == "Hello there."
    kept = heard(client.history.get_audio(headers["history-item-id"]))
    assert duration(kept) == pytest.approx(duration(content), abs=2 * FRAME_SECONDS)


@pytest.mark.parametrize("output_format", ["mp3_44100_128", "pcm_24000", "opus_48000_64", "ulaw_8000", "wav_44100"])
def test_character_times_cover_the_text_and_the_sound(client, output_format):
    answer = client.text_to_speech.convert_with_timestamps(VOICE, text=TEXT, output_format=output_format)

    alignment, normalized = answer.alignment, answer.normalized_alignment
    assert "".join(alignment.characters) == TEXT
    assert "forty-two dollars" in "".join(normalized.characters)
    starts, ends = alignment.character_start_times_seconds, alignment.character_end_times_seconds
    assert starts == sorted(starts)
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    length = duration(base64.b64decode(answer.audio_base_64), output_format)
    assert ends[-1] == pytest.approx(length, abs=FRAME_SECONDS + 0.001)


def test_streamed_times_join_to_the_same(client):
    whole = client.text_to_speech.convert_with_timestamps(VOICE, text=TEXT)
    chunks = list(client.text_to_speech.stream_with_timestamps(VOICE, text=TEXT))

    alignments = [chunk.alignment for chunk in chunks if chunk.alignment]
    characters = [character for alignment in alignments for character in alignment.characters]
    starts = [start for alignment in alignments for start in alignment.character_start_times_seconds]
    assert "".join(characters) == TEXT
    assert starts == pytest.approx(whole.alignment.character_start_times_seconds, abs=1e-3)
    assert heard(base64.b64decode(chunk.audio_base_64) for chunk in chunks) == base64.b64decode(whole.audio_base_64)


def test_a_dialogue_has_its_voices_in_turn(client):
    turns = [
        DialogueInput(text="Good morning. How are you?", voice_id=VOICE),
        DialogueInput(text="Very well, thank you.", voice_id=OTHER_VOICE),
    ]
    answer = client.text_to_dialogue.convert_with_timestamps(inputs=turns, output_format="pcm_44100")

    first, second = answer.voice_segments
    characters = "".join(answer.alignment.characters)
    assert (first.voice_id, second.voice_id) == (VOICE, OTHER_VOICE)
    assert characters[first.character_start_index : first.character_end_index] == turns[0].text
    assert characters[second.character_start_index : second.character_end_index] == turns[1].text
    assert first.end_time_seconds <= second.start_time_seconds
    length = duration(base64.b64decode(answer.audio_base_64), "pcm_44100")
    assert second.end_time_seconds == pytest.approx(length, abs=0.01)
    streamed = list(client.text_to_dialogue.stream_with_timestamps(inputs=turns, output_format="pcm_44100"))
    assert heard(base64.b64decode(c.audio_base_64) for c in streamed) == base64.b64decode(answer.audio_base_64)
    assert {segment.dialogue_input_index for chunk in streamed for segment in chunk.voice_segments} == {0, 1}
    whole = heard(client.text_to_dialogue.convert(inputs=turns, output_format="pcm_44100"))
    assert whole == heard(client.text_to_dialogue.stream(inputs=turns, output_format="pcm_44100"))


def test_settings_and_seed_change_the_sound_and_repeat_it(client):
    def speak(**more) -> bytes:
        return heard(client.text_to_speech.convert(VOICE, text="Hello there.", output_format="pcm_16000", **more))

    plain = speak()
    assert speak() == plain
    assert speak(seed=7) == speak(seed=7)
    assert speak(seed=7) != speak(seed=8)
    slow = speak(voice_settings=VoiceSettings(speed=0.7))
    assert len(slow) == pytest.approx(len(plain) / 0.7, rel=0.12)
    for changed in (
        {"stability": 0.0},
        {"style": 1.0},
        {"similarity_boost": 0.0},
        {"use_speaker_boost": False},
    ):
        assert speak(voice_settings=VoiceSettings(**changed)) != plain, changed


def test_a_language_can_be_forced_and_is_found_out_otherwise(client):
    text = "Guten Morgen, wie geht es Ihnen heute? Das Wetter ist wunderbar."

    def engine(**more) -> str:
        with client.text_to_speech.with_raw_response.convert(VOICE, text=text, **more) as response:
            heard(response.data)
            return response.headers["x-sonant-engine"]

    assert engine() == "espeak"
    assert engine(language_code="de") == "espeak"
    assert engine(language_code="en") != "espeak"


def test_a_pronunciation_dictionary_changes_what_is_said(client):
    made = client.pronunciation_dictionaries.create_from_rules(
        name="Tests",
        rules=[
            {"type": "alias", "string_to_replace": "UN", "alias": "United Nations"},
            {"type": "phoneme", "string_to_replace": "tomato", "phoneme": "təˈmɑːtoʊ", "alphabet": "ipa"},
        ],
    )
    locator = PronunciationDictionaryVersionLocator(pronunciation_dictionary_id=made.id, version_id=made.version_id)

    answer = client.text_to_speech.convert_with_timestamps(
        VOICE, text="The UN eats a tomato.", pronunciation_dictionary_locators=[locator]
    )

    assert "".join(answer.normalized_alignment.characters) == "The United Nations eats a tomato."
    assert "".join(answer.alignment.characters) == "The UN eats a tomato."
    plain = client.text_to_speech.convert_with_timestamps(VOICE, text="The United Nations eats a tomato.")
    assert plain.audio_base_64 != answer.audio_base_64
    assert b"lexicon" in heard(
        client.pronunciation_dictionaries.download(dictionary_id=made.id, version_id=made.version_id)
    )
    assert made.id in [listed.id for listed in client.pronunciation_dictionaries.list().pronunciation_dictionaries]


def test_voices_and_models_can_be_listed_and_read(client):
    page = client.voices.search(page_size=5, include_total_count=True)
    everything = client.voices.get_all()

    assert page.has_more
    assert page.total_count >= 20
    assert len(everything.voices) == page.total_count
    voice = client.voices.get(VOICE)
    assert voice.voice_id == VOICE
    assert voice.labels["language"]
    assert client.voices.settings.get_default().stability == 0.5
    models = {model.model_id: model for model in client.models.list()}
    assert models["eleven_multilingual_v2"].can_do_text_to_speech
    assert {"en", "de", "fr"} <= {language.language_id for language in models["eleven_multilingual_v2"].languages}
    assert [language.language_id for language in models["eleven_monolingual_v1"].languages] == ["en"]


def test_a_voice_keeps_the_settings_it_is_given(client):
    client.voices.settings.update(QUIET_VOICE, request=VoiceSettings(speed=1.2))

    assert client.voices.settings.get(QUIET_VOICE).speed == 1.2
    assert client.voices.settings.get(QUIET_VOICE).stability == 0.5


def test_history_is_listed_downloaded_and_deleted(client):
    ids = []
    for text in ("One for the history.", "Two for the history."):
        with client.text_to_speech.with_raw_response.convert(VOICE, text=text) as response:
            heard(response.data)
            ids.append(response.headers["history-item-id"])

    listed = client.history.list(page_size=2)
    assert [item.history_item_id for item in listed.history] == ids[::-1]
    assert listed.has_more
    with zipfile.ZipFile(io.BytesIO(heard(client.history.download(history_item_ids=ids)))) as archive:
        assert len(archive.namelist()) == 2
    assert client.history.delete(ids[0]).status == "ok"
    with pytest.raises(ApiError) as caught:
        client.history.get(ids[0])
    assert caught.value.status_code == 404


def test_nothing_is_kept_without_logging(client):
    before = client.history.list(page_size=1).last_history_item_id
    with client.text_to_speech.with_raw_response.convert(
        VOICE, text="Nobody will know.", enable_logging=False
    ) as response:
        heard(response.data)
        assert "history-item-id" not in response.headers

    assert client.history.list(page_size=1).last_history_item_id == before
    assert client.history.list(search="Nobody will know").history == []


def test_the_user_and_their_credits_can_be_read(client):
    before = client.user.subscription.get().character_count
    heard(client.text_to_speech.convert(VOICE, text="Twelve chars"))

    assert client.user.subscription.get().character_count == before + 12
    assert client.user.get().user_id


@pytest.mark.parametrize(
    ("arguments", "code", "status"),
    [
        ({"voice_id": "nobodynobodynobody00", "text": "Hello."}, 404, "voice_not_found"),
        ({"voice_id": VOICE, "text": "Hello.", "model_id": "no_such_model"}, 400, "model_not_found"),
        ({"voice_id": VOICE, "text": " "}, 400, "empty_text"),
        ({"voice_id": VOICE, "text": "a" * 100_001}, 400, "max_character_limit_exceeded"),
        ({"voice_id": VOICE, "text": "<speak>Hello"}, 400, "invalid_ssml"),
        ({"voice_id": VOICE, "text": "Hello.", "language_code": "xx"}, 400, "unsupported_language"),
    ],
)
def test_errors_have_the_status_that_programs_look_for(client, arguments, code, status):
    with pytest.raises(ApiError) as caught:
        heard(client.text_to_speech.convert(**arguments))

    assert caught.value.status_code == code
    assert caught.value.body["detail"]["status"] == status


@pytest.mark.parametrize(("key", "status"), [(None, "needs_authorization"), ("sk_wrong", "invalid_api_key")])
def test_a_missing_or_wrong_key_is_refused(server, key, status):
    with httpx.Client() as connections, pytest.raises(ApiError) as caught:
        ElevenLabs(base_url=server.url, api_key=key, httpx_client=connections).models.list()

    assert caught.value.status_code == 401
    assert caught.value.body["detail"]["status"] == status


def words():
    yield "The birch canoe "
    yield "slid on the smooth "
    yield "planks. And that was all."


@THE_SDKS_OWN
def test_realtime_speaks_what_is_typed(client, server, monkeypatch):
    """The SDK dials wss:// whatever the base URL says: the port speaks TLS, too."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.data_dir / "tls" / "authority.pem"))

    content = heard(client.text_to_speech.convert_realtime(VOICE, text=words(), model_id="eleven_flash_v2_5"))

    samples, rate = decoded(content)
    assert 2 < samples.size / rate < 8
    assert -35 < level_db(samples) < -10


@THE_SDKS_OWN
def test_realtime_with_an_unknown_voice_raises(client, server, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(server.data_dir / "tls" / "authority.pem"))

    with pytest.raises(ApiError) as caught:
        heard(client.text_to_speech.convert_realtime("nobodynobodynobody00", text=words()))

    assert caught.value.status_code == 1008
    assert "was not found" in str(caught.value.body)


async def test_the_asynchronous_client_works_too(server):
    async with httpx.AsyncClient(timeout=60) as connections:
        client = AsyncElevenLabs(base_url=server.url, api_key=KEY, httpx_client=connections)

        async def speak(text: str) -> bytes:
            stream = client.text_to_speech.stream(VOICE, text=text, output_format="pcm_16000")
            return b"".join([piece async for piece in stream])

        texts = [f"This is sentence number {number}." for number in range(8)]
        together = await asyncio.gather(*(speak(text) for text in texts))
        alone = [await speak(text) for text in texts]
        answer = await client.text_to_speech.convert_with_timestamps(VOICE, text="Hello.")

    assert together == alone
    assert len(set(together)) == len(texts)
    assert "".join(answer.alignment.characters) == "Hello."
