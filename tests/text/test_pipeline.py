"""From the caller's text to passages."""

import contextlib
import re
import time
import tracemalloc
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sonant.core.errors import EngineFailed, MalformedMarkup, SonantError, UnsupportedLanguage
from sonant.core.text import Delivery, Passage, Pronunciation
from sonant.text.dictionaries import Rule
from sonant.text.pipeline import Reading, TextPipeline

SPOKEN = frozenset({"en", "de", "fr", "es", "pl", "ru", "ja", "zh", "ar", "th"})
ENGLISH = Reading("en-GB", SPOKEN)
VERBATIM = Reading("en-GB", SPOKEN, language="en", normalization="off", markup=False)
RULES = (
    Rule("alias", "UN", "United Nations"),
    Rule("phoneme", "tomato", "təˈmɑːtəʊ"),
    Rule("alias", "a", "one of the", case_sensitive=False, word_boundaries=False),
    Rule("alias", "1", "the number one", word_boundaries=False),
    Rule("alias", "Stop. Go", "wait"),
)


@pytest.fixture(scope="module")
def pipeline():
    return TextPipeline()


PIPELINE = TextPipeline()

soup = st.lists(
    st.sampled_from(
        [
            *(
                "<break time='1s'/>",
                "<break/>",
                "<s>",
                "</s>",
                "<p>",
                "</p>",
                "<speak>",
                "</speak>",
                "<sub alias='x y'>",
                "</sub>",
            ),
            *(
                "<prosody rate='slow'>",
                "</prosody>",
                "<phoneme ph='a'>",
                "</phoneme>",
                "<lang xml:lang='de'>",
                "</lang>",
            ),
            *(
                "<say-as interpret-as='date' format='dmy'>",
                "<say-as interpret-as='characters'>",
                "</say-as>",
                "&amp;",
                "&#65;",
            ),
            *(
                "<emphasis>",
                "</emphasis>",
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                "<",
                ">",
                "&",
                '"',
                "<3",
                "[whispers]",
                "[",
                "]",
            ),
            *(
                "Dr. ",
                "$5 ",
                "1/2/2024 ",
                "10:05 ",
                "Hello. ",
                "UN ",
                "tomato ",
                "\n",
                "\n\n",
                " ",
                "a",
                "1",
                "😀",
                "é",
                "\u0301",
                "\x00",
            ),
            *(
                "мир ",
                "你好。",
                "سلام ",
                "\u202e",
                "\ud800",
                "\u200d",
                "٣",
                "www.a.com ",
                "I. ",
                "A.",
                "v2 ",
                "C++ ",
                "5 km ",
                "IV ",
            ),
        ]
    ),
    max_size=40,
).map("".join)
texts = st.one_of(st.text(max_size=200), soup)
plain_texts = st.one_of(st.text(max_size=300), st.text("Ab1 .,!?\n\t$%é\u0301你。😀\x00", max_size=300))


def check_tiling(text: str, passages: list[Passage]) -> None:
    position = 0
    for passage in passages:
        start, end = passage.source
        assert start == position
        assert end >= start
        position = end
        origins = passage.spoken.origins
        assert len(origins) == len(passage.spoken.text)
        assert np.all(np.diff(origins) >= 0)
        assert not len(origins) or start <= origins[0] <= origins[-1] < end
        spans = [(pronunciation.start, pronunciation.end) for pronunciation in passage.pronunciations]
        assert spans == sorted(spans)
        assert all(0 <= first < last <= len(passage.spoken.text) for first, last in spans)
        assert passage.spoken.text == passage.spoken.text.strip()
    assert position == len(text)


def spoken(text: str, reading: Reading = ENGLISH) -> list[str]:
    return [passage.spoken.text for passage in PIPELINE.passages(text, reading)]


@settings(max_examples=400, deadline=None)
@given(texts, st.sampled_from(["auto", "on", "off"]), st.booleans(), st.booleans(), st.booleans())
@example("He paid <sub alias='five'>$5</sub>.\n\n<break/>Bye", "on", True, True, True)
def test_passages_account_for_every_character_in_order(text, normalization, markup, directions, ruled):
    reading = Reading(
        "en-GB",
        SPOKEN,
        language="en",
        normalization=normalization,
        markup=markup,
        stage_directions=directions,
        rules=RULES if ruled else (),
    )
    try:
        passages = list(PIPELINE.passages(text, reading))
    except MalformedMarkup:
        assert markup
        return
    check_tiling(text, passages)


@settings(max_examples=100, deadline=None)
@given(texts, st.sampled_from(["de", "fr", "es", "pl", "ru", "ja", "ar", "th", None]))
def test_no_text_in_any_language_breaks_the_pipeline(text, language):
    reading = Reading("de-DE", SPOKEN, language=language, rules=RULES, previous_text="im Jahr", next_text=text[:20])
    with contextlib.suppress(MalformedMarkup):
        check_tiling(text, list(PIPELINE.passages(text, reading)))


