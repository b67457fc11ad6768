"""`sonant serve`."""

import asyncio
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from sonant import __version__
from sonant.api.certificates import Certificates, current_certificates, server_names
from sonant.api.connection import Timeouts
from sonant.api.depends import Services
from sonant.api.limits import BodyLimits
from sonant.api.listening import bind
from sonant.api.server import ServerOptions, loop_factory, serve
from sonant.app import create_app
from sonant.cli.logs import configure_logging
from sonant.cli.opened import Flags
from sonant.config import Settings, load_settings

ENOUGH_DESCRIPTORS = 65_536


def run_server(flags: Flags) -> None:
    """Serve until told to stop.

    Raises:
        ConfigError: The settings can't be used.
        AddressUnavailable: The port can't be had.
        SonantError: The application can't be opened.
    """
    settings = load_settings(os.environ, flags)
    configure_logging(settings.log)
    raise_descriptor_limit()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    sockets = bind(settings.server.host, settings.server.port)
    certificates = find_certificates(settings)
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_serve(settings, sockets, certificates))


async def _serve(settings: Settings, sockets: Sequence[socket.socket], certificates: Certificates | None) -> None:
    app = create_app(settings)

    async def ready() -> None:
        services: Services = app.state.services
        first_key = None
        if not settings.server.open:
            first_key = await asyncio.to_thread(services.accounts.first_key, settings.api_key)
        port = sockets[0].getsockname()[1]
        for line in announcement(settings, port, certificates, None if settings.api_key else first_key):
            typer.echo(line)

    await serve(app, app.router.lifespan_context(app), sockets, server_options(settings, certificates), ready)


def raise_descriptor_limit() -> None:
    """Allow as many open connections as this process may have; the customary 1024 descriptors are a few hundred."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, ENOUGH_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def server_options(settings: Settings, certificates: Certificates | None) -> ServerOptions:
    """How to serve, as the settings say."""
    timeouts = settings.timeouts
    return ServerOptions(
        timeouts=Timeouts(timeouts.headers, timeouts.body, timeouts.idle, timeouts.stalled),
        limits=BodyLimits(settings.limits.max_body_bytes, settings.limits.max_upload_bytes),
        grace=timeouts.shutdown,
        tls=None if certificates is None else certificates.context(),
    )


def find_certificates(settings: Settings) -> Certificates | None:
    """The certificates that the settings name, or those of the local authority; None without TLS.

    Raises:
        OSError: The data folder can't be written.
    """
    server = settings.server
    if not server.tls:
        return None
    if server.tls_certificate is not None and server.tls_key is not None:
        return Certificates(server.tls_certificate, server.tls_key)
    folder, names = settings.data_dir / "tls", server_names(server.host)
    certificates = current_certificates(folder, names)
    if certificates is None:
        folder.mkdir(exist_ok=True, mode=0o700)
        # In a process of its own: what making them takes in memory would stay with the server for good.
        subprocess.run([sys.executable, "-m", "sonant.api.certificates", folder, *names], check=True)  # noqa: S603
        certificates = current_certificates(folder, names)
    return certificates


def announcement(settings: Settings, port: int, certificates: Certificates | None, first_key: str | None) -> list[str]:
    """What people are told when the server is ready.

    Args:
        settings: What applies.
        port: Where it listens.
        certificates: If it speaks TLS.
        first_key: If it was made just now, and nobody has seen it.
    """
    host = settings.server.host
    shown = "localhost" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    lines = [f"Sonant {__version__} serves http://{shown}:{port}{settings.server.root_path}"]
    if certificates is not None:
        lines[0] += " and, on the same port, https:// and wss://"
    if settings.server.open:
        lines += ["It asks for no API key: every program on this machine may use it."]
    if first_key is not None:
        lines += [f"First API key, shown only now: {first_key}"]
    if certificates is not None and certificates.authority is not None:
        lines += trust_instructions(certificates.authority)
    return [*lines, "Ctrl-C stops it."]


def trust_instructions(authority: Path) -> list[str]:
    """How programs are told to trust the local authority."""
    return [
        "Programs that connect with TLS have to trust this machine's own authority:",
        f"  export SSL_CERT_FILE={authority}          # Python, curl",
        f"  export NODE_EXTRA_CA_CERTS={authority}    # Node.js",
    ]
