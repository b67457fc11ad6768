"""What a language's normalizer can do, and how to get one."""

from typing import Protocol

from sonant.core.text import Edit
from sonant.text.sentences import Abbreviations
from sonant.text.tags import primary_of, region_of

MONTH_FIRST_REGIONS = frozenset({"", "US", "CA", "PH"})
"""Where English dates start with the month and numbers have no "and"."""


class Normalizer(Protocol):
    """Reads one language. What it has no words for is None, and stays as it is written."""

    @property
    def abbreviations(self) -> Abbreviations:
        """Abbreviations whose full stop doesn't end a sentence."""
        ...

    @property
    def spells_a(self) -> bool:
        """Whether a single capital A in its words is always the letter, and never a word of the language."""
        ...

    def edits(self, text: str) -> list[Edit]:
        """What to read in another way: edits in order, that don't overlap."""
        ...

    def cardinal(self, value: int) -> str | None:
        """How many."""
        ...

    def ordinal(self, value: int) -> str | None:
        """Which in a row."""
        ...

    def digits(self, figures: str) -> str | None:
        """Figures one by one."""
        ...

    def date(self, day: int | None, month: int | None, year: int | None) -> str | None:
        """A date, or what is known of it."""
        ...

    def clock(self, hour: int, minute: int) -> str | None:
        """A time of day."""
        ...

    def telephone(self, written: str) -> str | None:
        """A telephone number."""
        ...


def normalizer_key(language: str) -> tuple[str, str]:
    """What the normalizer of a language depends on: primary tag and region. English has but two sides.

    >>> normalizer_key("en-IE"), normalizer_key("en"), normalizer_key("es-MX")
    (('en', 'GB'), ('en', ''), ('es', 'MX'))
    """
    primary, region = primary_of(language), region_of(language)
    if primary == "en":
        return primary, "" if region in MONTH_FIRST_REGIONS else "GB"
    return primary, region


def load_normalizer(primary: str, region: str) -> Normalizer:
    """The normalizer of a language.

    English takes about 30 ms. Other languages load CLDR data, 5 to 10 MB each, and take 100 ms.

    Args:
        primary: Primary tag.
        region: In capitals; "" for none.
    """
    if primary == "en":
        from sonant.text.normalize.english.normalizer import EnglishNormalizer  # noqa: PLC0415

        return EnglishNormalizer(british=region not in MONTH_FIRST_REGIONS)
    from sonant.text.normalize.cldr.normalizer import CldrNormalizer  # noqa: PLC0415 - loads much that English needs not

    return CldrNormalizer(primary, region)
