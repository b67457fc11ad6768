"""Pronunciation dictionaries: an account's rules for how words are said.

An edit makes a new version and leaves the old ones as they are, so a program that names a version always gets the same
pronunciation. Archiving takes a dictionary off the list and does no more: programs that name it go on working.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from sonant.core.errors import DictionaryNotFound, InvalidRequest
from sonant.core.ids import is_id, new_id
from sonant.services.paging import key_of, token_of
from sonant.services.rules import KnownRules, check_rules, from_json, to_json
from sonant.store import dictionaries as store
from sonant.store.database import Database
from sonant.store.dictionaries import Dictionary, Listing, Version
from sonant.text.dictionaries import Rule
from sonant.text.pls import parse_pls, write_pls

__all__ = ["Dictionaries", "Dictionary", "DictionaryPage", "DictionaryQuery", "Locator", "SortKey"]

MOST_LOCATORS = 3
ANY_LANGUAGE = "und"
"""A lexicon must name a language; rules here apply whatever language is spoken."""

SortKey = Literal["creation_time_unix", "name"]
Change = Callable[[tuple[Rule, ...]], Iterable[Rule]]


@dataclass(frozen=True, slots=True)
class Locator:
    """Which dictionary, and which version of it; None is the latest at the time of the request."""

    dictionary_id: str
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class DictionaryQuery:
    """Which dictionaries to list.

    Attributes:
        by: What they are sorted by.
        descending: The last one first.
        archived: Whether archived ones are listed too.
        page_size: How many at most.
        cursor: Where to go on: from the page before, whose order it keeps.
    """

    by: SortKey = "creation_time_unix"
    descending: bool = True
    archived: bool = False
    page_size: int = 30
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class DictionaryPage:
    """A part of a list, and where it goes on; None at the end."""

    dictionaries: tuple[Dictionary, ...]
    next_cursor: str | None


class Dictionaries:
    """Keeps pronunciation dictionaries.

    Methods wait for the database, so coroutines call them in threads.

    Args:
        db: Where they are kept.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known = KnownRules()

    def rules(self, account_id: str, locators: Sequence[Locator]) -> tuple[Rule, ...]:
        """The rules of some dictionaries, in order.

        A version that was used lately costs no query, if the locator names it.

        Raises:
            InvalidRequest: There are more than three locators.
            DictionaryNotFound: There is no such dictionary or version, or it is another account's.
        """
        if len(locators) > MOST_LOCATORS:
            raise InvalidRequest(f"At most {MOST_LOCATORS} pronunciation dictionaries may be used at once.")
        found = [self._located(account_id, locator) for locator in locators]
        return found[0] if len(found) == 1 else tuple(chain.from_iterable(found))

    def create(
        self, account_id: str, name: str, rules: Iterable[Rule] = (), description: str | None = None
    ) -> Dictionary:
        """Make a dictionary.

        Raises:
            InvalidRequest: There are too many rules, or one can't be applied.
        """
        kept = check_rules(rules)
        now, dictionary_id, version_id = time.time(), new_id(), new_id()
        dictionary = Dictionary(dictionary_id, account_id, version_id, len(kept), name, description, now)
        with self._db.begin() as tx:
            store.add_dictionary(tx, dictionary, Version(version_id, dictionary_id, to_json(kept), now))
        return dictionary

    def create_from_file(
        self, account_id: str, name: str, content: bytes, description: str | None = None
    ) -> Dictionary:
        """Make a dictionary of a lexicon in the Pronunciation Lexicon Specification's format.

        Raises:
            InvalidRequest: It is too large or no lexicon, or its rules are too many or can't be applied.
        """
        return self.create(account_id, name, parse_pls(content), description)

    def get(self, account_id: str, dictionary_id: str) -> tuple[Dictionary, tuple[Rule, ...]]:
        """A dictionary and the rules of its latest version, archived or not.

        Raises:
            DictionaryNotFound: It does not exist, or is another account's.
        """
        with self._db.connect() as tx:
            dictionary = store.get_dictionary(tx, account_id, _checked(dictionary_id))
            version = store.get_version(tx, account_id, dictionary_id, dictionary.latest_version_id)
        return dictionary, from_json(version.rules)

    def list(self, account_id: str, query: DictionaryQuery | None = None) -> DictionaryPage:
        """An account's dictionaries.

        Raises:
            InvalidRequest: The cursor is not one of ours.
        """
        query = query or DictionaryQuery()
        after = None
        if query.cursor is not None:
            query, after = _continued(query, query.cursor)
        by_name = query.by == "name"
        listing = Listing(by_name, query.descending, query.archived, after, query.page_size + 1)
        with self._db.connect() as tx:
            found = store.list_dictionaries(tx, account_id, listing)
        page = found[: query.page_size]
        if len(found) <= query.page_size:
            return DictionaryPage(tuple(page), None)
        text, number = (page[-1].name.casefold(), 0.0) if by_name else ("", page[-1].created_at)
        cursor = token_of(query.by, query.descending, text, number, page[-1].dictionary_id)
        return DictionaryPage(tuple(page), cursor)

    def update(
        self, account_id: str, dictionary_id: str, *, name: str | None = None, archived: bool | None = None
    ) -> Dictionary:
        """Rename a dictionary, archive it, or take it back; None leaves things as they are. The version stays.

        Raises:
            DictionaryNotFound: It does not exist, or is another account's.
        """
        with self._db.begin() as tx:
            dictionary = store.get_dictionary(tx, account_id, _checked(dictionary_id), lock=True)
            if name is not None:
                dictionary = replace(dictionary, name=name)
            if archived is not None and archived != (dictionary.archived_at is not None):
                dictionary = replace(dictionary, archived_at=time.time() if archived else None)
            store.update_dictionary(tx, dictionary)
        return dictionary

    def set_rules(self, account_id: str, dictionary_id: str, rules: Iterable[Rule]) -> Dictionary:
        """Replace all rules; see `_edit` for errors."""
        return self._edit(account_id, dictionary_id, lambda _old: rules)

    def add_rules(self, account_id: str, dictionary_id: str, rules: Iterable[Rule]) -> Dictionary:
        """Add rules; one for a string that has a rule already takes its place. See `_edit` for errors."""

        def merged(old: tuple[Rule, ...]) -> Iterable[Rule]:
            added = {rule.string_to_replace: rule for rule in rules}
            places = {rule.string_to_replace for rule in old}
            for rule in old:
                yield added.get(rule.string_to_replace, rule)
            yield from (rule for string, rule in added.items() if string not in places)

        return self._edit(account_id, dictionary_id, merged)

    def remove_rules(self, account_id: str, dictionary_id: str, strings: Iterable[str]) -> Dictionary:
        """Remove the rules for some strings; a string without a rule is ignored. See `_edit` for errors."""
        gone = frozenset(strings)
        return self._edit(
            account_id, dictionary_id, lambda old: (rule for rule in old if rule.string_to_replace not in gone)
        )

    def export(self, account_id: str, dictionary_id: str, version_id: str) -> bytes:
        """A version as a lexicon in the Pronunciation Lexicon Specification's format.

        Raises:
            DictionaryNotFound: There is no such dictionary or version, or it is another account's.
        """
        return write_pls(self._located(account_id, Locator(dictionary_id, version_id)), ANY_LANGUAGE)

    def _edit(self, account_id: str, dictionary_id: str, change: Change) -> Dictionary:
        """Make a version with changed rules the latest; if nothing changes, the latest stays.

        Raises:
            DictionaryNotFound: It does not exist, or is another account's.
            InvalidRequest: There are too many rules, or one can't be applied.
        """
        with self._db.begin() as tx:
            dictionary = store.get_dictionary(tx, account_id, _checked(dictionary_id), lock=True)
            old = from_json(store.get_version(tx, account_id, dictionary_id, dictionary.latest_version_id).rules)
            new = check_rules(change(old))
            if new == old:
                return dictionary
            version = Version(new_id(), dictionary_id, to_json(new), time.time())
            store.add_version(tx, version)
        return replace(dictionary, latest_version_id=version.version_id, rules_count=len(new))

    def _located(self, account_id: str, locator: Locator) -> tuple[Rule, ...]:
        dictionary_id, version_id = _checked(locator.dictionary_id), locator.version_id
        if version_id is None:
            with self._db.connect() as tx:
                version_id = store.get_dictionary(tx, account_id, dictionary_id).latest_version_id
        key = (account_id, dictionary_id, _checked(version_id))
        known = self._known.find(key)
        if known is None:
            with self._db.connect() as tx:
                known = from_json(store.get_version(tx, *key).rules)
            self._known.add(key, known)
        return known


def _checked(identifier: str) -> str:
    """An id that the database can be asked for.

    Raises:
        DictionaryNotFound: It can't be one.
    """
    if not is_id(identifier):
        raise DictionaryNotFound(identifier)
    return identifier


def _continued(query: DictionaryQuery, cursor: str) -> tuple[DictionaryQuery, tuple[str | float, str]]:
    """The query in the order of the page that a cursor came with, and the last key of that page."""
    by, descending, text, number, dictionary_id = key_of(cursor, str, bool, str, float, str)
    by_name = by == "name"
    ordered = replace(query, by="name" if by_name else "creation_time_unix", descending=bool(descending))
    return ordered, (str(text) if by_name else float(number), str(dictionary_id))
