"""Who is calling, and whether they may."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Security
from fastapi.security import APIKeyHeader

from sonant.api.depends import ServicesDep
from sonant.services.accounts import Caller, Scope

_key_header = APIKeyHeader(name="xi-api-key", auto_error=False)


def requires(scope: Scope) -> Callable[..., Awaitable[Caller]]:
    """A dependency that lets a caller through whose key has `scope`.

    Raises:
        MissingKey: There is no key.
        Unauthorized: The key is wrong or revoked.
        Forbidden: The key is good, but not for this.
    """

    async def authenticated(services: ServicesDep, key: Annotated[str | None, Security(_key_header)]) -> Caller:
        accounts = services.accounts
        caller = accounts.recall(key)
        if caller is None:
            caller = await asyncio.to_thread(accounts.authenticate, key)
        accounts.require(caller, scope)
        return caller

    return authenticated
