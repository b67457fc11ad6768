"""Pronunciation dictionaries and their versions. A version never changes: an edit adds one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update

from sonant.core.errors import DictionaryNotFound
from sonant.store.schema import pronunciation_dictionaries as dictionaries
from sonant.store.schema import pronunciation_dictionary_versions as versions

StoredRules = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dictionary, without its rules.

    Attributes:
        dictionary_id: Opaque identifier.
        account_id: Whose it is.
        latest_version_id: The version that an edit made last.
        rules_count: Of the latest version.
        name: For people.
        description: For people.
        created_at: Unix seconds.
        archived_at: Unix seconds; None while it is listed.
    """

    dictionary_id: str
    account_id: str
    latest_version_id: str
    rules_count: int
    name: str
    description: str | None
    created_at: float
    archived_at: float | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What a dictionary says, once and for all.

    Attributes:
        version_id: Opaque identifier.
        dictionary_id: Of which dictionary.
        rules: In order, as JSON objects.
        created_at: Unix seconds.
    """

    version_id: str
    dictionary_id: str
    rules: StoredRules
    created_at: float


@dataclass(frozen=True, slots=True)
class Listing:
    """Which dictionaries to list, and in which order.

    Attributes:
        by_name: By name, or else by the time they were made.
        descending: The last one first.
        archived: Whether archived ones are listed too.
        after: What the list goes on after: the name (case-folded) or time, and the id, of a dictionary.
        limit: How many at most.
    """

    by_name: bool
    descending: bool
    archived: bool
    after: tuple[str | float, str] | None
    limit: int


_WITH_COUNT = select(
    *(column for column in dictionaries.c if column.name != "sort_name"), versions.c.rules_count
).join_from(dictionaries, versions, versions.c.version_id == dictionaries.c.latest_version_id)
_OF_ACCOUNT = _WITH_COUNT.where(
    dictionaries.c.dictionary_id == bindparam("of"), dictionaries.c.account_id == bindparam("owner")
)
_VERSION = (
    select(versions.c.version_id, versions.c.dictionary_id, versions.c.rules, versions.c.created_at)
    .join_from(versions, dictionaries, dictionaries.c.dictionary_id == versions.c.dictionary_id)
    .where(
        versions.c.version_id == bindparam("version"),
        versions.c.dictionary_id == bindparam("of"),
        dictionaries.c.account_id == bindparam("owner"),
    )
)


def add_dictionary(tx: Connection, dictionary: Dictionary, first: Version) -> None:
    """Add a dictionary with its first version."""
    values = asdict(dictionary)
    del values["rules_count"]
    tx.execute(insert(dictionaries), [{**values, "sort_name": dictionary.name.casefold()}])
    _add_version(tx, first)


def add_version(tx: Connection, version: Version) -> None:
    """Make a version the latest of its dictionary."""
    _add_version(tx, version)
    tx.execute(
        update(dictionaries)
        .where(dictionaries.c.dictionary_id == version.dictionary_id)
        .values(latest_version_id=version.version_id)
    )


def update_dictionary(tx: Connection, dictionary: Dictionary) -> None:
    """Store a dictionary's name and whether it is archived."""
    tx.execute(
        update(dictionaries)
        .where(dictionaries.c.dictionary_id == dictionary.dictionary_id)
        .values(name=dictionary.name, sort_name=dictionary.name.casefold(), archived_at=dictionary.archived_at)
    )


def get_dictionary(tx: Connection, account_id: str, dictionary_id: str, *, lock: bool = False) -> Dictionary:
    """Look up a dictionary.

    Args:
        tx: A transaction.
        account_id: Whose it must be.
        dictionary_id: Which one.
        lock: Let nobody else edit it until the transaction ends.

    Raises:
        DictionaryNotFound: It does not exist, or is another account's.
    """
    query = _OF_ACCOUNT.with_for_update(of=dictionaries) if lock else _OF_ACCOUNT
    row = tx.execute(query, {"of": dictionary_id, "owner": account_id}).one_or_none()
    if row is None:
        raise DictionaryNotFound(dictionary_id)
    return _dictionary(row)


def get_version(tx: Connection, account_id: str, dictionary_id: str, version_id: str) -> Version:
    """Look up a version.

    Raises:
        DictionaryNotFound: It does not exist, or is not of this dictionary, or the dictionary is another account's.
    """
    names = {"version": version_id, "of": dictionary_id, "owner": account_id}
    row = tx.execute(_VERSION, names).one_or_none()
    if row is None:
        raise DictionaryNotFound(version_id)
    return Version(**row._mapping)


def list_dictionaries(tx: Connection, account_id: str, listing: Listing) -> list[Dictionary]:
    """An account's dictionaries."""
    key = tuple_(
        dictionaries.c.sort_name if listing.by_name else dictionaries.c.created_at, dictionaries.c.dictionary_id
    )
    query = _WITH_COUNT.where(dictionaries.c.account_id == account_id)
    if not listing.archived:
        query = query.where(dictionaries.c.archived_at.is_(None))
    if listing.after is not None:
        query = query.where(key < listing.after if listing.descending else key > listing.after)
    order = [column.desc() if listing.descending else column for column in key]
    return [_dictionary(row) for row in tx.execute(query.order_by(*order).limit(listing.limit))]


def _add_version(tx: Connection, version: Version) -> None:
    row = {
        "version_id": version.version_id,
        "dictionary_id": version.dictionary_id,
        "rules_count": len(version.rules),
        "created_at": version.created_at,
        "rules": version.rules,
    }
    tx.execute(insert(versions), [row])


def _dictionary(row: Any) -> Dictionary:
    return Dictionary(**row._mapping)
