"""Every setting, declared once: its type and limits, its environment variable, a line for people and its default.

`docs/configuration.md` is made from these declarations.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

DEFAULT_PORT = 7662  # S-O-N-A on the keys of a telephone; neither registered nor customary

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Bytes = Annotated[int, Field(ge=1024)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _checked_key(text: str) -> str:
    if re.fullmatch(r"[!-~]{8,256}", text) is None:
        raise ValueError("An API key has 8 to 256 visible ASCII characters")
    return text


def _checked_root_path(text: str) -> str:
    if re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", text) is None:
        raise ValueError("A base path looks like /sonant: it begins with a slash and doesn't end with one")
    return text


@dataclass(frozen=True, slots=True)
class Var:
    """A setting's environment variable, and a sentence for people."""

    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where and how to listen."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    host: Annotated[Line, Var("SONANT_HOST", "Address or name to listen on; `0.0.0.0` or `::` for all.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535), Var("SONANT_PORT", "TCP port; 0 takes a free one and prints it.")] = (
        DEFAULT_PORT
    )
    root_path: Annotated[
        str, AfterValidator(_checked_root_path), Var("SONANT_ROOT_PATH", "Base path behind a proxy, such as `/sonant`.")
    ] = ""
    cors_origins: Annotated[
        tuple[Line, ...] | None,
        Var(
            "SONANT_CORS_ORIGINS",
            "Origins whose web pages may call, `*` for all; commas between them in the variable. "
            "Unset: all, or with `open` none.",
        ),
    ] = None
    open: Annotated[
        bool, Var("SONANT_OPEN", "Serve without API keys. Refused unless `host` is a loopback address.")
    ] = False
    tls: Annotated[
        bool,
        Var("SONANT_TLS", "Speak TLS too, on the same port, with a certificate made on first use if none is given."),
    ] = False
    tls_certificate: Annotated[
        Path | None, Var("SONANT_TLS_CERTIFICATE", "PEM file with your own certificate chain.")
    ] = None
    tls_key: Annotated[Path | None, Var("SONANT_TLS_KEY", "PEM file with that certificate's private key.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where things are kept. Both addresses may hold passwords, so they don't show in a representation."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    database_url: Annotated[
        str,
        Var("SONANT_DATABASE_URL", "SQLAlchemy URL of SQLite or PostgreSQL. Unset: SQLite in the data folder."),
    ] = field(default="", repr=False)
    blobs_url: Annotated[
        str, Var("SONANT_BLOBS_URL", "`file:///folder` or `s3://bucket/prefix`. Unset: a folder in the data folder.")
    ] = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How engines run."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    workers: Annotated[
        int,
        Field(ge=0, le=256),
        Var("SONANT_ENGINE_WORKERS", "Worker processes per engine; 0 is one per processor core."),
    ] = 0
    queue_length: Annotated[
        int,
        Field(ge=0),
        Var("SONANT_QUEUE_LENGTH", "Requests that may wait for an engine; the next one is told to try again."),
    ] = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """How much one request may hold."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    max_characters: Annotated[int, Field(ge=1), Var("SONANT_MAX_CHARACTERS", "Characters of text in one request.")] = (
        100_000
    )
    max_body_bytes: Annotated[
        Bytes, Var("SONANT_MAX_BODY_BYTES", "Bytes of a JSON body, and of one WebSocket message.")
    ] = 4 * 1024 * 1024
    max_upload_bytes: Annotated[Bytes, Var("SONANT_MAX_UPLOAD_BYTES", "Bytes of a body with files.")] = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeoutSettings:
    """How long to wait for a client, in seconds."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    headers: Annotated[
        Seconds, Var("SONANT_HEADER_TIMEOUT", "From the connection to the end of a request's headers, in seconds.")
    ] = 10.0
    body: Annotated[
        Seconds,
        Var("SONANT_BODY_TIMEOUT", "For a body, in seconds; each 4 KiB of it give one more, so slow uploads finish."),
    ] = 30.0
    idle: Annotated[Seconds, Var("SONANT_IDLE_TIMEOUT", "Between two requests on one connection, in seconds.")] = 75.0
    stalled: Annotated[
        Seconds,
        Var("SONANT_STALLED_TIMEOUT", "While a client takes nothing of what is being sent to it, in seconds."),
    ] = 300.0
    shutdown: Annotated[
        float,
        Field(ge=0, allow_inf_nan=False),
        Var(
            "SONANT_SHUTDOWN_TIMEOUT", "For running requests when the server is to stop, in seconds; then they are cut."
        ),
    ] = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is written about the server's work."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Var("SONANT_LOG_LEVEL", "Least level that is written.")
    ] = "info"
    format: Annotated[
        Literal["auto", "console", "json"],
        Var("SONANT_LOG_FORMAT", "`console`, `json`, or `auto`: `console` on a terminal and `json` elsewhere."),
    ] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    data_dir: Annotated[Path, Var("SONANT_DATA_DIR", "Folder of the database, audio, certificates and models.")] = Path(
        "~/.local/share/sonant"
    )
    api_key: Annotated[
        Annotated[str, AfterValidator(_checked_key)] | None,
        Var("SONANT_API_KEY", "First API key of an empty data folder. Unset: one is made and shown once."),
    ] = field(default=None, repr=False)
    server: ServerSettings = field(default_factory=ServerSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    engines: EngineSettings = field(default_factory=EngineSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    timeouts: TimeoutSettings = field(default_factory=TimeoutSettings)
    log: LogSettings = field(default_factory=LogSettings)


@dataclass(frozen=True, slots=True)
class Option:
    """One setting, as it is documented.

    Attributes:
        key: Its place in the file, such as `server.port`.
        variable: Environment variable.
        default: What applies where nothing is given; None and "" are "unset".
        about: A sentence for people.
    """

    key: str
    variable: str
    default: object
    about: str


def options(section: type[Any] = Settings, prefix: str = "") -> Iterator[Option]:
    """Every setting, in the order of declaration."""
    hints = get_type_hints(section, include_extras=True)
    for item in fields(section):
        hint = hints[item.name]
        if isinstance(hint, type) and is_dataclass(hint):
            yield from options(hint, f"{item.name}.")
        else:
            var = next(note for note in hint.__metadata__ if isinstance(note, Var))
            yield Option(f"{prefix}{item.name}", var.name, item.default, var.about)
