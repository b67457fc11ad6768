"""An application of some routers, called without a network, and the contract that its answers must keep."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx
from elevenlabs import AsyncElevenLabs
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from sonant.api import errors
from sonant.services.accounts import Accounts

CONTRACT = json.loads((Path(__file__).parents[1] / "contract" / "contract.json").read_text())


@asynccontextmanager
async def answering(*nouns: ModuleType, accounts: Accounts, **services: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client, with a key, of an application that has the routers of `nouns`."""
    app = FastAPI()
    for noun in nouns:
        app.include_router(noun.router)
    errors.install(app)
    app.state.services = SimpleNamespace(accounts=accounts, **services)
    headers = {"xi-api-key": accounts.create_key("tests")[1]}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://sonant.test", headers=headers) as client:
        yield client


def sdk(client: httpx.AsyncClient) -> AsyncElevenLabs:
    """The official SDK, calling the same application."""
    return AsyncElevenLabs(base_url=str(client.base_url), api_key=client.headers["xi-api-key"], httpx_client=client)


def breaches(schema: str, answer: object) -> list[str]:
    """Where an answer isn't what the API documents under this name."""
    validator = Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": CONTRACT["components"]})
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(answer)]
