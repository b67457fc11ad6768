"""English text normalization: what is written in figures, signs and abbreviations becomes words."""

from sonant.core.text import Edit
from sonant.text import sentences
from sonant.text.normalize.english import telephones
from sonant.text.normalize.english.abbreviations import Abbreviations
from sonant.text.normalize.english.acronyms import Acronyms
from sonant.text.normalize.english.addresses import Addresses
from sonant.text.normalize.english.codes import Codes
from sonant.text.normalize.english.dates import Dates
from sonant.text.normalize.english.measures import Measures
from sonant.text.normalize.english.money import Money
from sonant.text.normalize.english.numbers import Numbers, digits
from sonant.text.normalize.english.numerals import Numerals
from sonant.text.normalize.english.romans import Romans
from sonant.text.normalize.english.signs import Signs
from sonant.text.normalize.english.times import Times
from sonant.text.normalize.english.words import load_words
from sonant.text.normalize.expansion import Expansion, expand
from sonant.text.normalize.unspoken import EMOTICON, PICTURE

_ALWAYS_BEFORE_MORE = ("e.g", "i.e", "cf", "vs", "viz", "approx", "et al", "a.k.a")


class EnglishNormalizer:
    """Reads English.

    Args:
        british: Dates start with the day, and a hundred has its "and".
    """

    spells_a = True

    def __init__(self, *, british: bool = False) -> None:
        words = load_words()
        numbers = Numbers(british=british)
        measures = Measures(numbers, words)
        signs = Signs(words)
        codes = Codes(numbers, words)
        numerals = Numerals(numbers, measures)
        self._numbers = numbers
        self._dates = Dates(numbers, words, day_first=british)
        self._times = Times(numbers)
        self._abbreviations = Abbreviations(words)
        self._expansions: tuple[Expansion, ...] = (
            PICTURE,
            EMOTICON,
            *Addresses(numbers, words).expansions(),
            *signs.names(),
            *telephones.expansions(),
            *self._dates.expansions(),
            *self._times.expansions(),
            *Money(numbers, measures, words).expansions(),
            *codes.versions(),
            *measures.expansions(),
            *Romans(numbers, words).expansions(),
            *self._abbreviations.expansions(),
            *numerals.compounds(),
            *codes.expansions(),
            *numerals.counts(),
            *Acronyms(words).expansions(),
            *signs.expansions(),
        )
        self.abbreviations = sentences.Abbreviations(
            before_more=frozenset((*words.titles, *words.counted, *_ALWAYS_BEFORE_MORE)) - {"no", "No"},
            anywhere=frozenset((*words.abbreviations, *words.streets, *words.short_forms, *words.weekdays)),
            openers=words.sentence_openers,
        )

    def edits(self, text: str) -> list[Edit]:
        """What to read in another way: edits in order, that don't overlap."""
        return expand(text, self._expansions)

    def cardinal(self, value: int) -> str | None:
        """How many."""
        return self._numbers.cardinal(value)

    def ordinal(self, value: int) -> str | None:
        """Which in a row."""
        return self._numbers.ordinal(value)

    def digits(self, figures: str) -> str | None:
        """Figures one by one."""
        return digits(figures)

    def date(self, day: int | None, month: int | None, year: int | None) -> str | None:
        """A date, or what is known of it; None if there is no such date."""
        return self._dates.say(day, month, year)

    def clock(self, hour: int, minute: int) -> str | None:
        """A time of day; None if there is no such time."""
        return self._times.clock(hour, minute)

    def telephone(self, written: str) -> str | None:
        """A telephone number."""
        return telephones.say_telephone(written)
