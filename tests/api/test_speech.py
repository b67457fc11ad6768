"""Text to speech over HTTP against a real server: formats, times, and what each option does to the sound."""

import base64
import io
import wave

import numpy as np
import pytest

from listening import duration
from media import mp3_frames
from sonant.codecs.format import FORMATS, STREAM_FORMATS
from speaking import OTHER_VOICE, RATE, SENTENCE, VOICE, Asker, frame_seconds, lines_of, refusal, sound_in, text_of

MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "pcm": "audio/pcm",
    "ulaw": "audio/basic",
    "alaw": "audio/x-alaw-basic",
    "opus": "audio/ogg",
    "wav": "audio/wav",
}
GREETING = "Hello there."


@pytest.fixture(scope="module")
def asker(server):
    with Asker(server) as asker:
        yield asker


@pytest.fixture(scope="module")
def length(asker) -> float:
    """How long the greeting is, in seconds."""
    return asker.sound(GREETING).size / RATE


def test_all_formats_are_covered():
    assert len(FORMATS) == 28
    assert len(STREAM_FORMATS) == 21


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_format_is_sent_whole_with_its_type_its_length_and_the_same_sound(asker, length, output_format):
    response = asker.ask({"text": GREETING}, query={"output_format": output_format})

    assert response.status_code == 200
    assert response.headers["content-type"] == MEDIA_TYPES[output_format.split("_")[0]]
    assert int(response.headers["content-length"]) == len(response.content)
    assert duration(response.content, output_format) == pytest.approx(length, abs=frame_seconds(output_format))


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_last_character_ends_with_the_sound_in_every_format(asker, length, output_format):
    answer = asker.timed(GREETING, query={"output_format": output_format})

    heard = duration(base64.b64decode(answer["audio_base64"]), output_format)
    for key in ("alignment", "normalized_alignment"):
        ends = answer[key]["character_end_times_seconds"]
        assert ends[-1] == pytest.approx(heard, abs=frame_seconds(output_format))
        assert ends[-1] == pytest.approx(length, abs=1e-3)
        assert len(answer[key]["characters"]) == len(answer[key]["character_start_times_seconds"]) == len(ends)
    assert text_of(answer) == GREETING


@pytest.mark.parametrize("output_format", STREAM_FORMATS)
def test_every_format_but_wav_is_streamed_without_a_length_and_to_the_same_bytes(asker, output_format):
    query = {"output_format": output_format}
    streamed = asker.ask({"text": GREETING}, "/stream", query=query)
    timed = lines_of(asker.ask({"text": GREETING}, "/stream/with-timestamps", query=query))

    assert streamed.headers["content-type"] == MEDIA_TYPES[output_format.split("_")[0]]
    assert "content-length" not in streamed.headers
    assert streamed.content == sound_in(timed) == asker.ask({"text": GREETING}, query=query).content


@pytest.mark.parametrize("operation", ["/stream", "/stream/with-timestamps"])
@pytest.mark.parametrize("output_format", sorted(set(FORMATS) - set(STREAM_FORMATS)))
def test_wav_is_not_streamed(asker, operation, output_format):
    response = asker.ask({"text": GREETING}, operation, query={"output_format": output_format})

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", "output_format"]


def test_mp3_is_the_default_and_of_constant_bit_rate(asker):
    frames = mp3_frames(asker.ask({"text": GREETING}).content)

    assert {(frame.bitrate_kbps, frame.sample_rate, frame.channels) for frame in frames} == {(128, 44100, 1)}


def test_wav_states_its_true_length(asker, length):
    content = asker.ask({"text": GREETING}, query={"output_format": "wav_44100"}).content

    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (44100, 1, 2)
        assert file.getnframes() / 44100 == pytest.approx(length, abs=1e-3)
    assert int.from_bytes(content[4:8], "little") == len(content) - 8


def test_headers_say_what_it_cost_and_who_spoke(asker):
    response = asker.speak("Naïve café.")

    assert response.headers["x-character-count"] == response.headers["character-cost"] == "11"
    assert response.headers["x-sonant-engine"] == "flite"
    item = asker.http.get(f"/v1/history/{response.headers['history-item-id']}").json()
    assert item["request_id"] == response.headers["request-id"]


def test_streamed_times_count_from_the_start_of_all_sound(asker):
    text = f"{SENTENCE} Glue the sheet to the dark blue background."
    whole = asker.timed(text)
    chunks = lines_of(asker.ask({"text": text}, "/stream/with-timestamps", query={"output_format": "pcm_16000"}))

    elapsed, starts = 0.0, []
    for chunk in chunks:
        length = len(base64.b64decode(chunk["audio_base64"])) / 2 / RATE
        alignment = chunk["alignment"]
        if alignment is not None:
            starts += alignment["character_start_times_seconds"]
            assert alignment["character_start_times_seconds"][-1] <= elapsed + length + 1e-3
        elapsed += length
    assert len(chunks) > 2
    assert starts == pytest.approx(whole["alignment"]["character_start_times_seconds"], abs=1e-3)


