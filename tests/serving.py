"""A real server in a process of its own, for tests that come from outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

KEY = "sk_for_tests_only_0123456789abcdef"
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server.

    Attributes:
        url: Where it answers, `http://localhost:PORT`.
        data_dir: Its data folder.
        process: It.
        log: What it wrote.
    """

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def headers(self) -> dict[str, str]:
        """The header with the key."""
        return {"xi-api-key": KEY}

    @property
    def socket_url(self) -> str:
        """Where its sockets answer, without TLS."""
        return self.url.replace("http://", "ws://")


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(data_dir: Path, *, settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start a server, wait until it answers, and stop it in the end."""
    served = start(data_dir, settings=settings)
    try:
        wait_until_ready(served)
        yield served
    finally:
        stop(served)


def start(data_dir: Path, *, settings: Mapping[str, str] | None = None) -> Served:
    """Start a server without waiting for it."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SONANT_")},
        "SONANT_HOST": "localhost",
        "SONANT_PORT": str(port),
        "SONANT_DATA_DIR": str(data_dir),
        "SONANT_API_KEY": KEY,
        **(settings or {}),
    }
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sonant", "serve"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    return Served(f"http://localhost:{port}", data_dir, process, log)


def wait_until_ready(served: Served) -> float:
    """Wait for `/health`, and say after how many seconds it answered."""
    began = time.perf_counter()
    while time.perf_counter() - began < START_SECONDS:
        if served.process.poll() is not None:
            raise RuntimeError(f"the server ended:\n{served.log.read_text()}")
        try:
            if httpx.get(f"{served.url}/health", timeout=1).status_code == 200:
                return time.perf_counter() - began
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError(f"the server doesn't answer:\n{served.log.read_text()}")


def stop(served: Served) -> None:
    """Stop a server in order; kill it if it doesn't."""
    if served.process.poll() is None:
        served.process.send_signal(signal.SIGTERM)
    try:
        served.process.wait(20)
    except subprocess.TimeoutExpired:
        served.process.kill()
        served.process.wait()
