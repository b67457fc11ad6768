import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.services.phrasing import DEFAULT_SCHEDULE, PhraseBuffer


def buffer(schedule=DEFAULT_SCHEDULE, *, automatic=False, markup=False) -> PhraseBuffer:
    return PhraseBuffer(schedule, automatic=automatic, markup=markup)


def test_nothing_is_due_before_the_schedule_says_so():
    waiting = buffer([50])

    assert waiting.add("word " * 9) == []
    assert [phrase.text for phrase in waiting.add("word ")] == ["word " * 10]


def test_a_phrase_is_cut_after_its_last_sentence():
    phrases = buffer([50]).add("It rained for the whole of that long day. And then it ")

    assert [phrase.text for phrase in phrases] == ["It rained for the whole of that long day. "]


def test_a_word_is_never_cut():
    waiting = buffer([50])

    (phrase,) = waiting.add("one two three four five six seven eight nine ten eleve")

    assert phrase.text == "one two three four five six seven eight nine ten "
    assert [rest.text for rest in waiting.flush()] == ["eleve"]


def test_each_phrase_has_its_own_figure_and_the_last_one_repeats():
    waiting = buffer([50, 100])
    lengths = []
    for _ in range(100):
        lengths += [len(phrase.text) for phrase in waiting.add("abcd ")]

    assert lengths == [50, 100, 100, 100, 100]


@pytest.mark.parametrize(("length", "expected"), [(45, 0), (50, 1)])
def test_a_trigger_is_obeyed_when_enough_waits(length, expected):
    assert len(buffer().add("abcd " * (length // 5), trigger=True)) == expected


def test_automatic_mode_speaks_sentence_by_sentence():
    waiting = buffer(automatic=True)

    assert waiting.add("Hello the") == []
    assert [phrase.text for phrase in waiting.add("re. How are you")] == ["Hello there. "]
    assert [(phrase.text, phrase.last) for phrase in waiting.flush()] == [("How are you", True)]


def test_white_space_alone_is_not_spoken():
    waiting = buffer()
    waiting.add("  ")

    assert waiting.flush() == []


@pytest.mark.parametrize(
    "text",
    [
        'The word is <prosody rate="slow">a b c d e f g h i j k l m n</prosody> and so on and on ',
        'A tag that is <break time="1s" strength="very very very strong and so on" /> not cut ',
    ],
)
def test_markup_is_never_cut(text):
    waiting = buffer([50], markup=True)
    phrases = [phrase.text for phrase in [*waiting.add(text), *waiting.flush()]]

    assert "".join(phrases) == text
    for phrase in phrases:
        assert phrase.count("<") == phrase.count(">")
        assert phrase.count("<prosody") == phrase.count("</prosody")


@given(
    st.lists(st.text(alphabet="ab .!<>/é\n", max_size=80), max_size=20),
    st.lists(st.floats(50, 500), min_size=1, max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_no_character_is_lost_or_spoken_twice(pieces, schedule, automatic, markup):
    waiting = buffer(schedule, automatic=automatic, markup=markup)
    phrases = [phrase for piece in pieces for phrase in waiting.add(piece)]
    rest = waiting.flush()

    spoken = "".join(phrase.text for phrase in [*phrases, *rest])
    assert "".join(pieces).startswith(spoken)
    assert not "".join(pieces)[len(spoken) :].strip()


def test_a_hundred_thousand_characters_of_markup_soup_are_cut_quickly():
    waiting = buffer([50], markup=True)

    waiting.add("<p>a. " * 20_000)

    assert len(waiting) == 120_000