def test_a_chunk_without_characters_has_null_alignments(asker):
    query = {"output_format": "mp3_44100_128"}  # the encoder's last frames come after the last character
    chunks = lines_of(asker.ask({"text": GREETING}, "/stream/with-timestamps", query=query))

    assert chunks[-1] == {"audio_base64": chunks[-1]["audio_base64"], "alignment": None, "normalized_alignment": None}
    assert chunks[-1]["audio_base64"]


def test_the_same_request_is_the_same_sound_and_no_seed_is_seed_zero(asker):
    assert asker.speak(SENTENCE).content == asker.speak(SENTENCE).content == asker.speak(SENTENCE, seed=0).content
    assert asker.speak(SENTENCE, seed=1).content != asker.speak(SENTENCE, seed=0).content
    assert asker.speak(SENTENCE, seed=2**32 - 1).content == asker.speak(SENTENCE, seed=2**32 - 1).content


@pytest.mark.parametrize("speed", [0.25, 0.7, 1.2, 4.0])
def test_speed_is_the_ratio_of_speaking_rates(asker, speed):
    plain = asker.sound(SENTENCE).size

    assert asker.sound(SENTENCE, voice_settings={"speed": speed}).size == pytest.approx(plain / speed, rel=0.15)


@pytest.mark.parametrize(
    "options",
    [
        {"use_pvc_as_ivc": True},
        {"apply_language_text_normalization": True},
        {"audio_effects": {"reverb": 1}, "a_key_of_next_year": [1]},
        {"voice_settings": {"speed": 1.0, "a_setting_of_next_year": 1}},
    ],
)
def test_what_changes_nothing_changes_nothing(asker, options):
    assert asker.speak(SENTENCE, **options).content == asker.speak(SENTENCE).content


def test_null_stands_for_an_absent_key(asker):
    keys = (
        "model_id",
        "language_code",
        "voice_settings",
        "pronunciation_dictionary_locators",
        "seed",
        "previous_text",
        "next_text",
        "previous_request_ids",
        "next_request_ids",
        "use_pvc_as_ivc",
        "apply_text_normalization",
        "apply_language_text_normalization",
    )
    settings = ("stability", "similarity_boost", "style", "use_speaker_boost", "speed")
    plain = asker.speak(SENTENCE).content

    assert asker.speak(SENTENCE, **dict.fromkeys(keys)).content == plain
    assert asker.speak(SENTENCE, voice_settings=dict.fromkeys(settings)).content == plain
    for operation in ("", "/with-timestamps", "/stream", "/stream/with-timestamps"):
        assert asker.ask({"text": GREETING, **dict.fromkeys(keys)}, operation).status_code == 200


@pytest.mark.parametrize("mode", ["auto", "on"])
def test_numbers_are_said_in_words_unless_that_is_off(asker, mode):
    text = "It cost $42.50."
    spoken = asker.timed(text, apply_text_normalization=mode)
    literal = asker.timed(text, apply_text_normalization="off")

    assert text_of(spoken) == text_of(literal) == text
    assert text_of(spoken, "normalized_alignment") == "It cost forty-two dollars and fifty cents."
    assert "$42.50" in text_of(literal, "normalized_alignment")


def test_only_the_last_latency_optimisation_leaves_numbers_as_they_are(asker):
    text = "It cost $42.50."
    plain = asker.timed(text)
    for level in range(4):
        assert asker.timed(text, query={"optimize_streaming_latency": level}) == plain

    fastest = asker.timed(text, query={"optimize_streaming_latency": 4})
    asked_for = asker.timed(text, query={"optimize_streaming_latency": 4}, apply_text_normalization="on")
    assert fastest == asker.timed(text, apply_text_normalization="off")
    assert asked_for == plain


def test_a_language_code_chooses_who_speaks(asker):
    text = "Im Herbst fallen die Blätter."

    assert asker.speak(text).headers["x-sonant-engine"] == "espeak"
    assert asker.speak(text, language_code="en").headers["x-sonant-engine"] == "flite"
    assert asker.speak(SENTENCE).headers["x-sonant-engine"] == "flite"
    german, english = (asker.sound("Taxi", language_code=code) for code in ("de", "en"))
    assert german.size != english.size or not np.array_equal(german, english)


@pytest.mark.parametrize(
    "body", [{"language_code": "de", "model_id": "eleven_monolingual_v1"}, {"language_code": "xx"}]
)
def test_a_language_that_nobody_speaks_is_refused(asker, body):
    assert refusal(asker.ask({"text": SENTENCE, **body})) == (400, "unsupported_language")


def test_stage_directions_are_not_spoken_with_the_model_that_knows_them(asker):
    directed = asker.timed("[whispers] Good night.", model_id="eleven_v3")

    assert text_of(directed) == "[whispers] Good night."
    assert "whispers" not in text_of(directed, "normalized_alignment")
    assert "whispers" in text_of(asker.timed("[whispers] Good night."), "normalized_alignment")


def test_voices_sound_different(asker):
    one, other = (asker.sound(SENTENCE, voice=voice) for voice in (VOICE, OTHER_VOICE))

    assert one.size != other.size
    assert (
        asker.speak(SENTENCE, voice="JBFqnCBsd6RMkjVDRZzb").content == asker.speak(SENTENCE, voice=OTHER_VOICE).content
    )
