"""Dialogues over HTTP against a real server: turns, gaps, segments and refusals."""

import base64
from itertools import pairwise

import numpy as np
import pytest

from listening import duration
from sonant.services.dialogue import TURN_GAP_SECONDS
from speaking import OTHER_VOICE, RATE, VOICE, Asker, frame_seconds, lines_of, refusal, samples_of, sound_in, text_of

QUESTION, ANSWER = "Good morning.", "Very well."
FESTIVAL_VOICE = "vX0ThQl8oRjNHtuJCUpL"
ONE_PER_CODEC = ("mp3_44100_128", "pcm_48000", "ulaw_8000", "alaw_8000", "opus_48000_64")
OPERATIONS = ("", "/stream", "/with-timestamps", "/stream/with-timestamps")


@pytest.fixture(scope="module")
def asker(server):
    with Asker(server) as asker:
        yield asker


@pytest.fixture(scope="module")
def length(asker) -> float:
    """How long the dialogue is, in seconds."""
    return samples_of(asker.converse((VOICE, QUESTION), (OTHER_VOICE, ANSWER)).content).size / RATE


def test_turns_sound_as_they_do_alone_with_a_gap_between_them(asker):
    whole = samples_of(asker.converse((VOICE, QUESTION), (OTHER_VOICE, ANSWER), model_id="eleven_v3").content)

    gap = np.zeros(round(TURN_GAP_SECONDS * RATE), np.float32)
    turns = [asker.sound(QUESTION, voice=VOICE), gap, asker.sound(ANSWER, voice=OTHER_VOICE)]
    np.testing.assert_array_equal(whole, np.concatenate(turns))


@pytest.mark.parametrize("output_format", [*ONE_PER_CODEC, "wav_32000"])
def test_every_kind_of_format_is_sent_whole(asker, length, output_format):
    response = asker.converse((VOICE, QUESTION), (OTHER_VOICE, ANSWER), output_format=output_format)

    assert response.status_code == 200
    assert duration(response.content, output_format) == pytest.approx(length, abs=frame_seconds(output_format))


@pytest.mark.parametrize("output_format", ONE_PER_CODEC)
def test_every_kind_but_wav_is_streamed_to_the_same_bytes_with_and_without_times(asker, length, output_format):
    def asked(operation: str):
        return asker.converse(
            (VOICE, QUESTION), (OTHER_VOICE, ANSWER), operation=operation, output_format=output_format
        )

    whole = asked("/with-timestamps").json()
    content = base64.b64decode(whole["audio_base64"])
    assert content == asked("/stream").content == sound_in(lines_of(asked("/stream/with-timestamps")))
    assert duration(content, output_format) == pytest.approx(length, abs=frame_seconds(output_format))
    assert whole["alignment"]["character_end_times_seconds"][-1] == pytest.approx(length, abs=1e-3)
    assert whole["voice_segments"][-1]["end_time_seconds"] == pytest.approx(length, abs=1e-3)


@pytest.mark.parametrize("operation", OPERATIONS[1:])
def test_wav_is_for_the_whole_response_only(asker, operation):
    response = asker.converse((VOICE, ANSWER), operation=operation, output_format="wav_44100")

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", "output_format"]


def test_segments_tile_the_sound_and_the_characters(asker, length):
    turns = ((VOICE, QUESTION), (OTHER_VOICE, ANSWER), (VOICE, "Goodbye."))
    answer = asker.converse(*turns, operation="/with-timestamps").json()

    segments = answer["voice_segments"]
    characters = text_of(answer)
    assert characters == QUESTION + ANSWER + "Goodbye."
    assert [segment["dialogue_input_index"] for segment in segments] == [0, 1, 2]
    assert [segment["voice_id"] for segment in segments] == [voice for voice, _ in turns]
    spoken = [characters[segment["character_start_index"] : segment["character_end_index"]] for segment in segments]
    assert spoken == [text for _, text in turns]
    assert segments[0]["start_time_seconds"] == 0
    for before, after in pairwise(segments):
        assert after["start_time_seconds"] == pytest.approx(before["end_time_seconds"], abs=1e-3)


def test_streamed_segments_count_from_the_start_of_the_whole_response(asker):
    turns = ((VOICE, QUESTION * 3), (OTHER_VOICE, ANSWER))
    chunks = lines_of(asker.converse(*turns, operation="/stream/with-timestamps"))
    whole = asker.converse(*turns, operation="/with-timestamps").json()

    characters = "".join(text_of(chunk) for chunk in chunks if chunk["alignment"])
    pieces = [segment for chunk in chunks for segment in chunk["voice_segments"]]
    assert characters == text_of(whole)
    for index, (voice, text) in enumerate(turns):
        own = [piece for piece in pieces if piece["dialogue_input_index"] == index]
        assert {piece["voice_id"] for piece in own} == {voice}
        assert "".join(characters[p["character_start_index"] : p["character_end_index"]] for p in own) == text
        segment = whole["voice_segments"][index]
        assert own[0]["start_time_seconds"] == pytest.approx(segment["start_time_seconds"], abs=1e-3)
        assert own[-1]["end_time_seconds"] == pytest.approx(segment["end_time_seconds"], abs=1e-3)
    assert sum(piece["dialogue_input_index"] == 0 for piece in pieces) > 1


