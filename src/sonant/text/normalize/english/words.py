"""The English vocabulary of the normalizer, read from words.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Words:
    """Written forms and what is said for them; see words.toml for what each table means."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    weekdays: Mapping[str, str]
    year_cues: tuple[str, ...]
    currencies: Mapping[str, tuple[str, ...]]
    currency_signs: Mapping[str, str]
    units: Mapping[str, str]
    per: Mapping[str, str]
    titles: Mapping[str, str]
    streets: Mapping[str, str]
    counted: Mapping[str, str]
    abbreviations: Mapping[str, str]
    short_forms: Mapping[str, str]
    names: Mapping[str, str]
    said_capitals: frozenset[str]
    spelled_capitals: frozenset[str]
    sentence_openers: frozenset[str]
    rulers: frozenset[str]
    numbered: frozenset[str]
    domains: tuple[str, ...]
    files: tuple[str, ...]
    spelled_in_addresses: frozenset[str]
    paired: tuple[str, ...]
    versioned: tuple[str, ...]
    signs: Mapping[str, str]


def load_words() -> Words:
    """Read the vocabulary: about 3 ms."""
    tables = tomllib.loads(files("sonant.text.normalize.english").joinpath("words.toml").read_text("utf-8"))
    dates, capitals, romans, addresses, codes = (
        tables.pop(name) for name in ("dates", "capitals", "romans", "addresses", "codes")
    )
    return Words(
        months=tuple(dates["months"].split()),
        short_months=tuple(dates["short_months"].split()),
        weekdays=dates["weekdays"],
        year_cues=tuple(dates["year_cues"].split()),
        currencies={code: tuple(names) for code, names in tables.pop("currencies").items()},
        said_capitals=frozenset(capitals["said"].split()),
        spelled_capitals=frozenset(capitals["spelled"].split()),
        sentence_openers=frozenset(tables.pop("sentences")["openers"].split()),
        rulers=frozenset(romans["rulers"].split()),
        numbered=frozenset(romans["numbered"].split()),
        domains=tuple(addresses["domains"].split()),
        files=tuple(addresses["files"].split()),
        spelled_in_addresses=frozenset(addresses["spelled"].split()),
        paired=tuple(codes["paired"].split()),
        versioned=tuple(codes["versioned"].split()),
        **tables,
    )
