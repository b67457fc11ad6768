import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop

from sonant.runtime.pool import PoolLimits
from sonant.runtime.processes import WorkerProcesses

HERE = Path(__file__).parent
ENGINES = ("wild", "slow", "broken", "weightless", "crashing", "endless", "absent", "uncheckable")
REFERENCES = {name: f"misbehaving:{name.upper()}" for name in ENGINES} | {
    "tone": "sonant.engines.tone:ENGINE",
    "nowhere": "no_such_package.engine:ENGINE",
}

OpenHost = Callable[..., WorkerProcesses]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The server runs on uvloop, other programs may not."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def importable_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """`misbehaving` can be imported, here and in worker processes."""
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture
async def open_host(tmp_path: Path) -> AsyncIterator[OpenHost]:
    """A function that makes a host; its arguments are limits."""
    hosts: list[WorkerProcesses] = []

    def opened(**limits: Any) -> WorkerProcesses:
        hosts.append(WorkerProcesses(REFERENCES, tmp_path, PoolLimits(**limits)))
        return hosts[-1]

    yield opened
    for host in hosts:
        await host.stop(grace=0)
