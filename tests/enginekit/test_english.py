from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.core.text import Pronunciation
from sonant.enginekit.english import ends_sentence, is_question, split, tokens


def read(text: str) -> list[tuple[str, str]]:
    return [(token.name, token.closing) for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, world.", [("Hello", ","), ("world", ".")]),
        ("(“Hello,” she said.)", [("Hello", ',"'), ("she", ""), ("said", ".)")]),
        ("It’s John's o'clock", [("It's", ""), ("John's", ""), ("o'clock", "")]),
        ("one—two – three - four", [("one", ","), ("two", ","), ("three", ","), ("four", "")]),
        ("well-known", [("well-known", "")]),
        ("Wait… what?!", [("Wait", "..."), ("what", "?!")]),
        ("Café naïve Øre Straße", [("Cafe", ""), ("naive", ""), ("Ore", ""), ("Strasse", "")]),
        ("½ cup of H₂O", [("1/2", ""), ("cup", ""), ("of", ""), ("H2O", "")]),
        (".5 -5 (-5.5) a-5", [(".5", ""), ("-5", ""), ("-5.5", ")"), ("a-5", "")]),
        ("$12.50 & 50% @ 10:30", [("$12.50", ""), ("&", ""), ("50%", ""), ("@", ""), ("10:30", "")]),
        ("no\u00a0break\tand\nline", [("no", ""), ("break", ""), ("and", ""), ("line", "")]),
        ("日本 🙂 …", []),
        ("a 日本 b", [("a", ""), ("b", "")]),
        ("", []),
    ],
)
def test_text_becomes_what_an_ascii_engine_can_read(text, expected) -> None:
    assert read(text) == expected


def test_stops_of_abbreviations_do_not_end_a_sentence() -> None:
    assert read("Mr. Li of the U.S. spoke, e.g. today. She left.") == [
        ("Mr", ""), ("Li", ""), ("of", ""), ("the", ""), ("U.S", ""), ("spoke", ","), ("e.g", ""), ("today", "."),
        ("She", ""), ("left", "."),
    ]  # fmt: skip


def test_tokens_know_their_characters() -> None:
    text = "“Naïve—Straße,” ½."

    assert [text[token.first : token.last] for token in tokens(text)] == ["Naïve", "Straße", "½"]


def test_a_given_pronunciation_is_a_token_of_its_own() -> None:
    text = "Say tomato, New York."
    found = tokens(text, [Pronunciation(4, 10, "təˈmɑːtəʊ"), Pronunciation(12, 20, "nuː ˈjɔːk")])

    assert [(text[token.first : token.last], token.closing) for token in found] == [
        ("Say", ""), ("tomato", ","), ("New York", "."),
    ]  # fmt: skip
    assert found[1].phones == ("T", "AX0", "M", "AA1", "T", "OW0")
    assert found[2].phones == ("N", "UW0", "Y", "AO1", "K")


@pytest.mark.parametrize(
    ("ipa", "ending", "phones"),
    [
        ("kæt", "'s", ("K", "AE1", "T", "S")),
        ("dɒɡ", "’s", ("D", "AA1", "G", "Z")),
        ("bʊʃ", "'s", ("B", "UH1", "SH", "IH0", "Z")),
        ("dɒɡ", "'ll", ("D", "AA1", "G", "AX0", "L")),
    ],
)
def test_an_ending_joins_the_given_sounds(ipa, ending, phones) -> None:
    text = f"x{ending}, yes"
    found = tokens(text, [Pronunciation(0, 1, ipa)])

    assert (found[0].phones, found[0].closing, text[found[0].first : found[0].last]) == (phones, ",", f"x{ending}")
    assert found[1].name == "yes"


def test_a_pronunciation_of_a_part_leaves_the_rest_to_be_read() -> None:
    found = tokens("overtomatoes", [Pronunciation(4, 10, "təˈmɑːtəʊ")])

    assert [(token.name, bool(token.phones)) for token in found] == [("over", False), ("tomato", True), ("es", False)]


def test_a_pronunciation_without_any_sound_is_passed_over() -> None:
    assert [token.phones for token in tokens("tomato", [Pronunciation(0, 6, "???")])] == [()]


@given(st.text(max_size=200))
def test_every_token_is_plain_and_in_its_place(text) -> None:
    found = tokens(text)

    for token in found:
        assert token.name.isascii()
        assert token.name.isprintable()
        assert token.closing.isascii()
        assert token.closing.isprintable()
        assert token.name
        assert not set(token.name) & set(" \t\n")
        assert 0 <= token.first < token.last <= len(text)
    for earlier, later in pairwise(found):
        assert earlier.last <= later.first


@given(st.text(alphabet="ab1Zé—-'\". ,!?(){}$%&\n", max_size=80))
def test_no_letter_or_digit_is_lost(text) -> None:
    covered = [index for token in tokens(text) for index in range(token.first, token.last)]

    assert {index for index, character in enumerate(text) if character.isalnum()} <= set(covered)
    assert len(covered) == len(set(covered))


@given(st.text(alphabet="ab é,.'s", max_size=40), st.integers(0, 40), st.integers(1, 10), st.text(max_size=8))
def test_pronunciations_keep_everything_in_its_place(text, start, length, ipa) -> None:
    end = min(start + length, len(text))
    given_sounds = [Pronunciation(start, end, ipa)] if start < end else []
    found = tokens(text, given_sounds)

    for earlier, later in pairwise(found):
        assert earlier.last <= later.first
    assert all(token.name.isascii() and token.name for token in found)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Are you there?", True),
        ("You did?!", True),
        ("Where are you?", False),
        ("You are there.", False),
        ("“Why?”", False),
        ("", False),
    ],
)
def test_only_yes_or_no_questions_rise(text, question) -> None:
    assert is_question(tokens(text)) == question


@pytest.mark.parametrize(
    ("text", "ends"), [("He said", False), ("He said,", False), ("He said.", True), ("(He said!)", True), ("So:", True)]
)
def test_a_stop_ends_a_sentence(text, ends) -> None:
    assert ends_sentence(tokens(text)) == ends


def test_long_rows_are_cut_at_punctuation() -> None:
    spoken = tokens("one two three four five, six. seven eight nine ten eleven, twelve")

    assert [len(part) for part in split(spoken, 3, 40)] == [5, 7]


@given(st.lists(st.sampled_from(["word", "word,", "word."]), min_size=1, max_size=60), st.integers(1, 8))
def test_cutting_a_row_loses_nothing(words, shortest) -> None:
    spoken = tokens(" ".join(words))
    parts = list(split(spoken, shortest, 10))

    assert [token for part in parts for token in part] == spoken
    assert all(0 < len(part) <= 10 for part in parts)
