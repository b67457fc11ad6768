import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.enginekit.phones import arpabet_from_ipa, ipa_from_arpabet, ipa_of, is_vowel

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AX", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V", "W",
    "Y", "Z", "ZH",
)  # fmt: skip

phones = st.sampled_from([*CONSONANTS, *(vowel + stress for vowel in VOWELS for stress in "012")])


@pytest.mark.parametrize(
    ("ipa", "arpabet"),
    [
        ("həˈloʊ", "HH AX0 L OW1"),
        ("ˈwɔːtə", "W AO1 T AX0"),  # British
        ("ˈwɔːɾɚ", "W AO1 D ER0"),  # American
        ("ɡəʊt", "G OW1 T"),
        ("lɒt", "L AA1 T"),
        ("bɜːd", "B ER1 D"),
        ("bɝd", "B ER1 D"),
        ("nɪə", "N IH1 R"),
        ("skwɛə", "S K W EH1 R"),
        ("t͡ʃɜːt͡ʃ", "CH ER1 CH"),
        ("tʃɜːtʃ", "CH ER1 CH"),
        ("ʤʌʤ", "JH AH1 JH"),
        ("ˈbʌtn̩", "B AH1 T AX0 N"),
        ("ˈbɑtl̩", "B AA1 T AX0 L"),
        ("pʰɪˈtʰɑ", "P IH0 T AA1"),
        ("ˌɪntəˈnæʃənəl", "IH2 N T AX0 N AE1 SH AX0 N AX0 L"),
        ("ðɪs ɪz", "DH IH1 S IH0 Z"),
        ("ʁuʒ", "R UW1 ZH"),
        ("ˈɲoki", "N Y OW1 K IY0"),
        ("kõˈʒe", "K OW0 ZH EH1"),
        ("ɡɑrˈsõ", "G AA0 R S OW1"),
        ("ə", "AX1"),
        ("s", "S"),
        ("", ""),
        ("?!-", ""),
    ],
)
def test_words_in_ipa_become_english_sounds(ipa, arpabet) -> None:
    assert " ".join(arpabet_from_ipa(ipa)) == arpabet


@given(st.lists(phones, min_size=1, max_size=12))
def test_arpabet_survives_the_way_through_ipa(word) -> None:
    stressed = any(phone.endswith(("1", "2")) for phone in word)
    ipa = ipa_from_arpabet(word)
    separated = [sound for phone in word for sound in arpabet_from_ipa(ipa_from_arpabet([phone]))]

    assert ipa == unicodedata.normalize("NFC", ipa)
    if stressed:
        names = [sound.rstrip("012").replace("AX", "AH") for sound in separated]
        assert names == [phone.rstrip("012").replace("AX", "AH") for phone in word]


@given(st.text())
def test_any_text_gives_phones_that_exist_or_none(text) -> None:
    for phone in arpabet_from_ipa(text):
        name = phone.rstrip("012")
        assert name in (VOWELS if phone[-1].isdigit() else CONSONANTS)


@given(st.text(alphabet="ɑætdnslkəɪˈˌoʊeɹ", min_size=1))
def test_a_word_with_a_vowel_has_a_stress(ipa) -> None:
    word = arpabet_from_ipa(ipa)

    if any(phone[-1].isdigit() for phone in word):
        assert any(phone[-1] in "12" for phone in word)


@pytest.mark.parametrize("ipa", ["a", "ˈoʊ", "ɚ", "ɑː", "ɪ̈", "õ", "n̩", "ˌɔɪ", "y"])
def test_vowels_and_syllabic_consonants_are_vowels(ipa) -> None:
    assert is_vowel(ipa)


@pytest.mark.parametrize("ipa", ["t", "t͡ʃ", "n", "j", "w", "ɹ", "ɡ", "ˈ", "", "ʔ", "pʰ"])
def test_everything_else_is_not(ipa) -> None:
    assert not is_vowel(ipa)


@pytest.mark.parametrize("phone", [*VOWELS, *CONSONANTS])
def test_vowels_in_arpabet_are_vowels_in_ipa(phone) -> None:
    assert is_vowel(ipa_of(phone)) == (phone in VOWELS)
    assert ipa_of(phone.lower()) == ipa_of(phone)


def test_an_unknown_phone_is_an_error() -> None:
    with pytest.raises(KeyError):
        ipa_of("QQ")
