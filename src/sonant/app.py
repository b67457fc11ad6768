"""The composition root: the only module that knows every other."""

import asyncio
import gc
from collections import deque
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from sonant.api.application import create_api
from sonant.api.depends import Services
from sonant.codecs.encode import prewarm
from sonant.config import Settings
from sonant.core.errors import InvalidRequest
from sonant.runtime.discovery import engine_references
from sonant.runtime.host import EngineHost
from sonant.runtime.pool import PoolLimits
from sonant.runtime.processes import WorkerProcesses
from sonant.services.accounts import Accounts
from sonant.services.blobs import sweep
from sonant.services.dialogue import DialogueService
from sonant.services.dictionaries import Dictionaries
from sonant.services.history import History
from sonant.services.meter import Meter
from sonant.services.models import Models
from sonant.services.narration import Narrator
from sonant.services.premade import premade_voices, vendor_aliases
from sonant.services.previews import Previews
from sonant.services.reading import Reader
from sonant.services.speech import SpeechService
from sonant.services.stage import Stage
from sonant.services.voices import Voices
from sonant.store.blobs import BlobStore
from sonant.store.database import Database
from sonant.store.files import FileBlobs
from sonant.text.pipeline import Reading, TextPipeline

WAITING_THREADS = 32
"""Threads for work that waits for a disk, or for an encoder that lets others run; never the engines' work."""

STOP_GRACE_SECONDS = 2.0
"""For engines, after the server has already let its requests finish."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that runs, for the server and for commands that work without one."""

    settings: Settings
    services: Services

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, registry: CollectorRegistry | None = None, *, warm: bool = False
    ) -> AsyncGenerator["Application", None]:
        """Open the database and the engines, and close them in the end.

        Args:
            settings: What applies.
            registry: Where figures are collected.
            warm: Load at once what the first requests will need, rather than then.

        Raises:
            InvalidRequest: An address in the settings can't be used.
        """
        executor = ThreadPoolExecutor(WAITING_THREADS, "sonant")
        asyncio.get_running_loop().set_default_executor(executor)
        db = await asyncio.to_thread(_database, settings)
        blobs = _blobs(settings)
        engines = WorkerProcesses(engine_references(), data_dir(settings) / "models", _pool_limits(settings))
        try:
            pipeline = TextPipeline()
            services = _services(settings, db, blobs, engines, pipeline, Meter(registry or CollectorRegistry()))
            await asyncio.to_thread(services.accounts.prepare)
            await engines.start(_premade_engines(engines) if warm else ())
            sweeping = asyncio.create_task(asyncio.to_thread(sweep, db, blobs))
            warming = asyncio.create_task(asyncio.to_thread(_warm_up, pipeline)) if warm else sweeping
            yield cls(settings, services)
            await asyncio.gather(sweeping, warming)
        finally:
            await engines.stop(STOP_GRACE_SECONDS)
            db.close()


def create_app(settings: Settings) -> FastAPI:
    """The HTTP application. It opens everything when it starts, and closes it when it ends."""

    @asynccontextmanager
    async def opening(registry: CollectorRegistry) -> AsyncGenerator[Services, None]:
        async with Application.open(settings, registry, warm=True) as application:
            yield application.services

    server = settings.server
    origins = server.cors_origins if server.cors_origins is not None else () if server.open else ("*",)
    return create_api(opening, root_path=server.root_path, cors_origins=origins)


def data_dir(settings: Settings) -> Path:
    """The data folder, its `~` resolved."""
    return settings.data_dir.expanduser()


def _database(settings: Settings) -> Database:
    folder = data_dir(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds texts
    db = Database(settings.store.database_url or f"sqlite:///{folder / 'sonant.db'}")
    db.migrate()
    return db


def _blobs(settings: Settings) -> BlobStore:
    url = settings.store.blobs_url
    if not url:
        return FileBlobs(data_dir(settings) / "blobs")
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileBlobs(Path(url2pathname(parts.path)))
    if parts.scheme == "s3":
        from sonant.store.buckets import BucketBlobs  # noqa: PLC0415 - behind the extra `s3`

        return BucketBlobs(url)
    raise InvalidRequest("store.blobs_url must begin with file:// or s3://.")


def _warm_up(pipeline: TextPipeline) -> None:
    """Load what the first request would otherwise wait for: codecs, and the tables that English text is read with."""
    prewarm()
    for native in ("en-US", "en-GB"):
        deque(pipeline.passages("Warm up.", Reading(native=native, spoken=frozenset({"en"}))), maxlen=0)
    gc.freeze()  # what is loaded by now stays: no collection needs to look at it again


def _pool_limits(settings: Settings) -> PoolLimits:
    queue = settings.engines.queue_length
    workers = settings.engines.workers
    return PoolLimits(workers=workers, queue=queue) if workers else PoolLimits(queue=queue)


def _services(
    settings: Settings, db: Database, blobs: BlobStore, engines: EngineHost, pipeline: TextPipeline, meter: Meter
) -> Services:
    accounts = Accounts(db, keyless=settings.server.open)
    history = History(db, blobs, accounts)
    narrator = Narrator(engines)
    previews = Previews(narrator, data_dir(settings) / "previews")
    voices = Voices(db, engines, premade_voices(), vendor_aliases(), previews)
    models = Models(engines, settings.limits.max_characters)
    dictionaries = Dictionaries(db)
    reader = Reader(voices, models, dictionaries, engines, pipeline, settings.limits.max_characters)
    stage = Stage(engines, narrator, accounts, history, meter)
    return Services(
        accounts=accounts,
        history=history,
        voices=voices,
        models=models,
        dictionaries=dictionaries,
        speech=SpeechService(reader, stage, history),
        dialogue=DialogueService(reader, stage),
        engines=engines,
    )


def _premade_engines(engines: EngineHost) -> set[str]:
    return {voice.speaker.engine for voice in premade_voices().values()} & set(engines.engines())
