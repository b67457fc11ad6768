import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.core.alignment import Alignment, PassageAligner, joined, letter_boundaries
from sonant.core.speech import PhoneTiming, WordTiming
from sonant.core.text import Edit, Passage, TracedText

PHONE_SECONDS = 0.1


def phones(symbols: str, start: float = 0.0) -> tuple[PhoneTiming, ...]:
    return tuple(
        PhoneTiming(symbol, start + index * PHONE_SECONDS, start + (index + 1) * PHONE_SECONDS)
        for index, symbol in enumerate(symbols.split())
    )


def passage(spoken: TracedText, source: tuple[int, int] | None = None, pause: float = 0.0) -> Passage:
    return Passage(spoken, source or (0, len(spoken)), "en", pause=pause)


@pytest.mark.parametrize(
    ("word", "sounds", "starts"),
    [
        ("cat", "k æ t", [0.0, 0.1, 0.2]),
        ("box", "b ɑ k s", [0.0, 0.1, 0.2]),
        ("knight", "n aɪ t", [0.0, 0.05, 0.1, 0.2, 0.2333, 0.2667]),
        ("queue", "k j uː", [0.0, 0.1, 0.2, 0.2333, 0.2667]),
        ("a", "ə", [0.0]),
    ],
)
def test_letters_begin_where_the_engine_reports_a_phone(word, sounds, starts):
    assert letter_boundaries(word, phones(sounds)) == pytest.approx([*starts, len(sounds.split()) * 0.1], abs=1e-4)


@given(st.text(min_size=1, max_size=12), st.integers(1, 12))
def test_letter_boundaries_never_go_back_and_cover_the_word(word, count):
    bounds = letter_boundaries(word, phones("a t " * count))

    assert len(bounds) == len(word) + 1
    assert bounds == sorted(bounds)
    assert bounds[0] == 0.0
    assert bounds[-1] == pytest.approx(2 * count * PHONE_SECONDS)


def test_a_very_long_stretch_without_spaces_is_still_aligned_quickly_and_in_order():
    bounds = letter_boundaries("字" * 3000, phones("t a " * 600))

    assert len(bounds) == 3001
    assert bounds == sorted(bounds)


def test_spaces_and_punctuation_take_the_gap_between_words():
    aligner = PassageAligner(passage(TracedText.from_source("Hi, you.")), "Hi, you.", 0.0)
    aligner.add([WordTiming(0, 2, 0.1, 0.3), WordTiming(4, 7, 0.5, 0.8)])

    source, spoken = aligner.finish(1.0)

    assert source.text == spoken.text == "Hi, you."
    assert spoken.starts == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    assert spoken.ends == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0])
    assert source.starts == spoken.starts


def test_the_last_character_ends_with_the_audio_even_without_punctuation():
    aligner = PassageAligner(passage(TracedText.from_source("Hi")), "Hi", 2.0)
    aligner.add([WordTiming(0, 2, 0.1, 0.3)])

    source, _ = aligner.finish(0.75)

    assert source.ends[-1] == 2.75


def test_a_replaced_number_gets_the_time_of_its_words():
    text = "I owe $5 now"
    spoken = TracedText.from_source(text).edited([Edit(6, 8, "five dollars")])
    aligner = PassageAligner(passage(spoken, (0, len(text))), text, 0.0)
    aligner.add(
        [
            WordTiming(0, 1, 0.0, 0.1),
            WordTiming(2, 5, 0.1, 0.4),
            WordTiming(6, 10, 0.5, 0.9),
            WordTiming(11, 18, 1.0, 1.7),
            WordTiming(19, 22, 1.8, 2.0),
        ]
    )

    source, normalized = aligner.finish(2.1)

    assert source.text == text
    assert normalized.text == "I owe five dollars now"
    assert source.starts[6] == pytest.approx(0.5)
    assert source.ends[7] == pytest.approx(1.7)


def test_markup_has_no_duration_and_no_character_is_lost():
    text = '<break time="1s"/>Hi<b>'
    spoken = TracedText.from_source("Hi", offset=18)
    aligner = PassageAligner(passage(spoken, (0, len(text))), text, 0.0)
    aligner.add([WordTiming(0, 2, 0.2, 0.4)])

    source, normalized = aligner.finish(0.5)

    assert source.text == text
    assert normalized.text == "Hi"
    assert source.starts[:18] == (0.2,) * 18
    assert source.ends[:18] == (0.2,) * 18


def test_a_character_comes_with_the_audio_in_which_it_begins():
    aligner = PassageAligner(passage(TracedText.from_source("one two")), "one two", 0.0)
    aligner.add([WordTiming(0, 3, 0.0, 0.3), WordTiming(4, 7, 0.4, 0.7)])

    first, _ = aligner.take(0.25)
    second, _ = aligner.take(0.45)
    rest, _ = aligner.finish(0.8)

    assert (first.text, second.text, rest.text) == ("one", " t", "wo")


def words_of(text: str, rng: np.random.Generator) -> list[WordTiming]:
    words, clock, position = [], 0.0, 0
    for token in text.split(" "):
        if token:
            start = clock + rng.uniform(0, 0.2)
            clock = start + rng.uniform(0.01, 0.5)
            words.append(WordTiming(position, position + len(token), start, clock))
        position += len(token) + 1
    return words


@given(st.text(alphabet="ab .,é你", min_size=1, max_size=40), st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_however_it_is_cut_every_character_comes_once_and_in_order(text, seed, pieces):
    rng = np.random.default_rng(seed)
    words = words_of(text, rng)
    duration = (words[-1].end if words else 0.0) + 0.3
    whole = PassageAligner(passage(TracedText.from_source(text)), text, 0.0)
    whole.add(words)
    expected, _ = whole.finish(duration)

    cut = PassageAligner(passage(TracedText.from_source(text)), text, 0.0)
    parts, given_words = [], 0
    for elapsed in np.linspace(0, duration, pieces):
        known = [word for word in words[given_words:] if word.start <= elapsed]
        given_words += len(known)
        cut.add(known)
        parts.append(cut.take(float(elapsed))[0])
    cut.add(words[given_words:])
    parts.append(cut.finish(duration)[0])
    alignment = joined(parts)

    assert alignment.text == expected.text == text
    assert alignment.starts == pytest.approx(expected.starts)
    assert alignment.ends == pytest.approx(expected.ends)
    assert list(alignment.starts) == sorted(alignment.starts)
    assert math.isclose(alignment.ends[-1], duration)


def test_an_alignment_needs_a_start_and_an_end_for_each_character():
    with pytest.raises(ValueError, match="one start and one end"):
        Alignment("ab", (0.0,), (1.0,))
