"""What was generated: one item per request that was logged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, literal, select, tuple_

from sonant.core.errors import HistoryItemNotFound
from sonant.store.schema import history_items


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A generation that was recorded.

    Attributes:
        history_item_id: Opaque identifier, by `sonant.core.ids.timed_id`.
        account_id: Whose it is.
        request_id: Of the request that made it.
        source: TTS or STS.
        state: created.
        model_id: As the caller named it.
        voice_id: Who spoke; None where several did.
        voice_name: Of that time.
        voice_category: Of that time.
        characters_from: Credits the account had used before.
        characters_to: Credits the account had used after.
        output_format: What the caller got.
        blob_digest: The sound as FLAC; None if there was nothing to hear.
        sample_rate: Hz of that sound.
        duration: Seconds of that sound.
        created_at: Unix seconds.
        settings: Of the voice, in this request.
        dialogue: Turns (text, voice_id, voice_name), where there were several.
        text: What the caller sent.
        alignments: Character times, where the caller asked for them; lists leave them out.
    """

    history_item_id: str
    account_id: str
    request_id: str
    source: str
    state: str
    model_id: str
    voice_id: str | None
    voice_name: str | None
    voice_category: str | None
    characters_from: int
    characters_to: int
    output_format: str
    blob_digest: str | None
    sample_rate: int
    duration: float
    created_at: float
    settings: Mapping[str, Any] | None
    dialogue: Sequence[Mapping[str, str]] | None
    text: str
    alignments: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which items are wanted; None is all of them.

    Attributes:
        voice_id: Who spoke.
        model_id: As the callers named it.
        source: TTS or STS.
        before: Unix seconds, exclusive.
        since: Unix seconds, inclusive.
        search: Part of the text or of the voice's name, in any case.
    """

    voice_id: str | None = None
    model_id: str | None = None
    source: str | None = None
    before: int | None = None
    since: int | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Between which items of a list a page begins: after the item of this time and id, which needn't exist any more."""

    created_at: float
    history_item_id: str


_columns = [history_items.c[field.name] for field in fields(HistoryItem)]
_listed = [column for column in _columns if column.name != "alignments"]
_id = history_items.c.history_item_id
_time = history_items.c.created_at

# Built once, for building them takes longer than running them.
_ADD = insert(history_items)
_GET = select(*_columns).where(_id == bindparam("item"), history_items.c.account_id == bindparam("account"))


def add_item(tx: Connection, item: HistoryItem) -> None:
    """Add an item."""
    values = {column.name: getattr(item, column.name) for column in _columns}
    values["text"] = _storable(item.text)
    values["search_text"] = _storable(f"{item.voice_name or ''}\n{item.text}".casefold())
    tx.execute(_ADD, [values])


def get_item(tx: Connection, account_id: str, history_item_id: str) -> HistoryItem:
    """Look up an item of an account.

    Raises:
        HistoryItemNotFound: It doesn't exist, or is another account's.
    """
    row = tx.execute(_GET, {"item": history_item_id, "account": account_id}).one_or_none()
    if row is None:
        raise HistoryItemNotFound(history_item_id)
    return HistoryItem(**row._mapping)


def items_by_id(tx: Connection, account_id: str, history_item_ids: Iterable[str]) -> dict[str, HistoryItem]:
    """Those of the items that exist and are the account's, by id, without their alignments."""
    query = select(*_listed).where(_id.in_(list(history_item_ids)), history_items.c.account_id == account_id)
    return {row.history_item_id: HistoryItem(**row._mapping) for row in tx.execute(query)}


def list_items(
    tx: Connection, account_id: str, wanted: HistoryFilter, *, after: Place | None, descending: bool, limit: int
) -> list[HistoryItem]:
    """A page of an account's items by time, without their alignments."""
    query = select(*_listed).where(history_items.c.account_id == account_id, *_conditions(wanted))
    if after is not None:
        query = query.where(_beyond(after, descending=descending))
    order = (_time.desc(), _id.desc()) if descending else (_time, _id)
    return [HistoryItem(**row._mapping) for row in tx.execute(query.order_by(*order).limit(limit))]


def delete_item(tx: Connection, account_id: str, history_item_id: str) -> str | None:
    """Delete an item, and return the digest of the blob it named.

    Raises:
        HistoryItemNotFound: It doesn't exist, or is another account's.
    """
    query = (
        delete(history_items)
        .where(_id == history_item_id, history_items.c.account_id == account_id)
        .returning(history_items.c.blob_digest)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        raise HistoryItemNotFound(history_item_id)
    digest: str | None = row.blob_digest
    return digest


def texts_of_requests(tx: Connection, account_id: str, request_ids: Iterable[str]) -> dict[str, str]:
    """What the account's requests of these ids said, as far as they were logged."""
    query = select(history_items.c.request_id, history_items.c.text).where(
        history_items.c.account_id == account_id, history_items.c.request_id.in_(list(request_ids))
    )
    return {row.request_id: row.text for row in tx.execute(query)}


def _conditions(wanted: HistoryFilter) -> list[ColumnElement[bool]]:
    columns = history_items.c
    equal = {columns.voice_id: wanted.voice_id, columns.model_id: wanted.model_id, columns.source: wanted.source}
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.before is not None:
        conditions.append(columns.created_at < wanted.before)
    if wanted.since is not None:
        conditions.append(columns.created_at >= wanted.since)
    if wanted.search:
        conditions.append(columns.search_text.contains(_storable(wanted.search.casefold()), autoescape=True))
    return conditions


def _beyond(place: Place, *, descending: bool) -> ColumnElement[bool]:
    position = tuple_(_time, _id)
    limit = tuple_(literal(place.created_at, _time.type), literal(place.history_item_id, _id.type))
    return position < limit if descending else position > limit


def _storable(content: str) -> str:
    """PostgreSQL's texts can't hold NUL."""
    return content.replace("\0", "\ufffd")
