"""How languages other than English are read: written, spoken."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonant.core.text import TracedText
from sonant.text.normalize.normalizer import load_normalizer, normalizer_key

CASES = {
    "de": [
        ("21 Äpfel", "einundzwanzig Äpfel"),
        ("1.234.567", "eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig"),
        ("3,5", "drei Komma fünf"),
        ("-7", "minus sieben"),
        ("1 Tag und 1 Minute", "ein Tag und eine Minute"),
        ("am 3. Oktober 1990", "am dritten Oktober neunzehnhundertneunzig"),
        ("der 3. Oktober", "der dritte Oktober"),
        ("am 03.10.2024", "am dritten Oktober zweitausendvierundzwanzig"),
        ("im Jahr 1984", "im Jahr neunzehnhundertvierundachtzig"),
        ("um 10:05 Uhr", "um zehn Uhr fünf"),
        ("um 18.30 Uhr", "um achtzehn Uhr dreißig"),
        ("3,50 €", "drei Euro fünfzig"),
        ("5 Mio. Euro", "fünf Millionen Euro"),
        ("$20", "zwanzig Dollar"),
        ("25 %", "fünfundzwanzig Prozent"),
        ("5 km", "fünf Kilometer"),
        ("-3 °C", "minus drei Grad Celsius"),
        ("Der 2. Platz", "Der zweite Platz"),
        ("Dr. Müller, z. B.", "Doktor Müller, zum Beispiel."),
        ("Nr. 5", "Nummer fünf"),
        ("5-10 Leute", "fünf bis zehn Leute"),
        ("info@beispiel.de", "info ät beispiel Punkt de"),
    ],
    "fr": [
        ("80 ans", "quatre-vingts ans"),
        ("1 234 567", "un million deux cent trente-quatre mille cinq cent soixante-sept"),
        ("3,5", "trois virgule cinq"),
        ("3,25", "trois virgule vingt-cinq"),
        ("le 1er mai 2024", "le premier mai deux mille vingt-quatre"),
        ("le 14 juillet", "le quatorze juillet"),
        ("05/03/2024", "cinq mars deux mille vingt-quatre"),
        ("à 10h30", "à dix heures trente"),
        ("à 10:05", "à dix heures cinq"),
        ("3,50 €", "trois euros cinquante"),
        ("21 £", "vingt-et-une livres"),
        ("25 %", "vingt-cinq pour cent"),
        ("2,5 kg", "deux virgule cinq kilogrammes"),
        ("la 2e fois", "la deuxième fois"),
        ("M. Dupont et Mme Durand", "monsieur Dupont et madame Durand"),
        ("01 23 45 67 89", "zéro un, vingt-trois, quarante-cinq, soixante-sept, quatre-vingt-neuf"),
        ("5 M€", "cinq millions d'euros"),
    ],
    "es": [
        ("21 casas y 21 libros", "veintiuna casas y veintiún libros"),
        ("1.234,5", "mil doscientos treinta y cuatro coma cinco"),
        ("-7 °C", "menos siete grados Celsius"),
        ("el 3 de marzo de 2024", "el tres de marzo de dos mil veinticuatro"),
        ("03/05/2024", "tres de mayo de dos mil veinticuatro"),
        ("a las 10:05", "a las diez y cinco"),
        ("a la 1:30", "a la una y treinta"),
        ("3,50 €", "tres euros con cincuenta"),
        ("1 €", "un euro"),
        ("$5", "cinco dólares"),
        ("21 %", "veintiuno por ciento"),
        ("2 km", "dos kilómetros"),
        ("la 1.ª vez", "la primera vez"),
        ("Sr. Pérez y Sra. Ruiz", "señor Pérez y señora Ruiz"),
        ("en EE. UU.", "en Estados Unidos."),
    ],
    "es-MX": [
        ("$5.50", "cinco pesos mexicanos con cincuenta"),
        ("1,234.5", "mil doscientos treinta y cuatro coma cinco"),
    ],
    "it": [
        ("21 libri", "ventun libri"),
        ("1.234,5", "milleduecentotrentaquattro virgola cinque"),
        ("il 1° maggio 2024", "il primo maggio duemilaventiquattro"),
        ("il 3 marzo", "il tre marzo"),
        ("03/05/2024", "tre maggio duemilaventiquattro"),
        ("alle 10:05", "alle dieci e cinque"),
        ("3,50 €", "tre euro e cinquanta"),
        ("1 €", "un euro"),
        ("5 milioni di euro", "cinque milioni di euro"),
        ("21%", "ventuno percento"),
        ("2 km", "due chilometri"),
        ("-3 °C", "meno tre gradi Celsius"),
        ("Sig. Rossi", "signor Rossi"),
        ("ecc.", "eccetera."),
    ],
    "pt": [
        ("2 casas", "duas casas"),
        ("1.234", "mil duzentos e trinta e quatro"),
        ("3,5", "três vírgula cinco"),
        ("1º de maio de 2024", "primeiro de maio de dois mil e vinte e quatro"),
        ("3 de março", "três de março"),
        ("03/05/2024", "três de maio de dois mil e vinte e quatro"),
        ("às 10h05", "às dez e cinco"),
        ("R$ 3,50", "três reais e cinquenta"),
        ("5 €", "cinco euros"),
        ("21%", "vinte e um por cento"),
        ("2 h", "duas horas"),
        ("10 km/h", "dez quilômetros por hora"),
        ("Sr. Silva e Dra. Costa", "senhor Silva e doutora Costa"),
    ],
    "nl": [
        ("21 appels", "eenentwintig appels"),
        ("1.234", "duizendtweehonderdvierendertig"),
        ("3,5", "drie komma vijf"),
        ("op 3 maart 2024", "op drie maart tweeduizendvierentwintig"),
        ("03-05-2024", "drie mei tweeduizendvierentwintig"),
        ("in 1984", "in negentienvierentachtig"),
        ("om 10:05 uur", "om tien uur vijf"),
        ("€ 3,50", "drie euro vijftig"),
        ("21%", "eenentwintig procent"),
        ("5 km", "vijf kilometer"),
        ("de 3e keer", "de derde keer"),
        ("dhr. Jansen", "de heer Jansen"),
        ("enz.", "enzovoort."),
    ],
    "pl": [
        ("22 koty", "dwadzieścia dwa koty"),
        ("1 234", "tysiąc dwieście trzydzieści cztery"),
        ("3,5", "trzy przecinek pięć"),
        ("5 maja 2024 roku", "piątego maja dwa tysiące dwudziestego czwartego roku"),
        ("05.03.2024", "piątego marca dwa tysiące dwudziestego czwartego roku"),
        ("w 1984 roku", "w tysiąc dziewięćset osiemdziesiątym czwartym roku"),
        ("o 10:05", "o dziesiątej zero pięć"),
        ("jest 22:30", "jest dwudziesta druga trzydzieści"),
        ("3,50 zł", "trzy złote pięćdziesiąt"),
        ("5 zł", "pięć złotych"),
        ("1 €", "jedno euro"),
        ("21%", "dwadzieścia jeden procent"),
        ("22 km", "dwadzieścia dwa kilometry"),
        ("5 km", "pięć kilometrów"),
        ("2 minuty, 2 min", "dwa minuty, dwie minuty"),
        ("dr Nowak", "doktor Nowak"),
        ("itd.", "i tak dalej."),
    ],
    "ru": [
        ("22 кота", "двадцать два кота"),
        ("1 234", "тысяча двести тридцать четыре"),
        ("3,5", "три запятая пять"),
        ("5 мая 2024 года", "пятого мая две тысячи двадцать четвертого года"),
        ("05.03.2024", "пятого марта две тысячи двадцать четвертого года"),
        ("в 1984 году", "в тысяча девятьсот восемьдесят четвертом году"),
        ("в 10:05", "в десять пять"),
        ("3,50 ₽", "три рубля пятьдесят"),
        ("5 ₽", "пять рублей"),
        ("21%", "двадцать один процент"),
        ("22 км", "двадцать два километра"),
        ("2 мин", "две минуты"),
        ("1-й раз", "первый раз"),
        ("и т. д.", "и так далее."),
    ],
    "sv": [
        ("21 äpplen", "tjugoett äpplen"),
        ("3,5", "tre komma fem"),
        ("den 3 mars 2024", "den tredje mars tjugohundratjugofyra"),
        ("år 1984", "år nittonhundraåttiofyra"),
        ("kl. 10:05", "klockan tio och fem"),
        ("3,50 kr", "tre kronor och femtio"),
        ("21 %", "tjugoett procent"),
        ("5 km", "fem kilometer"),
        ("t.ex. äpplen", "till exempel äpplen"),
        ("nr 5", "nummer fem"),
        ("-3 °C", "minus tre grader Celsius"),
        ("5–10 personer", "fem till tio personer"),
    ],
    "cs": [
        ("22 koček", "dvacet dva koček"),
        ("5. května 2024", "pátého května dva tisíce dvacet čtyři"),
        ("3,50 Kč", "tři koruny padesát"),
        ("5 Kč", "pět korun"),
        ("21 %", "dvacet jeden procent"),
        ("2 km", "dva kilometry"),
        ("atd.", "a tak dále."),
    ],
    "uk": [
        ("5 травня 2024 року", "п'ятого травня дві тисячі двадцять чотири року"),
        ("2 ₴", "дві гривні"),
        ("22 км", "двадцять два кілометри"),
    ],
    "tr": [("3 Mart 2024", "üç Mart iki bin yirmi dört"), ("%21", "yüzde yirmi bir"), ("5 ₺", "beş lira")],
    "hi": [("21%", "इक्कीस प्रतिशत"), ("5 किमी 12 लोग", "पाँच किमी बारह लोग")],
    "ar": [("12 كتابا", "إثنا عشر كتابا")],
    "ja": [("3人が来た😀。", "3人が来た。")],
    "zh": [("2024年3月5日", "2024年3月5日")],
    "bn": [("12 বই", "12 বই")],
}  # fmt: skip
ALL = [(language, written, said) for language, cases in CASES.items() for written, said in cases]
NORMALIZERS = {language: load_normalizer(*normalizer_key(language)) for language in CASES}
TAGS = """
af am ar as az ba be bg bn bs ca chr cmn cs cv cy da de el en eo es et eu fa fi fil fr ga gd gl gu haw he hi hr ht hu
hy ia id is it ja ka kk kl kn ko ku ky la lb lt lv mi mk ml mr ms mt my nb ne nl nn no or pa pl pt qu ro ru sd si
sk sl sq sr sv sw ta te th tk tl tr tt ug uk ur uz vi yue zh zu xx qya und
"""


@pytest.mark.parametrize(("language", "written", "said"), ALL, ids=[f"{tag} {written}" for tag, written, _ in ALL])
def test_languages_are_read_as_their_speakers_do(language, written, said):
    text = TracedText.from_source(written)

    spoken = text.edited(NORMALIZERS[language].edits(written)).text

    assert re.sub(r"\s+", " ", spoken).strip() == said


@pytest.mark.parametrize("tag", TAGS.split())
def test_every_language_is_read_without_an_error(tag):
    normalizer = load_normalizer(*normalizer_key(tag))
    text = (
        "5 km, 1/2/2024, 10:05, 3.50 €, $5, 21 %, -3 °C, 1,234.5, 12345678901234567890, 1984, +49 30 901820, www.a.de"
    )

    edited = TracedText.from_source(text).edited(normalizer.edits(text))

    assert edited.text
    assert normalizer.cardinal(0) != ""
    for value in (0, 1, 21, 10**14):
        normalizer.ordinal(value)
        normalizer.cardinal(value)
    normalizer.clock(10, 5)
    normalizer.date(29, 2, 2024)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["de", "fr", "es", "pl", "ru", "ar", "hi", "sv"]),
    st.text("0123456789 .,:/-%€$кмkmh°C年٣५er\u00a0", max_size=40),
)
def test_no_figures_break_a_language(language, text):
    normalizer = NORMALIZERS[language]

    TracedText.from_source(text).edited(normalizer.edits(text))


def test_units_keep_their_place_in_the_callers_text():
    text = TracedText.from_source("Es sind 5 km.")

    said = text.edited(NORMALIZERS["de"].edits(text.text))

    assert said.text == "Es sind fünf Kilometer."
    assert said.origins[said.text.index("fünf")] == 8
    assert said.origins[said.text.index("Kilo")] == 10
