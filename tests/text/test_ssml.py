"""Markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.core.errors import MalformedMarkup
from sonant.core.text import Delivery
from sonant.text import prosody
from sonant.text.sentences import PARAGRAPH_PAUSE
from sonant.text.ssml import parse_markup


def said(text: str) -> list[str]:
    return [run.text.text for run in parse_markup(text)]


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "I <3 you",
        "use <b>bold</b> or <br/>",
        "a <breakfast> tag",
        "if x <s then y",
        "x <- y << z",
        "AT&T &amp; more",
        "a <break without an end",
        "<",
        "text <",
        "</>",
        "<!-- no comment -->",
        "<!--a-->" * 50,
    ],
)
def test_what_is_no_known_tag_is_text(text):
    assert said(text) == [text]


def test_entities_count_in_documents_and_each_is_one_character():
    [run] = parse_markup("<speak>a &lt;&#65;&#x42; b</speak>")

    assert run.text.text == "a <AB b"
    assert run.text.origins.tolist() == [7, 8, 9, 13, 18, 24, 25]


def test_comments_and_sections_are_no_markup():
    assert said("<speak>a<!-- <break/> -->b<![CDATA[<c> & ]]>d</speak>") == ["ab<c> & d"]


def test_a_document_may_start_like_xml():
    speak = '<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">'
    text = f'<?xml version="1.0"?>\n<!-- hello -->\n{speak}Hi</speak>\n'

    [run] = parse_markup(text)

    assert (run.text.text, run.language, run.source_end) == ("Hi", "en-US", len(text))


def test_paragraphs_and_sentences_divide():
    runs = parse_markup("<speak><p><s>One.</s><s>Two.</s></p><p>Three.</p></speak>")

    assert [(run.text.text, run.pause) for run in runs] == [
        ("One.", 0.0),
        ("Two.", PARAGRAPH_PAUSE),
        ("Three.", 0.0),
    ]


def test_prosody_multiplies_where_it_is_nested():
    runs = parse_markup("<prosody rate='50%' volume='soft'>a<prosody rate='2' volume='-6dB'>b</prosody></prosody>")

    assert [run.delivery for run in runs] == [Delivery(rate=0.5, volume_db=-6.0), Delivery(rate=1.0, volume_db=-12.0)]


@pytest.mark.parametrize(
    ("value", "ratio"),
    [
        ("x-slow", 0.5),
        ("medium", 1.0),
        ("120%", 1.2),
        ("+20%", 1.2),
        ("-20%", 0.8),
        ("1.5", 1.5),
        ("900%", 4.0),
        ("0", 0.25),
    ],
)
def test_rates_are_ratios(value, ratio):
    assert prosody.parse_rate(value) == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("value", "ratio"),
    [("x-low", 0.7), ("+12st", 2.0), ("-1st", 0.943874), ("+16Hz", 1.1), ("80Hz", 0.5), ("-50%", 0.5), ("+99st", 4.0)],
)
def test_pitches_are_ratios(value, ratio):
    assert prosody.parse_pitch(value) == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("value", "gain"),
    [
        ("silent", -120.0),
        ("medium", 0.0),
        ("+6dB", 6.0),
        ("-3.5dB", -3.5),
        ("100", 0.0),
        ("0", -120.0),
        ("+99dB", 12.0),
    ],
)
def test_volumes_are_decibels(value, gain):
    assert prosody.parse_volume(value) == pytest.approx(gain)


@pytest.mark.parametrize(
    "text",
    [
        "<speak>never closed",
        "<speak>twice</speak><speak>there</speak>",
        "<speak>text</speak> after it",
        "<speak><speak>inside</speak></speak>",
        "before <speak>it</speak>",
        "<speak>a & b</speak>",
        "<speak>a &unknown; b</speak>",
        "<speak>a &#0; b</speak>",
        "<speak>a &#xD800; b</speak>",
        "<speak>a < b</speak>",
        "<speak><audio src='x'/></speak>",
        "<speak><!DOCTYPE x></speak>",
        "<speak><?php ?></speak>",
        "<speak><!-- never closed</speak>",
        "<p>never closed",
        "never opened</p>",
        "<p><s>crossed</p></s>",
        "<break time='1s'",
        "<break time=1s/>",
        "<break time='1s' time='2s'/>",
        "<break time='-1s'/>",
        "<break time='soon'/>",
        "<break strength='huge'/>",
        "<break colour='red'/>",
        "<break>text</break>",
        "<break/ >",
        "</break/>",
        "<prosody rate='warp'>x</prosody>",
        "<prosody pitch='10'>x</prosody>",
        "<prosody volume='loudest'>x</prosody>",
        "<prosody contour='(0%,+20Hz)'>x</prosody>",
        "<emphasis level='some'>x</emphasis>",
        "<sub>x</sub>",
        "<sub alias='x'></sub>",
        "<sub alias='x'>a<break/></sub>",
        "<phoneme ph='a'/>",
        "<phoneme alphabet='klingon' ph='a'>x</phoneme>",
        "<phoneme alphabet='ipa'>x</phoneme>",
        "<phoneme alphabet='x-sampa' ph='§'>x</phoneme>",
        "<say-as>x</say-as>",
        "<say-as interpret-as='song'>x</say-as>",
        "<lang>x</lang>",
        "<lang xml:lang='not a tag'>x</lang>",
        f"<sub alias='{'x' * 2000}'>x</sub>",
        "<s>" * 40 + "x" + "</s>" * 40,
        "<break/>" * 10_001,
        "<break time='10s'/>" * 361,
    ],
    ids=lambda text: text[:40],
)
def test_malformed_markup_is_refused_without_repeating_it(text):
    with pytest.raises(MalformedMarkup) as caught:
        parse_markup(text)

    assert len(caught.value.message) < 250
    assert "never closed" not in caught.value.message


def test_breaks_are_at_most_ten_seconds():
    assert parse_markup("a<break time='3600s'/>")[0].pause == 10.0


@pytest.mark.parametrize(("strength", "pause"), [("none", 0.0), ("weak", 0.25), ("x-strong", 1.2)])
def test_breaks_have_strengths(strength, pause):
    assert parse_markup(f"a<break strength='{strength}'/>b")[0].pause == pause


def test_stage_directions_are_words_in_brackets():
    text = "[whispers] Yes [strong French accent] no [1] [x=3] []"

    [run] = parse_markup(text, stage_directions=True)

    assert run.text.text == " Yes  no [1] [x=3] []"


@given(st.text("<>/ sbp='\"&;ak[]!-?tim", max_size=80))
def test_any_soup_is_parsed_or_refused(text):
    for document in (text, f"<speak>{text}</speak>", f"<speak {text}"):
        try:
            runs = parse_markup(document)
        except MalformedMarkup:
            continue
        assert not runs or runs[-1].source_end == len(document)
