"""`sonant keys`."""

from collections.abc import Sequence
from datetime import UTC, datetime

import typer

from sonant.app import Application
from sonant.cli.opened import Flags, run_with_application
from sonant.cli.tables import print_table
from sonant.core.errors import InvalidRequest
from sonant.services.accounts import Scope


def create(flags: Flags, name: str, scopes: Sequence[str] | None, credit_limit: int | None) -> None:
    """Make a key. Only the key itself goes to the standard output.

    Raises:
        InvalidRequest: There is no such scope.
    """
    if unknown := set(scopes or ()) - set(Scope):
        raise InvalidRequest(f"There is no scope {', '.join(sorted(unknown))}. These exist: {', '.join(Scope)}.")
    allowed = [Scope(scope) for scope in scopes] if scopes else None

    async def work(application: Application) -> None:
        stored, key = application.services.accounts.create_key(name, scopes=allowed, credit_limit=credit_limit)
        typer.echo(f"The key {stored.key_id} ({stored.name}), shown only now:", err=True)
        typer.echo(key)

    run_with_application(flags, work)


def print_keys(flags: Flags) -> None:
    """List the keys."""

    async def work(application: Application) -> None:
        rows = [
            [
                key.key_id,
                key.name,
                key.preview,
                f"{datetime.fromtimestamp(key.created_at, UTC):%Y-%m-%d}",
                f"{key.credits_used}" if key.credit_limit is None else f"{key.credits_used} of {key.credit_limit}",
                "everything" if key.scopes is None else " ".join(key.scopes),
                "works" if key.revoked_at is None else "revoked",
            ]
            for key in application.services.accounts.list_keys()
        ]
        print_table(["id", "name", "ends in", "made", "credits", "may", "state"], rows)

    run_with_application(flags, work)


def revoke(flags: Flags, key_id: str) -> None:
    """Stop a key from working.

    Raises:
        NotFound: There is none of this id.
    """

    async def work(application: Application) -> None:
        application.services.accounts.revoke_key(key_id)

    run_with_application(flags, work)
    typer.echo(f"The key {key_id} no longer works.")
