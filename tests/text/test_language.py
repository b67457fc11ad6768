"""Which language a text is in."""

import subprocess
import sys

import pytest

from sonant.core.errors import UnsupportedLanguage
from sonant.text.language import LanguageDetector, resolve_language

SPOKEN = frozenset(
    {
        *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "fi", "ru", "uk"),
        *("ja", "zh", "ko", "el", "ar", "hi", "th"),
    }
)
SENTENCES = {
    "en": [
        "I would like to book a table for two people tonight.",
        "Where did you put the keys this morning?",
        "Machine learning models require large datasets.",
        "Breaking news: markets rally as inflation cools.",
    ],
    "de": [
        "Ich möchte heute Abend einen Tisch reservieren.",
        "Der Zug nach Hamburg fährt um acht Uhr ab.",
        "Kannst du mir bitte helfen?",
    ],
    "fr": [
        "Je voudrais réserver une table pour ce soir.",
        "Le train pour Lyon part à huit heures.",
        "Peux-tu m'aider, s'il te plaît ?",
    ],
    "es": [
        "Me gustaría reservar una mesa para esta noche.",
        "Ayer vimos una película muy buena.",
        "¿Puedes ayudarme, por favor?",
    ],
    "it": [
        "Vorrei prenotare un tavolo per due persone.",
        "Ieri abbiamo visto un film molto bello.",
        "Dove hai messo le chiavi?",
    ],
    "pt": [
        "Gostaria de reservar uma mesa para esta noite.",
        "Ontem vimos um filme muito bom.",
        "Você pode me ajudar, por favor?",
    ],
    "nl": [
        "Ik wil graag een tafel voor twee personen.",
        "De trein naar Utrecht vertrekt om acht uur.",
        "Waar heb je de sleutels gelegd?",
    ],
    "pl": [
        "Chciałbym zarezerwować stolik dla dwóch osób.",
        "Wczoraj widzieliśmy bardzo dobry film.",
        "Gdzie położyłeś klucze?",
    ],
    "sv": [
        "Jag skulle vilja boka ett bord för två personer.",
        "Igår såg vi en mycket bra film.",
        "Var har du lagt nycklarna?",
    ],
    "tr": [
        "Bu akşam iki kişilik bir masa ayırtmak istiyorum.",
        "Dün çok iyi bir film izledik.",
        "Anahtarları nereye koydun?",
    ],
    "fi": [
        "Haluaisin varata pöydän kahdelle hengelle.",
        "Eilen näimme todella hyvän elokuvan.",
        "Kissa nukkuu sohvalla.",
    ],
    "ru": [
        "Поезд в Москву отходит в восемь часов.",
        "Привет!",
        "Куда ты положил ключи?",
    ],
    "uk": [
        "Я хотів би забронювати столик на двох сьогодні ввечері.",
        "Вона сказала йому, що нічого ніколи не зміниться.",
    ],
    "ja": [
        "今晩二人で席を予約したいのですが。",
        "鍵をどこに置きましたか。",
    ],
    "zh": [
        "我想预订今晚两个人的座位。",
        "你好",
    ],
    "ko": [
        "열쇠를 어디에 두었어요?",
    ],
    "el": [
        "Πού έβαλες τα κλειδιά;",
    ],
    "ar": [
        "أين وضعت المفاتيح؟",
    ],
    "hi": [
        "चाबियाँ कहाँ रखीं?",
    ],
    "th": [
        "คุณวางกุญแจไว้ที่ไหน",
    ],
}
NATIVES = ["en-GB", "de-DE", "fr-FR", "es-ES", "pl-PL"]
SHORT = [
    "Hello world",
    "OK",
    "Yes.",
    "Hi!",
    "Angela Merkel",
    "José García",
    "Volkswagen AG",
    "São Paulo",
    "Déjà vu",
    "12345",
    "www.example.com",
    "Ludwig van Beethoven",
    "Rio de Janeiro",
    "Jean-Luc Picard",
    "NASA",
    "test",
    "C++",
    "Guten Tag",
    "",
    "!?",
]


@pytest.fixture(scope="module")
def detector():
    return LanguageDetector()


@pytest.mark.parametrize("native", NATIVES)
def test_sentences_are_read_in_their_language_whatever_the_voice(detector, native):
    pairs = [(language, text) for language, texts in SENTENCES.items() for text in texts]
    right = sum(detector.detect(text, native, SPOKEN).partition("-")[0] == language for language, text in pairs)

    assert right / len(pairs) >= 0.94


@pytest.mark.parametrize("native", [*NATIVES, "ja-JP", "ru-RU"])
@pytest.mark.parametrize("text", SHORT)
def test_short_texts_and_names_stay_in_the_voices_language(detector, native, text):
    assert detector.detect(text, native, SPOKEN) == native


def test_the_tag_of_the_voice_stays_whole(detector):
    assert detector.detect("The keys are on the table over there.", "en-AU", SPOKEN) == "en-AU"


def test_a_language_the_voice_does_not_speak_is_not_chosen(detector):
    assert detector.detect("Der Zug nach Hamburg fährt um acht Uhr ab.", "en-GB", frozenset({"en", "ja"})) == "en-GB"
    assert detector.detect("Поезд в Москву", "en-GB", frozenset({"en", "de"})) == "en-GB"


def test_plain_english_on_an_english_voice_does_not_need_the_model():
    code = """
import sys
from sonant.text.language import LanguageDetector
detector = LanguageDetector()
spoken = frozenset({"en", "de", "fr", "es", "it", "pt", "nl", "pl"})
for text in ("The quick brown fox jumps over the lazy dog.", "Press any key to continue.", "Once upon a time."):
    assert detector.detect(text, "en-GB", spoken) == "en-GB"
assert "py3langid" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("asked", "native", "tag"),
    [
        ("en", "en-GB", "en-GB"),
        ("eng", "en-GB", "en-GB"),
        ("en-US", "en-GB", "en-GB"),
        ("de", "en-GB", "de"),
        ("deu", "en-GB", "de"),
        ("ger", "en-GB", "de"),
        ("pt_br", "en-GB", "pt-BR"),
        ("cmn", "en-GB", "zh"),
        ("zho", "en-GB", "zh"),
    ],
)
def test_languages_can_be_asked_for_in_many_ways(asked, native, tag):
    assert resolve_language(asked, native, SPOKEN) == tag


@pytest.mark.parametrize("asked", ["xx", "vie", "", "-", "e"])
def test_a_language_that_is_not_spoken_is_refused(asked):
    with pytest.raises(UnsupportedLanguage):
        resolve_language(asked, "en-GB", SPOKEN)
