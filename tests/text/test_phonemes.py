"""Phonemic alphabets."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.text.phonemes import ALPHABETS, from_xsampa, to_ipa


@pytest.mark.parametrize(
    ("xsampa", "ipa"),
    [
        ('h@"l@U', "həˈləʊ"),
        ('"tS3:tS', "ˈtʃɜːtʃ"),
        ("b_<a~n`", "ɓa\u0303ɳ"),
        ("r\\`E", "ɻɛ"),
        ("%fO:_0", "ˌfɔː\u0325"),
        ("t_hAI", "tʰɑɪ"),
        ("Ra", "ʁa"),
        ("bVt@n=", "bʌtən\u0329"),
    ],
)
def test_xsampa_becomes_ipa(xsampa, ipa):
    assert from_xsampa(xsampa) == ipa


@pytest.mark.parametrize(
    ("phonemes", "alphabet"), [("§", "x-sampa"), ("K AE", "morse"), ("K QQ", "cmu"), ("a1", "ipa"), ("a" * 1001, "ipa")]
)
def test_what_is_not_in_the_alphabet_is_refused(phonemes, alphabet):
    with pytest.raises(ValueError, match=r"."):
        to_ipa(phonemes, alphabet)


@given(st.text(max_size=40), st.sampled_from(sorted(ALPHABETS)))
def test_any_text_is_converted_or_refused(phonemes, alphabet):
    with contextlib.suppress(ValueError):
        assert isinstance(to_ipa(phonemes, alphabet), str)
