"""Text that knows where it came from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.core.text import Delivery, Edit, TracedText


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(max_size=40))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Edit(start, end, draw(st.text(max_size=6))) for start, end in pairs]


@given(texts_and_edits(), st.integers(0, 5))
def test_edits_give_the_text_that_replacing_from_the_end_gives(case, offset):
    text, edits = case
    expected = text
    for edit in reversed(edits):
        expected = expected[: edit.start] + edit.text + expected[edit.end :]

    edited = TracedText.from_source(text, offset).edited(edits)

    assert edited.text == expected
    assert len(edited.origins) == len(expected)
    assert edited.origins.dtype == np.int32
    assert np.all(np.diff(edited.origins) >= 0)
    if text:
        assert all(offset <= origin < offset + len(text) for origin in edited.origins)


@given(texts_and_edits(), st.data())
def test_origins_survive_any_number_of_edits(case, data):
    text, edits = case
    once = TracedText.from_source(text).edited(edits)
    middle = data.draw(st.integers(0, len(once)))
    twice = once.edited([Edit(middle, len(once), "tail")])

    assert np.all(np.diff(twice.origins) >= 0)
    assert len(twice) == middle + 4


@given(st.text(max_size=30), st.data())
def test_pieces_join_to_the_whole(text, data):
    cut = data.draw(st.integers(0, len(text)))
    traced = TracedText.from_source(text, 7)

    joined = TracedText.join([traced[:cut], traced[cut:]])

    assert joined.text == text
    assert joined.origins.tolist() == list(range(7, 7 + len(text)))


def test_a_replacement_spreads_over_what_it_replaces():
    traced = TracedText.from_source("I owe $5.").edited([Edit(6, 8, "five dollars")])

    assert traced.origins[6:18].tolist() == [6] * 6 + [7] * 6


def test_an_insertion_belongs_to_the_character_before_it():
    assert TracedText.from_source("ab", 3).edited([Edit(1, 1, "xy")]).origins.tolist() == [3, 3, 3, 4]
    assert TracedText.from_source("ab", 3).edited([Edit(0, 0, "x")]).origins.tolist() == [3, 3, 4]
    assert TracedText.from_source("").edited([Edit(0, 0, "x")]).origins.tolist() == [0]


def test_no_edits_change_nothing():
    traced = TracedText.from_source("abc")

    assert traced.edited([]) is traced


@pytest.mark.parametrize(
    "edits", [[Edit(2, 1, "")], [Edit(0, 9, "")], [Edit(1, 2, ""), Edit(0, 1, "")], [Edit(0, 2, ""), Edit(1, 3, "")]]
)
def test_edits_that_overlap_or_lie_outside_are_refused(edits):
    with pytest.raises(ValueError, match="overlaps another or is out of range"):
        TracedText.from_source("abc").edited(edits)


def test_as_many_origins_as_characters():
    with pytest.raises(ValueError, match="as many origins"):
        TracedText("abc", np.zeros(2, np.int32))


def test_a_stretch_keeps_its_origins_and_steps_are_refused():
    assert TracedText.from_source("abcd", 5)[1:3].origins.tolist() == [6, 7]
    with pytest.raises(ValueError, match="steps"):
        TracedText.from_source("abcd")[::2]


@given(st.text(" \tab\u3000", max_size=20))
def test_stripping_takes_the_same_characters_as_for_strings(text):
    stripped = TracedText.from_source(text).stripped()

    assert stripped.text == text.strip()
    assert all(text[origin] == character for character, origin in zip(stripped.text, stripped.origins, strict=True))


def test_joining_nothing_is_empty():
    assert TracedText.join([]).text == ""


def test_prosody_multiplies_and_adds():
    delivery = Delivery(rate=2.0, volume_db=-6.0).with_prosody(rate=0.5, pitch=1.2, volume_db=-3.0)

    assert delivery == Delivery(rate=1.0, pitch=1.2, volume_db=-9.0)
