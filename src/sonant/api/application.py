"""The HTTP application, put together from its nouns."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry

from sonant import __version__
from sonant.api import accounts, dialogue, dictionaries, errors, history, metrics, models, sockets, speech, voices
from sonant.api.depends import Services

EXPOSED_HEADERS = (
    "request-id",
    "history-item-id",
    "x-character-count",
    "character-cost",
    "x-request-id",
    "x-sonant-engine",
)

ROUTERS = (speech, dialogue, sockets, voices, models, history, dictionaries, accounts, metrics)

Opening = Callable[[CollectorRegistry], AbstractAsyncContextManager[Services]]


def create_api(opening: Opening, *, root_path: str = "", cors_origins: tuple[str, ...] = ()) -> FastAPI:
    """The application.

    Args:
        opening: Opens the services, which report to the registry given, and closes them when the application ends.
        root_path: Base path behind a proxy.
        cors_origins: Origins whose web pages may call; `*` for all.
    """
    registry = CollectorRegistry()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        async with opening(registry) as services:
            app.state.services, app.state.registry = services, registry
            registry.register(metrics.EngineCollector(services.engines))
            yield

    app = FastAPI(
        title="Sonant",
        version=__version__,
        summary="A self-hosted speech and sound platform.",
        root_path=root_path,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    for noun in ROUTERS:
        app.include_router(noun.router)
    errors.install(app)
    if cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(cors_origins),
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=list(EXPOSED_HEADERS),
        )
    app.add_middleware(metrics.RequestMeter, registry=registry)
    return app


def _operation_id(route: APIRoute) -> str:
    """A noun and a verb, such as `text_to_speech_convert`."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name
