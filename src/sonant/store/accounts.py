"""Accounts, their keys and single-use tokens. Keys and tokens are here only as SHA-256 digests."""

from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, text, update

from sonant.core.errors import NotFound
from sonant.store.schema import accounts, api_keys, single_use_tokens

# On the way of every request: built once, for building one takes longer than running it.
_KEY_BY_HASH = select(api_keys).where(api_keys.c.key_hash == bindparam("key_hash"), api_keys.c.revoked_at.is_(None))
_CREDITS_OF_KEY = select(api_keys.c.credit_limit, api_keys.c.credits_used).where(api_keys.c.key_id == bindparam("of"))
_ADD_ACCOUNT = text(
    "INSERT INTO accounts (account_id, name, credits_used, created_at)"
    " VALUES (:account_id, :name, :credits_used, :created_at) ON CONFLICT (account_id) DO NOTHING"
)
_CHARGE_ACCOUNT = (
    update(accounts)
    .where(accounts.c.account_id == bindparam("of"))
    .values(credits_used=accounts.c.credits_used + bindparam("price"))
    .returning(accounts.c.credits_used)
)
_CHARGE_KEY = (
    update(api_keys)
    .where(api_keys.c.key_id == bindparam("of"))
    .values(credits_used=api_keys.c.credits_used + bindparam("price"))
)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose voices, history and keys they are.

    Attributes:
        account_id: Opaque identifier.
        name: For people.
        credits_used: Since it was made, by all of its keys.
        created_at: Unix seconds.
    """

    account_id: str
    name: str
    credits_used: int
    created_at: float


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key, without the key.

    Attributes:
        key_id: Opaque identifier.
        account_id: Whose it is.
        name: For people.
        key_hash: SHA-256 of the key.
        preview: The key's last characters.
        scopes: What it may do; None is everything.
        credit_limit: None is no limit.
        credits_used: Since it was made.
        created_at: Unix seconds.
        revoked_at: Unix seconds; None while it works.
    """

    key_id: str
    account_id: str
    name: str
    key_hash: bytes = field(repr=False)
    preview: str
    scopes: tuple[str, ...] | None
    credit_limit: int | None
    credits_used: int
    created_at: float
    revoked_at: float | None = None


def add_account(tx: Connection, account: Account) -> None:
    """Add an account, unless it is there already."""
    tx.execute(_ADD_ACCOUNT, asdict(account))


def lock_account(tx: Connection, account_id: str) -> None:
    """Make others who lock the account wait for the end of the transaction."""
    tx.execute(select(accounts.c.account_id).where(accounts.c.account_id == account_id).with_for_update())


def get_account(tx: Connection, account_id: str) -> Account:
    """Look up an account.

    Raises:
        NotFound: There is none of this id.
    """
    row = tx.execute(select(accounts).where(accounts.c.account_id == account_id)).one_or_none()
    if row is None:
        raise NotFound(f"An account with id {account_id} was not found.")
    return Account(**row._mapping)


def charge(tx: Connection, account_id: str, key_id: str | None, price: int) -> int:
    """Add to what an account and its key have used.

    Returns:
        What the account has used now.
    """
    if key_id is not None:
        tx.execute(_CHARGE_KEY, {"of": key_id, "price": price})
    used: int = tx.execute(_CHARGE_ACCOUNT, {"of": account_id, "price": price}).scalar_one()
    return used


def add_key(tx: Connection, key: ApiKey) -> None:
    """Add an API key."""
    tx.execute(insert(api_keys), [asdict(key)])


def has_keys(tx: Connection) -> bool:
    """Whether there has ever been a key."""
    return tx.execute(select(api_keys.c.key_id).limit(1)).one_or_none() is not None


def find_key(tx: Connection, key_hash: bytes) -> ApiKey | None:
    """The key with this SHA-256, unless it was revoked."""
    row = tx.execute(_KEY_BY_HASH, {"key_hash": key_hash}).one_or_none()
    return None if row is None else _api_key(row)


def get_key(tx: Connection, key_id: str) -> ApiKey:
    """Look up a key, revoked or not.

    Raises:
        NotFound: There is none of this id.
    """
    row = tx.execute(select(api_keys).where(api_keys.c.key_id == key_id)).one_or_none()
    if row is None:
        raise NotFound(f"An API key with id {key_id} was not found.")
    return _api_key(row)


def list_keys(tx: Connection) -> list[ApiKey]:
    """All keys of all accounts, the oldest first."""
    return [_api_key(row) for row in tx.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id))]


def credits_left(tx: Connection, key_id: str) -> int | None:
    """What a key may still use; None is no limit."""
    row = tx.execute(_CREDITS_OF_KEY, {"of": key_id}).one()
    return None if row.credit_limit is None else row.credit_limit - row.credits_used


def revoke_key(tx: Connection, key_id: str, revoked_at: float) -> None:
    """Stop a key from working; the time of the first revocation stays.

    Raises:
        NotFound: There is none of this id.
    """
    if get_key(tx, key_id).revoked_at is None:
        tx.execute(update(api_keys).where(api_keys.c.key_id == key_id).values(revoked_at=revoked_at))


@dataclass(frozen=True, slots=True)
class SingleUseToken:
    """A token that stands for a key once.

    Attributes:
        token_hash: SHA-256 of the token.
        purpose: What it is good for.
        account_id: Whose it is.
        key_id: The key it stands for; None where no keys are needed.
        expires_at: Unix seconds.
    """

    token_hash: bytes = field(repr=False)
    purpose: str
    account_id: str
    key_id: str | None
    expires_at: float


def add_token(tx: Connection, token: SingleUseToken) -> None:
    """Add a token."""
    tx.execute(insert(single_use_tokens), [asdict(token)])


def take_token(tx: Connection, token_hash: bytes, purpose: str, now: float) -> SingleUseToken | None:
    """Use up a token that is good for this purpose; None if there is none, or no longer. Of many takers one gets it."""
    query = (
        delete(single_use_tokens)
        .where(
            single_use_tokens.c.token_hash == token_hash,
            single_use_tokens.c.purpose == purpose,
            single_use_tokens.c.expires_at > now,
        )
        .returning(*single_use_tokens.c)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else SingleUseToken(**row._mapping)


def delete_expired_tokens(tx: Connection, now: float) -> None:
    """Forget the tokens that nobody used in time."""
    tx.execute(delete(single_use_tokens).where(single_use_tokens.c.expires_at <= now))


def _api_key(row: Row[tuple[object, ...]]) -> ApiKey:
    scopes = row.scopes
    return ApiKey(**{**row._mapping, "scopes": None if scopes is None else tuple(scopes)})
