"""Accounts: who is calling, what they may do, and what it costs them."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sonant.core.errors import Forbidden, MissingKey, Unauthorized
from sonant.core.ids import new_id
from sonant.services.callers import EVERYTHING, Caller, Scope, TokenPurpose
from sonant.services.credits import Credits
from sonant.store import accounts as store
from sonant.store.accounts import Account, ApiKey, SingleUseToken
from sonant.store.database import Database

__all__ = ["Account", "Accounts", "ApiKey", "Balance", "Caller", "Scope", "TokenPurpose"]

HOME_ACCOUNT_ID = "home"
"""The account that every key of a server belongs to, and that callers without a key use where none is needed."""

REMEMBER_SECONDS = 2.0
"""How long a key that was revoked by another process may still work in this one."""

TOKEN_LIFETIME_SECONDS = 15 * 60

_MOST_KNOWN = 1024


@dataclass(frozen=True, slots=True)
class Balance:
    """What a caller has used.

    Attributes:
        account: The caller's account.
        credits_used: By the caller's key where that has a limit, otherwise by the account.
        credit_limit: None is no limit.
        key_preview: The last characters of the caller's key; None where no keys are needed.
    """

    account: Account
    credits_used: int
    credit_limit: int | None
    key_preview: str | None


class Accounts:
    """Keeps accounts and their keys.

    Methods wait for the database, so coroutines call them in threads; `recall` and `require` don't wait.

    Args:
        db: Where they are.
        keyless: Let everybody in as the home account. For servers that only this machine reaches.
    """

    def __init__(self, db: Database, *, keyless: bool = False) -> None:
        self._db = db
        self._keyless = keyless
        self._known: dict[bytes, tuple[Caller, float]] = {}
        self._revocations = 0
        self._remembering = threading.Lock()
        self._credits = Credits(db)

    def recall(self, key: str | None) -> Caller | None:
        """Who calls with this key, if that is known without asking the database."""
        if self._keyless:
            return Caller(HOME_ACCOUNT_ID, None, EVERYTHING)
        if not key:
            return None
        caller, until = self._known.get(_sha256(key), (None, 0.0))
        return caller if time.monotonic() < until else None

    def authenticate(self, key: str | None) -> Caller:
        """Who calls with this key.

        Raises:
            MissingKey: There is none.
            Unauthorized: It is wrong or revoked.
        """
        known = self.recall(key)
        if known is not None:
            return known
        if not key:
            raise MissingKey
        key_hash, revocations = _sha256(key), self._revocations
        with self._db.connect() as tx:
            found = store.find_key(tx, key_hash)
        if found is None or not hmac.compare_digest(found.key_hash, key_hash):
            raise Unauthorized
        caller = _caller(found)
        self._remember(key_hash, caller, revocations)
        return caller

    def require(self, caller: Caller, scope: Scope) -> None:
        """Let a caller through who may do this.

        Raises:
            Forbidden: Their key hasn't the scope.
        """
        if scope not in caller.scopes:
            raise Forbidden(f"The API key is missing the permission {scope} that this operation needs.")

    # Keys

    def prepare(self) -> None:
        """Make the home account, if it isn't there."""
        with self._db.begin() as tx:
            store.add_account(tx, Account(HOME_ACCOUNT_ID, "Home", 0, time.time()))

    def first_key(self, chosen: str | None = None) -> str | None:
        """Make the first key of an empty server.

        Args:
            chosen: What it shall be; None makes one up. It should be as hard to guess as 256 random bits.

        Returns:
            The key, which can't be read again; None if there are, or were, keys already.
        """
        self.prepare()
        key = chosen or _new_secret("sk_")
        with self._db.begin() as tx:
            store.lock_account(tx, HOME_ACCOUNT_ID)
            if store.has_keys(tx):
                return None
            store.add_key(tx, _api_key(key, "First key", None, None))
        return key

    def create_key(
        self, name: str, *, scopes: Sequence[Scope] | None = None, credit_limit: int | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key.

        Args:
            name: For people.
            scopes: What it may do; None is everything, also what later versions add.
            credit_limit: Credits it may use in all; None is no limit.

        Returns:
            What is stored, and the key itself, which can't be read again.
        """
        self.prepare()
        key = _new_secret("sk_")
        stored = _api_key(key, name, scopes, credit_limit)
        with self._db.begin() as tx:
            store.add_key(tx, stored)
        return stored, key

    def list_keys(self) -> list[ApiKey]:
        """All keys, the oldest first, also revoked ones."""
        with self._db.connect() as tx:
            return store.list_keys(tx)

    def revoke_key(self, key_id: str) -> None:
        """Stop a key from working: in this process at once, in others after `REMEMBER_SECONDS`.

        Raises:
            NotFound: There is none of this id.
        """
        with self._db.begin() as tx:
            store.revoke_key(tx, key_id, time.time())
        with self._remembering:
            self._revocations += 1
            self._known.clear()

    # Single-use tokens

    def issue_token(self, caller: Caller, purpose: TokenPurpose) -> str:
        """Make a token that stands for the caller once, within 15 minutes.

        Raises:
            Forbidden: The caller may not do themselves what the token is for.
        """
        self.require(caller, purpose.scope)
        token, now = _new_secret("sutkn_"), time.time()
        stored = SingleUseToken(_sha256(token), purpose, caller.account_id, caller.key_id, now + TOKEN_LIFETIME_SECONDS)
        with self._db.begin() as tx:
            store.delete_expired_tokens(tx, now)
            store.add_token(tx, stored)
        return token

    def redeem_token(self, token: str, purpose: TokenPurpose) -> Caller:
        """Use up a token.

        Raises:
            Unauthorized: There is none for this purpose, it was used or has expired, or its key was revoked.
        """
        with self._db.begin() as tx:
            taken = store.take_token(tx, _sha256(token), purpose, time.time())
            key = None if taken is None or taken.key_id is None else store.get_key(tx, taken.key_id)
        if taken is None or (key is not None and key.revoked_at is not None):
            raise Unauthorized("The single-use token is not valid: it may have been used already, or have expired.")
        limited = key is not None and key.credit_limit is not None
        return Caller(taken.account_id, taken.key_id, frozenset({purpose.scope}), limited)

    # Credits

    def check(self, caller: Caller, price: int) -> None:
        """See whether a caller can pay.

        Raises:
            QuotaExceeded: What is left, less what requests in progress hold, doesn't suffice.
        """
        if caller.limited and caller.key_id is not None:
            self._credits.check(caller.key_id, price)

    @asynccontextmanager
    async def hold(self, caller: Caller, price: int) -> AsyncIterator[None]:
        """Hold credits while they are earned: nobody else can use them until the block ends.

        Charging them is the block's business.

        Raises:
            QuotaExceeded: They aren't there.
        """
        if caller.limited and caller.key_id is not None:
            async with self._credits.hold(caller.key_id, price):
                yield
        else:
            yield

    def balance(self, caller: Caller) -> Balance:
        """What a caller has used, and may use."""
        with self._db.connect() as tx:
            account = store.get_account(tx, caller.account_id)
            key = None if caller.key_id is None else store.get_key(tx, caller.key_id)
        if key is None:
            return Balance(account, account.credits_used, None, None)
        used = account.credits_used if key.credit_limit is None else key.credits_used
        return Balance(account, used, key.credit_limit, key.preview)

    def _remember(self, key_hash: bytes, caller: Caller, revocations: int) -> None:
        with self._remembering:
            if revocations != self._revocations:
                return  # it may have been this key, since it was read
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key_hash] = (caller, time.monotonic() + REMEMBER_SECONDS)


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _new_secret(prefix: str) -> str:
    return prefix + secrets.token_hex(32)


def _caller(key: ApiKey) -> Caller:
    scopes = EVERYTHING if key.scopes is None else frozenset(scope for scope in Scope if scope in key.scopes)
    return Caller(key.account_id, key.key_id, scopes, limited=key.credit_limit is not None)


def _api_key(key: str, name: str, scopes: Sequence[Scope] | None, credit_limit: int | None) -> ApiKey:
    return ApiKey(
        key_id=new_id(),
        account_id=HOME_ACCOUNT_ID,
        name=name,
        key_hash=_sha256(key),
        preview=key[-4:],
        scopes=None if scopes is None else tuple(scopes),
        credit_limit=credit_limit,
        credits_used=0,
        created_at=time.time(),
    )
