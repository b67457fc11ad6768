"""What a worker process does when its server is gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

SERVER = """
import asyncio, sys
from operator import methodcaller
from pathlib import Path
from sonant.runtime.pool import PoolLimits
from sonant.runtime.processes import WorkerProcesses

async def main():
    host = WorkerProcesses({"wild": "misbehaving:WILD"}, Path(sys.argv[1]), PoolLimits(workers=2))
    streams = [host.stream("wild", methodcaller(name, 1)) for name in ("stall", "stall_in_fork")]
    for stream in streams:
        await anext(stream)
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def alive(process: psutil.Process) -> bool:
    """Whether it runs; what has ended may still wait for the system's first process to take notice."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_workers_and_what_they_forked_die_with_a_server_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER, tmp_path], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()
        while not (tmp_path / "child").exists():
            time.sleep(0.005)
        descendants = psutil.Process(server.pid).children(recursive=True)
        assert len(descendants) == 3

        os.kill(server.pid, signal.SIGKILL)

        deadline = time.monotonic() + 1
        while any(alive(process) for process in descendants):
            assert time.monotonic() < deadline
            time.sleep(0.01)