def without_blanks(text: str) -> str:
    return "".join(
        character
        for character in text
        if not character.isspace() and unicodedata.category(character) not in ("Cc", "Cs")
    )


@settings(max_examples=300, deadline=None)
@given(plain_texts)
def test_without_normalization_the_words_are_the_callers_characters(text):
    for passage in PIPELINE.passages(text, VERBATIM):
        stretch = text[slice(*passage.source)]
        if passage.spoken.text:
            assert without_blanks(passage.spoken.text) == without_blanks(stretch)
            assert all(
                text[origin] == character or character == " "
                for character, origin in zip(passage.spoken.text, passage.spoken.origins, strict=True)
            )
        else:
            assert not re.search(r"[^\W_]", stretch)


@given(st.text(" \t\n.,;:!?-–—…\"'()[]{}*_#😀👍🏽\u200d\ufe0f\x00", max_size=60))
def test_where_nothing_can_be_said_nothing_is(text):
    assert all(not passage.spoken.text for passage in PIPELINE.passages(text, VERBATIM))


def test_an_empty_text_has_no_passages():
    assert spoken("") == []


def test_sentences_become_passages():
    passages = list(PIPELINE.passages("It costs $5. Hello there, world!", ENGLISH))

    assert [passage.spoken.text for passage in passages] == ["It costs five dollars.", "Hello there, world!"]
    assert [passage.source for passage in passages] == [(0, 13), (13, 32)]
    assert {passage.language for passage in passages} == {"en-GB"}


def test_a_break_is_the_pause_of_the_passage_before_it():
    passages = list(PIPELINE.passages('Hello <break time="1.5s" /> world', ENGLISH))

    assert [(passage.spoken.text, passage.pause) for passage in passages] == [("Hello", 1.5), ("world", 0.0)]


def test_a_break_at_the_start_is_a_passage_of_its_own():
    passages = list(PIPELINE.passages("<break time='500ms'/>Hello", ENGLISH))

    assert [(passage.spoken.text, passage.pause) for passage in passages] == [("", 0.5), ("Hello", 0.0)]


def test_breaks_in_a_row_add_up():
    [passage] = PIPELINE.passages("Hello<break time='1s'/> <break time='2s'/>", ENGLISH)

    assert passage.pause == 3.0


def test_a_blank_line_is_a_pause_but_not_at_the_end():
    passages = list(PIPELINE.passages("First paragraph here.\n\nSecond paragraph here.\n\n", ENGLISH))

    assert [passage.pause for passage in passages] == [0.5, 0.0]


def test_prosody_and_emphasis_change_the_delivery():
    text = (
        "<speak>Now <prosody rate='slow' pitch='+10%' volume='-6dB'>slow</prosody> and <emphasis>so</emphasis></speak>"
    )

    deliveries = [passage.delivery for passage in PIPELINE.passages(text, ENGLISH)]

    assert deliveries[0] == deliveries[2] == Delivery()
    assert deliveries[1] == Delivery(rate=0.75, pitch=1.1, volume_db=-6.0)
    assert deliveries[3].rate < 1 < deliveries[3].pitch


def test_punctuation_after_a_tag_stays_with_the_words_before_it():
    assert spoken("I <emphasis>mean</emphasis>, really <emphasis>mean</emphasis>.") == ["I", "mean,", "really", "mean."]


def test_aliases_are_normalized_and_rules_leave_them_alone():
    reading = Reading("en-US", SPOKEN, rules=(Rule("alias", "NYC", "5 boroughs"), Rule("alias", "boroughs", "parts")))

    assert spoken("NYC has boroughs.", reading) == ["five boroughs has parts."]


def test_phonemes_point_at_the_words_they_are_for():
    text = "We paid $5 for a <phoneme alphabet='x-sampa' ph='t@\"mA:t@U'>tomato</phoneme>."

    [passage] = PIPELINE.passages(text, ENGLISH)

    [pronunciation] = passage.pronunciations
    assert passage.spoken.text[pronunciation.start : pronunciation.end] == "tomato"
    assert pronunciation.ipa == "təˈmɑːtəʊ"


def test_the_first_rule_that_matches_wins():
    reading = Reading("en-US", SPOKEN, rules=(Rule("alias", "New York City", "A"), Rule("alias", "New York", "B")))

    assert spoken("New York City or New York today", reading) == ["A or B today"]


def test_a_rule_may_reach_over_what_looks_like_the_end_of_a_sentence():
    reading = Reading("en-US", SPOKEN, rules=(Rule("alias", "Yahoo! News", "the news site"),))

    assert spoken("We read it today on Yahoo! News this morning.", reading) == [
        "We read it today on the news site this morning."
    ]


def test_a_spelled_letter_a_has_its_sound():
    [passage] = PIPELINE.passages("The API works at 5 a.m. today", ENGLISH)

    assert passage.spoken.text == "The A P I works at five A M today"
    assert passage.pronunciations == (Pronunciation(4, 5, "ˈeɪ"), Pronunciation(24, 25, "ˈeɪ"))


