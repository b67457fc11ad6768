"""A client of the routes that need nothing but accounts and their history."""

from dataclasses import fields

import httpx
from fastapi import FastAPI

from services.history_fixture import Stored
from sonant.api import accounts, errors, history
from sonant.api.depends import Services
from sonant.core.ids import new_id


def client_of(stored: Stored, **key: object) -> httpx.AsyncClient:
    """A client with a new key: all scopes and no limit, unless `key` says otherwise."""
    app = FastAPI()
    app.include_router(history.router)
    app.include_router(accounts.router)
    errors.install(app)
    absent = {field.name: None for field in fields(Services)}
    app.state.services = Services(**{**absent, "accounts": stored.accounts, "history": stored.history})
    _, secret = stored.accounts.create_key(new_id(), **key)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers={"xi-api-key": secret})