def test_voices_of_different_engines_meet_at_the_better_rate(asker):
    turns = ((VOICE, QUESTION), (FESTIVAL_VOICE, ANSWER))
    response = asker.converse(*turns, output_format="pcm_32000")

    alone = asker.sound(ANSWER, voice=FESTIVAL_VOICE, query={"output_format": "pcm_32000"})
    assert response.headers["x-sonant-engine"] == "flite"
    np.testing.assert_array_equal(samples_of(response.content)[-alone.size :], alone)


def test_a_dialogue_is_one_item_of_the_history_and_costs_all_its_characters(asker):
    response = asker.converse((VOICE, QUESTION), (OTHER_VOICE, ANSWER))

    item = asker.http.get(f"/v1/history/{response.headers['history-item-id']}").json()
    assert response.headers["character-cost"] == str(len(QUESTION + ANSWER))
    assert [(turn["voice_id"], turn["text"]) for turn in item["dialogue"]] == [(VOICE, QUESTION), (OTHER_VOICE, ANSWER)]
    assert item["request_id"] == response.headers["request-id"]


def test_null_stands_for_an_absent_key_and_unknown_keys_are_ignored(asker):
    keys = (
        "model_id",
        "language_code",
        "settings",
        "pronunciation_dictionary_locators",
        "seed",
        "apply_text_normalization",
    )
    plain = asker.converse((VOICE, ANSWER)).content

    assert asker.converse((VOICE, ANSWER), **dict.fromkeys(keys)).content == plain
    assert asker.converse((VOICE, ANSWER), settings={"stability": None}, of_next_year={"a": 1}).content == plain


def test_stability_and_seed_change_the_sound(asker):
    plain = asker.converse((OTHER_VOICE, QUESTION)).content

    assert asker.converse((OTHER_VOICE, QUESTION), seed=0).content == plain
    assert asker.converse((OTHER_VOICE, QUESTION), seed=1).content != plain
    assert asker.converse((OTHER_VOICE, QUESTION), settings={"stability": 0.0}).content != plain


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, ["inputs"]),
        ({"inputs": []}, ["inputs"]),
        ({"inputs": "Hi."}, ["inputs"]),
        ({"inputs": [{"text": "Hi."}]}, ["inputs", 0, "voice_id"]),
        ({"inputs": [{"voice_id": VOICE}]}, ["inputs", 0, "text"]),
        ({"inputs": [{"text": "Hi.", "voice_id": VOICE}], "seed": 2**32}, ["seed"]),
        ({"inputs": [{"text": "Hi.", "voice_id": VOICE}], "settings": {"stability": 2}}, ["settings", "stability"]),
        (
            {"inputs": [{"text": "Hi.", "voice_id": VOICE}], "apply_text_normalization": "no"},
            ["apply_text_normalization"],
        ),
    ],
)
def test_a_body_that_is_wrong_says_where(asker, operation, body, place):
    response = asker.http.post(f"/v1/text-to-dialogue{operation}", json=body)

    assert response.status_code == 422
    assert [item["loc"] for item in response.json()["detail"]] == [["body", *place]]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([(VOICE, "Hi."), ("nobodynobodynobody00", "Hi.")], (404, "voice_not_found")),
        ([(VOICE, "Hi."), ("\x00", "Hi.")], (404, "voice_not_found")),
        ([(VOICE, " ")], (400, "empty_text")),
        ([(VOICE, "<speak>Hi")], (400, "invalid_ssml")),
        ([(VOICE, "Hi."), (OTHER_VOICE, "<speak>Hi")], (400, "invalid_ssml")),
        ([(VOICE, "a" * 60_000), (VOICE, "a" * 60_000)], (400, "max_character_limit_exceeded")),
    ],
)
def test_what_can_not_be_spoken_is_refused_in_words(asker, operation, turns, expected):
    assert refusal(asker.converse(*turns, operation=operation)) == expected


def test_ten_voices_may_take_part_and_no_more(asker):
    voices = [voice["voice_id"] for voice in asker.http.get("/v2/voices", params={"page_size": 100}).json()["voices"]][
        :11
    ]

    assert refusal(asker.converse(*((voice, "Hi.") for voice in voices))) == (400, "invalid_request")
    assert asker.converse(*((voice, "Hi.") for voice in voices[:10])).status_code == 200