def test_markup_that_is_switched_off_is_text():
    assert spoken("a <break/> b", Reading("en-US", SPOKEN, markup=False, normalization="off")) == ["a <break/> b"]


def test_stage_directions_are_not_spoken():
    text = "[whispers] I know. [laughs harder] See note [1]."

    assert spoken(text, Reading("en-US", SPOKEN, stage_directions=True)) == ["I know. See note [one]."]
    assert "whispers" in spoken(text)[0]


def test_errors_come_with_the_call_and_not_with_the_first_passage(pipeline):
    with pytest.raises(MalformedMarkup):
        pipeline.passages("<speak>Hello", ENGLISH)
    with pytest.raises(UnsupportedLanguage):
        pipeline.passages("Hello", Reading("en-US", frozenset({"en"}), language="fi"))
    with pytest.raises(UnsupportedLanguage):
        pipeline.passages("A <lang xml:lang='fi'>sauna</lang>", ENGLISH)


def test_the_language_can_be_asked_for_in_two_or_three_letters():
    for language in ("de", "deu", "ger", "de-AT", "DE_de"):
        [passage] = PIPELINE.passages("Taxi 21", Reading("en-US", SPOKEN, language=language))
        assert passage.spoken.text == "Taxi einundzwanzig"


def test_the_voices_accent_stays_when_its_language_is_asked_for():
    [passage] = PIPELINE.passages("<lang xml:lang='en-US'>1/2/2024</lang>", Reading("en-GB", SPOKEN, language="eng"))

    assert passage.language == "en-GB"
    assert passage.spoken.text == "the first of February twenty twenty-four"


def test_a_stretch_in_another_language_is_read_in_it():
    passages = list(PIPELINE.passages("I said <lang xml:lang='de'>21</lang> and 21.", ENGLISH))

    assert [(passage.spoken.text, passage.language) for passage in passages] == [
        ("I said", "en-GB"),
        ("einundzwanzig", "de"),
        ("and twenty-one.", "en-GB"),
    ]


def test_the_text_before_decides_how_the_beginning_is_read():
    assert spoken("1984 we moved.", Reading("en-US", SPOKEN, previous_text="Back in")) == [
        "nineteen eighty-four we moved."
    ]
    assert spoken("1984 we moved.") == ["one thousand nine hundred and eighty-four we moved."]


def test_long_aliases_are_divided_where_the_callers_text_can_be():
    reading = Reading("en-US", SPOKEN, rules=(Rule("alias", "x", "word " * 60 + "end"),))
    text = "x " * 20

    passages = list(PIPELINE.passages(text, reading))

    check_tiling(text, passages)
    assert max(len(passage.spoken.text) for passage in passages) <= 800


def test_control_characters_and_lone_surrogates_become_white_space():
    assert spoken("a\x00b\ud800c\td") == ["a b c d"]


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps over the lazy dog by the river. " * 1725,
        "Dr. Smith paid $12.50 on 5/3/2024 at 10:30 a.m. for apples. " * 1667,
        "x" * 100_000,
        "1 " * 50_000,
        "&" * 100_000,
        "$1" * 50_000,
        "<" * 100_000,
        "[a " * 33_333,
        "." * 100_000,
        "\n" * 100_000,
        "你好世界" * 25_000,
        "a<break strength='weak'/>" * 3_846,
    ],
    ids=[
        "plain",
        "dense",
        "letters",
        "figures",
        "signs",
        "money",
        "angles",
        "brackets",
        "stops",
        "lines",
        "Chinese",
        "breaks",
    ],
)
def test_a_hundred_thousand_characters_take_linear_time(pipeline, text):
    list(pipeline.passages(text[:1000], ENGLISH))
    started = time.process_time()

    check_tiling(text, list(pipeline.passages(text, ENGLISH)))

    assert time.process_time() - started < 5  # a second or less, on a machine that does nothing else


def test_memory_does_not_grow_with_the_passages(pipeline):
    text = "The quick brown fox jumps over the lazy dog by the river. " * 1725
    passages = pipeline.passages(text, ENGLISH)
    next(passages)
    tracemalloc.start()
    for _ in passages:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2**18


def test_the_first_passage_of_a_long_text_comes_at_once(pipeline):
    text = "The quick brown fox jumps over the lazy dog by the river. " * 1725
    next(pipeline.passages(text, ENGLISH))
    best = min(_seconds_to_first(pipeline, text) for _ in range(5))

    assert best < 0.002


def _seconds_to_first(pipeline: TextPipeline, text: str) -> float:
    passages = pipeline.passages(text, ENGLISH)
    started = time.perf_counter()
    next(passages)
    return time.perf_counter() - started


def test_errors_are_of_the_callers_kind():
    assert issubclass(MalformedMarkup, SonantError)
    assert not issubclass(MalformedMarkup, EngineFailed)
