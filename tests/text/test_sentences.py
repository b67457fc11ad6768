"""Where texts are cut."""

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.text.normalize.normalizer import load_normalizer
from sonant.text.sentences import LINE_PAUSE, LONGEST, PARAGRAPH_PAUSE, split_sentences

ENGLISH = load_normalizer("en", "").abbreviations


def pieces(text: str, abbreviations=ENGLISH) -> list[str]:
    return [text[start:end].strip() for start, end, _ in split_sentences(text, abbreviations)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Is this the first sentence?", "Yes, and this is the second!", "And here is the third."],
        ["Dr. Smith met Mr. and Mrs. Jones on St. James St. in town.", "They went home together."],
        ["J. R. R. Tolkien wrote many books.", "Everybody read them all."],
        ["It weighs 3.5 kg and costs $1.50 at most.", "Nobody wanted to buy it."],
        ["She lives in the U.S. Senate building.", "Nobody knows where exactly."],
        ["He lives in the U.S.", "The weather there is fine today."],
        ["We agreed on plan B.", "Then we all went to bed."],
        ["We bought apples, pears, etc.", "The shop was closed afterwards."],
        ["See fig. 3 and p. 5 for details, e.g. The Times.", "It is all explained there."],
        ['"Are you coming?" he asked her.', '"Never," she said to him.'],
        ['He simply said "Stop." and left.', "Nobody ever followed him out."],
        ["He said “No way.”", "Then he simply left the room."],
        ["Wait... what did you say there?", "I did not hear it at all."],
        ["It was 5 p.m. and already dark.", "Everyone had gone home by then."],
        ["今日はとても良い天気ですね。", "一緒に公園へ行きませんか？"],
        ["你今天过得怎么样呢？", "我今天过得非常好！"],
        ["क्या आप कल यहाँ आएंगे?", "हाँ, मैं ज़रूर आऊँगा।", "धन्यवाद, फिर मिलते हैं।"],
        ["هل ستأتي غدا إلى هنا؟", "نعم بالتأكيد سوف آتي."],
    ],
    ids=lambda sentences: sentences[0],
)
def test_sentences_are_found(sentences):
    joiner = "" if sentences[0][-1] in "。？" else " "

    assert pieces(joiner.join(sentences)) == sentences


def test_ordinals_of_german_end_no_sentence():
    german = load_normalizer("de", "").abbreviations

    assert pieces("Am 3. Oktober ist frei. Das ist der 2. Feiertag im Jahr.", german) == [
        "Am 3. Oktober ist frei.",
        "Das ist der 2. Feiertag im Jahr.",
    ]


def test_short_pieces_are_said_with_their_neighbours():
    assert pieces("Hi! How are you today? Fine.") == ["Hi! How are you today? Fine."]


def test_numbers_of_a_list_stay_with_their_items():
    assert pieces("1. Take the first step\n2. Take the second step") == [
        "1. Take the first step",
        "2. Take the second step",
    ]


def test_a_blank_line_is_a_longer_pause_than_a_new_line():
    text = "A first line here\nAnother line here\n\nA new paragraph here"

    assert [pause for _, _, pause in split_sentences(text, ENGLISH)] == [LINE_PAUSE, PARAGRAPH_PAUSE, 0.0]


def test_wrapped_lines_are_no_sentences():
    text = "This line was wrapped by a program at about eighty characters, just before\nLondon, and goes on here."

    assert len(pieces(text)) == 1


def test_a_long_sentence_is_cut_at_a_clause():
    text = "and so it went on and on, " * 40

    parts = [text[start:end] for start, end, _ in split_sentences(text, ENGLISH)]

    assert all(part.endswith(", ") for part in parts)
    assert max(map(len, parts)) <= LONGEST


def test_a_long_sentence_without_clauses_is_cut_between_words():
    text = "word " * 200

    assert all(part.endswith("word") for part in pieces(text))


def test_a_text_without_spaces_is_cut_anywhere_but_inside_a_character():
    text = "e\u0301" * 1000

    starts = [start for start, _, _ in split_sentences(text)]

    assert len(starts) > 5
    assert all(text[start] == "e" for start in starts)


def test_sentences_come_one_by_one():
    text = "This is one of very many sentences. " * 100_000

    assert [end for _, end, _ in islice(split_sentences(text), 3)] == [36, 72, 108]


@given(st.one_of(st.text(max_size=900), st.text("aB. \n!?。,1\u0301\u200d\"'", max_size=900)))
def test_the_pieces_are_the_whole_text(text):
    found = list(split_sentences(text, ENGLISH))

    assert all(start < end for start, end, _ in found)
    assert all(first.end == second.start for first, second in pairwise(found))
    assert not text or (found[0].start, found[-1].end) == (0, len(text))
    assert all(len(text[start:end].strip()) <= LONGEST for start, end, _ in found)
