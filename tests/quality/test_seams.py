"""Long texts: what is heard where sentences meet, and what a very long text costs the server."""

import base64

import numpy as np
import psutil
import pytest

from speaking import OTHER_VOICE, RATE, VOICE, Asker, samples_of

SENTENCES = [
    "The birch canoe slid on the smooth planks.",
    "Glue the sheet to the dark blue background.",
    "Is it easy to tell the depth of a well?",
    "These days a chicken leg is a rare dish!",
    "Rice is often served in round bowls.",
    "The juice of lemons makes fine punch.",
    "The box was thrown beside the parked truck.",
    "Four hours of steady work faced us.",
    "A large size in stockings is hard to sell.",
    "The boy was there when the sun rose.",
    "A rod is used to catch pink salmon.",
    "The source of the huge river is the clear spring.",
    "Kick the ball straight and follow through.",
    "Help the woman get back to her feet.",
    "A pot of tea helps to pass the evening.",
    "Smoky fires lack flame and heat.",
    "The soft cushion broke the man's fall.",
    "The salt breeze came across from the sea.",
    "The girl at the booth sold fifty bonds.",
    "The small pup gnawed a hole in the sock.",
]
SEAM_SECONDS = 0.01
AUDIBLE = 0.003
QUIET_STEP = 0.02
"""Between two samples, full scale being 1; a click that is heard in silence is several times as high."""
MIB = 1024 * 1024
QUICKEST_VOICE = "chPfLVoWivurZdNwtp0x"


@pytest.fixture(scope="module")
def asker(server):
    with Asker(server) as asker:
        yield asker


@pytest.mark.parametrize("voice", [VOICE, OTHER_VOICE, "vX0ThQl8oRjNHtuJCUpL", "57GkNOjmaKZQgAwFQosi"])
def test_no_seam_clicks_and_no_gap_is_long(asker, voice):
    text = " ".join(SENTENCES)
    answer = asker.timed(text, voice=voice)

    samples = samples_of(base64.b64decode(answer["audio_base64"]))
    ends = answer["alignment"]["character_end_times_seconds"]
    position, seams = -1, []
    for sentence in SENTENCES[:-1]:
        position += len(sentence) + 1  # the space, which ends with its sentence's sound
        seams.append(ends[position])
    at_seam, elsewhere = steps_at(samples, seams)
    longest_gap = np.diff(np.flatnonzero(np.abs(samples) > AUDIBLE)).max() / RATE

    print(f"largest step {at_seam:.4f} at seams, {elsewhere:.4f} inside; longest gap {longest_gap:.2f} s")
    assert at_seam <= min(elsewhere, QUIET_STEP)
    assert longest_gap < 1.0


def steps_at(samples: np.ndarray, seams: list[float]) -> tuple[float, float]:
    """The largest step between two samples within `SEAM_SECONDS` of the seams, and the largest elsewhere."""
    steps = np.abs(np.diff(samples))
    near, reach = np.zeros(steps.size, bool), round(SEAM_SECONDS * RATE)
    for seam in seams:
        near[round(seam * RATE) - reach : round(seam * RATE) + reach] = True
    return float(steps[near].max()), float(steps[~near].max())


@pytest.mark.parametrize("voice", [VOICE, OTHER_VOICE])
def test_no_seam_clicks_where_the_manner_changes_within_a_sentence(asker, voice):
    words = SENTENCES[0].split()
    marked = [f'<prosody rate="{80 + 10 * number}%">{word}</prosody>' for number, word in enumerate(words)]
    answer = asker.timed(" ".join(marked), voice=voice)

    ends = answer["alignment"]["character_end_times_seconds"]
    places = [sum(len(piece) + 1 for piece in marked[:number]) - 1 for number in range(1, len(marked))]
    at_seam, elsewhere = steps_at(
        samples_of(base64.b64decode(answer["audio_base64"])), [ends[place] for place in places]
    )
    print(f"largest step {at_seam:.4f} where the manner changes, {elsewhere:.4f} elsewhere")
    assert at_seam <= elsewhere


def test_a_hundred_thousand_characters_stream_with_flat_memory(server, asker):
    """At four times the speed of the quickest voice, so that it takes seconds."""
    said = f"which says that {SENTENCES[0][:-1]}, that {SENTENCES[4][:-1]}, and that {SENTENCES[9]}"
    sentences = (f"This is sentence number {number} of a very long text, {said}" for number in range(1000))
    text = " ".join(sentences)[:100_000]
    body = {"text": text, "voice_settings": {"speed": 4}}
    asker.speak(text[:2000], voice=QUICKEST_VOICE, voice_settings={"speed": 4})
    process = psutil.Process(server.process.pid)
    before = most = process.memory_info().rss
    length = pieces = 0
    url = f"/v1/text-to-speech/{QUICKEST_VOICE}/stream"
    with asker.http.stream("POST", url, params={"output_format": "ulaw_8000"}, json=body) as response:
        for piece in response.iter_raw():
            length, pieces = length + len(piece), pieces + 1
            if pieces % 100 == 0:
                most = max(most, process.memory_info().rss)

    kept = asker.http.get(f"/v1/history/{response.headers['history-item-id']}").json()
    print(f"{length / 8000 / 60:.0f} minutes; the server grew by {(most - before) / MIB:.1f} MiB at most")
    assert response.headers["x-character-count"] == "100000"
    assert 1_200 < length / 8_000 < 3_600
    assert most - before < 24 * MIB
    assert kept["text"] == text
