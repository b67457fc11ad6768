"""`/metrics` for Prometheus, and `/health`."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sonant import __version__
from sonant.runtime.host import EngineHost

ENGINE_FIGURES = (
    ("workers", GaugeMetricFamily, "workers", "Worker processes that are ready."),
    ("busy", GaugeMetricFamily, "busy", "Worker processes at work."),
    ("queued", GaugeMetricFamily, "queue_length", "Calls that wait."),
    ("calls", CounterMetricFamily, "calls", "Calls admitted."),
    ("failures", CounterMetricFamily, "failures", "Calls that failed."),
    ("restarts", CounterMetricFamily, "restarts", "Workers that were replaced."),
)
"""Fields of `EngineLoad`, and what they are called in the metrics."""

router = APIRouter(tags=["server"])


class HealthView(BaseModel):
    """The server is up."""

    status: str
    version: str


async def registry_of(request: Request) -> CollectorRegistry:
    """The registry of the application that a request came to."""
    registry: CollectorRegistry = request.app.state.registry
    return registry


@router.get("/health")
async def health() -> HealthView:
    """Answers once requests can be served. Needs no key."""
    return HealthView(status="ok", version=__version__)


@router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE_LATEST: {}}}})
async def metrics(registry: Annotated[CollectorRegistry, Depends(registry_of)]) -> Response:
    """Figures for Prometheus. Needs no key and holds no content."""
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class EngineCollector(Collector):
    """Asks the engine host how occupied its engines are, at each scrape.

    Args:
        engines: The host.
    """

    def __init__(self, engines: EngineHost) -> None:
        self._engines = engines

    def collect(self) -> Iterator[Metric]:
        """One sample per engine and figure."""
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {
            name: family(f"sonant_engine_{metric}", about, labels=["engine"])
            for name, family, metric, about in ENGINE_FIGURES
        }
        for engine, load in self._engines.load().items():
            for name, family in families.items():
                family.add_metric([engine], getattr(load, name))
        yield from families.values()


class RequestMeter:
    """Counts requests by route, method and status, and measures how long they take to their last byte.

    Args:
        app: The application.
        registry: Where the figures are collected.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        labels = ["method", "route", "status"]
        self._requests = Counter("sonant_http_requests", "Requests answered.", labels, registry=registry)
        self._seconds = Histogram(
            "sonant_http_request_seconds", "To the last byte.", ["method", "route"], registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = "aborted"

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            route = _route(scope)
            self._requests.labels(scope["method"], route, status).inc()
            self._seconds.labels(scope["method"], route).observe(time.perf_counter() - began)


def _route(scope: Scope) -> str:
    """The route's template: paths hold ids, and anybody can invent paths."""
    route: Any = scope.get("route")
    return str(route.path) if route is not None and hasattr(route, "path") else "unknown"
