"""Readings by name."""

import pytest

from sonant.text.normalize.normalizer import load_normalizer
from sonant.text.normalize.say_as import KINDS, say_as
from sonant.text.pipeline import Reading, TextPipeline

PIPELINE = TextPipeline()


@pytest.mark.parametrize(
    ("kind", "form", "written", "said"),
    [
        ("characters", "", "abc12", "A B C one two"),
        ("spell-out", "", "e-mail", "E - M A I L"),
        ("characters", "", "e\u0301a", "E\u0301 A"),
        ("digits", "", "1984", "one nine eight four"),
        ("cardinal", "", "1984", "one thousand nine hundred eighty-four"),
        ("number", "", "1,000", "one thousand"),
        ("ordinal", "", "3", "third"),
        ("ordinal", "", "21st", "twenty-first"),
        ("date", "dmy", "3/4/2024", "April third, twenty twenty-four"),
        ("date", "mdy", "3/4/2024", "March fourth, twenty twenty-four"),
        ("date", "ymd", "2024-03-04", "March fourth, twenty twenty-four"),
        ("date", "yyyymmdd", "20240304", "March fourth, twenty twenty-four"),
        ("date", "my", "03/2024", "March twenty twenty-four"),
        ("date", "y", "1066", "ten sixty-six"),
        ("time", "hms12", "10:05", "ten oh five"),
        ("telephone", "", "5550123", "five five five zero one two three"),
        ("cardinal", "", "none", None),
        ("cardinal", "", "-5", None),
        ("date", "dmy", "99/99/2024", None),
        ("date", "", "3/4/2024", None),
        ("currency", "", "$5", None),
        ("fraction", "", "1/2", None),
    ],
)
def test_texts_are_read_as_what_they_are_said_to_be(kind, form, written, said):
    assert say_as(written, kind, form, load_normalizer("en", "")) == said


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "de", "ja", "xx"])
def test_every_kind_takes_any_text_in_any_language(kind, language):
    for written in ("", "abc", "12", "1/2/2024", "٣", "é😀", "9" * 400):
        say_as(written, kind, "dmy", load_normalizer(language, ""))


def test_what_is_not_of_its_kind_is_read_as_usual_and_the_rest_stays_as_it_is():
    text = (
        "<say-as interpret-as='currency'>$5</say-as> and <say-as interpret-as='characters'>AB</say-as> on "
        "<say-as interpret-as='date'>1/2/2024</say-as>"
    )

    [passage] = PIPELINE.passages(text, Reading("en-US", frozenset({"en"})))

    assert passage.spoken.text == "five dollars and A B on January second, twenty twenty-four"
    assert [pronunciation.start for pronunciation in passage.pronunciations] == [17]


def test_readings_by_name_count_even_where_normalization_is_off():
    text = "<say-as interpret-as='digits'>12</say-as> 12"

    [passage] = PIPELINE.passages(text, Reading("en-US", frozenset({"en"}), normalization="off"))

    assert passage.spoken.text == "one two 12"
