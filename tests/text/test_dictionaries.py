"""Pronunciation rules and lexicon files."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.core.errors import InvalidRequest
from sonant.text.dictionaries import Rule, RuleSet
from sonant.text.pls import LARGEST_BYTES, parse_pls, write_pls


def found(text: str, *rules: Rule) -> list[tuple[str, str]]:
    return [(text[match.start : match.end], match.value) for match in RuleSet(rules).find(text)]


def test_a_rule_applies_everywhere():
    assert found("UN and UN", Rule("alias", "UN", "you en")) == [("UN", "you en")] * 2


def test_the_first_rule_wins_where_two_match_and_neither_touches_the_others_words():
    rules = (Rule("alias", "New York", "1"), Rule("alias", "New York City", "2"), Rule("alias", "York", "3"))

    assert found("New York City, York", *rules) == [("New York", "1"), ("York", "3")]
    assert found("New York City, York", *rules[::-1]) == [("New York City", "2"), ("York", "3")]


def test_words_are_found_whole_unless_a_rule_says_otherwise():
    assert found("cat category 'cat' cats", Rule("alias", "cat", "x")) == [("cat", "x")] * 2
    assert len(found("cat category", Rule("alias", "cat", "x", word_boundaries=False))) == 2
    assert found("C++ and C", Rule("alias", "C++", "x")) == [("C++", "x")]
    assert found("東京都", Rule("alias", "東京", "x")) == [("東京", "x")]


def test_capitals_matter_unless_a_rule_says_otherwise():
    assert found("nasa NASA", Rule("alias", "NASA", "x")) == [("NASA", "x")]
    assert found("nasa NASA Straße STRASSE", Rule("alias", "Nasa", "x", case_sensitive=False)) == [
        ("nasa", "x"),
        ("NASA", "x"),
    ]
    assert found("İstanbul ISTANBUL", Rule("alias", "istanbul", "x", case_sensitive=False)) == [("ISTANBUL", "x")]


def test_of_equal_strings_the_later_rule_serves_where_the_first_does_not():
    rules = (Rule("alias", "cat", "whole"), Rule("alias", "cat", "part", word_boundaries=False))

    assert found("cat scatter", *rules) == [("cat", "whole"), ("cat", "part")]


def test_phonemes_of_every_alphabet_become_ipa():
    rules = (
        Rule("phoneme", "a", "təˈmɑːtəʊ", "ipa"),
        Rule("phoneme", "b", 't@"mA:t@U', "x-sampa"),
        Rule("phoneme", "c", "T AH0 M AA1 T OW2", "cmu-arpabet"),
    )

    assert found("a b c", *rules) == [("a", "təˈmɑːtəʊ"), ("b", "təˈmɑːtəʊ"), ("c", "təmˈɑtˌoʊ")]


@pytest.mark.parametrize(
    "rule",
    [
        Rule("alias", "", "x"),
        Rule("alias", " ", "x"),
        Rule("alias", "x" * 201, "x"),
        Rule("alias", "x", ""),
        Rule("alias", "x", "y" * 1001),
        Rule("phoneme", "x", "K QQ1 T", "cmu-arpabet"),
        Rule("phoneme", "x", "k æ t 1", "ipa"),
        Rule("phoneme", "x", "kæt", "x-sampa"),
        Rule("phoneme", "x", "k", "morse"),
    ],
)
def test_rules_that_cannot_be_applied_are_refused(rule):
    with pytest.raises(InvalidRequest):
        RuleSet([rule])


def test_ten_thousand_rules_are_as_quick_as_ten():
    text = "word123 is among the words of this sentence, and word9999 is, too. " * 20
    few = RuleSet([Rule("alias", f"word{index}", "x") for index in range(9990, 10_000)])
    many = RuleSet([Rule("alias", f"word{index}", "x") for index in range(10_000)])

    def seconds(rules: RuleSet) -> float:
        started = time.process_time()
        rules.find(text)
        return time.process_time() - started

    assert len(many.find(text)) == 40
    assert min(seconds(many) for _ in range(5)) < 5 * min(seconds(few) for _ in range(5)) + 0.002


@given(
    st.lists(
        st.builds(
            Rule,
            st.just("alias"),
            st.text("abAB .", min_size=1, max_size=4).filter(str.strip),
            st.just("x"),
            case_sensitive=st.booleans(),
            word_boundaries=st.booleans(),
        ),
        max_size=6,
    ),
    st.text("abAB .", max_size=30),
)
def test_matches_are_what_a_slow_search_finds(rules, text):
    expected = []
    position = 0
    while position < len(text):
        for rule in rules:
            end = position + len(rule.string_to_replace)
            piece, string = text[position:end], rule.string_to_replace
            same = piece == string if rule.case_sensitive else piece.lower() == string.lower()
            bounded = all(
                not (text[edge - 1].isalpha() and text[edge].isalpha())
                for edge in (position, end)
                if rule.word_boundaries and 0 < edge < len(text)
            )
            if same and bounded:
                expected.append((position, end))
                position = end
                break
        else:
            position += 1

    assert [(match.start, match.end) for match in RuleSet(rules).find(text)] == expected


rules_of_any_kind = st.one_of(
    st.builds(
        Rule,
        st.just("alias"),
        st.text(
            st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=20
        ).filter(lambda text: text == text.strip() and text),
        st.sampled_from(["one two", "<&>\"'", "ж"]),
        case_sensitive=st.booleans(),
        word_boundaries=st.booleans(),
    ),
    st.builds(Rule, st.just("phoneme"), st.just("tomato"), st.just("T AH0"), st.just("cmu-arpabet")),
)


@given(st.lists(rules_of_any_kind, max_size=10))
def test_a_written_lexicon_reads_back_as_it_was(rules):
    assert parse_pls(write_pls(rules, "en-GB")) == rules


def test_lexicons_of_others_are_read():
    document = (
        '<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="x-sampa">'
        '<meta name="x" content="y"/>'
        "<lexeme><grapheme>tomato</grapheme><grapheme>Tomato</grapheme><phoneme>t@meIt@U</phoneme></lexeme>"
        '<lexeme><grapheme>UN</grapheme><alias>United Nations</alias><alias prefer="true">the UN</alias></lexeme>'
        '<lexeme><grapheme>pecan</grapheme><phoneme alphabet="ipa">pɪˈkɑːn</phoneme></lexeme></lexicon>'
    ).encode()

    assert parse_pls(document) == [
        Rule("phoneme", "tomato", "t@meIt@U", "x-sampa"),
        Rule("phoneme", "Tomato", "t@meIt@U", "x-sampa"),
        Rule("alias", "UN", "the UN"),
        Rule("phoneme", "pecan", "pɪˈkɑːn"),
    ]


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><lexicon>&b;</lexicon>'


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"not xml",
        b"\x00\xff",
        b"<other/>",
        b"<lexicon>",
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><lexicon/>',
        b"<lexicon>" + b"<a>" * 100_000,
        b"<lexicon><lexeme><grapheme>x</grapheme></lexeme></lexicon>",
        b"<lexicon><lexeme><alias>x</alias></lexeme></lexicon>",
        b"<lexicon><lexeme><grapheme>x</grapheme><phoneme alphabet='morse'>x</phoneme></lexeme></lexicon>",
        b"<lexicon>" + b"<lexeme><grapheme>x</grapheme><alias>y</alias></lexeme>" * 10_001 + b"</lexicon>",
        b" " * (LARGEST_BYTES + 1),
    ],
    ids=lambda document: repr(document[:30]),
)
def test_what_is_no_lexicon_is_refused(document):
    with pytest.raises(InvalidRequest):
        parse_pls(document)
