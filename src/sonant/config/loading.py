"""Settings from where they are given: defaults, then a TOML file, then the environment, then the command line."""

import difflib
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sonant.config.settings import Settings, StoreSettings, options

CONFIG_VARIABLE = "SONANT_CONFIG"
CONFIG_NAME = "sonant.toml"


class ConfigError(ValueError):
    """A setting can't be used. The message says which, where it was given and what is wrong with it."""


Given = dict[str, tuple[Any, str]]
"""Values by key, each with the place where it was given."""


def load_settings(environment: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings in force.

    Args:
        environment: Variables, such as `os.environ`.
        flags: Settings of the command line by key, such as `{"server.port": 8000}`; None is "not given".

    Raises:
        ConfigError: A setting is unknown, has a bad value, or contradicts another.
    """
    on_command_line: Given = {key: (value, _flag(key)) for key, value in flags.items() if value is not None}
    given = _from_environment(environment) | on_command_line
    default: Given = {"data_dir": (_default_data_dir(environment), "XDG_DATA_HOME")}
    named = environment.get(CONFIG_VARIABLE)
    path = Path(named or Path((default | given)["data_dir"][0]) / CONFIG_NAME).expanduser()
    return _resolved(_validated(default | _from_file(path, required=bool(named)) | given))


def _flag(key: str) -> str:
    return "--" + key.rpartition(".")[2].replace("_", "-")


def _from_environment(environment: Mapping[str, str]) -> Given:
    keys = {option.variable: option.key for option in options()}
    found: Given = {}
    for variable, text in environment.items():
        if not variable.startswith("SONANT_") or variable == CONFIG_VARIABLE or not text:
            continue
        if variable not in keys:
            raise ConfigError(f"The environment has {variable}, which is not a setting{_nearest(variable, keys)}.")
        listed = variable == "SONANT_CORS_ORIGINS"
        found[keys[variable]] = (text.split(",") if listed else text, variable)
    return found


def _from_file(path: Path, *, required: bool) -> Given:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if required:
            raise ConfigError(f"{CONFIG_VARIABLE} names {path}, which does not exist.") from None
        return {}
    except (OSError, ValueError) as failure:
        raise ConfigError(f"{path} can't be read: {failure}.") from None
    known = [option.key for option in options()]
    found: Given = {}
    for key, value in _flattened(content, {key.partition(".")[0] for key in known if "." in key}):
        if key not in known:
            raise ConfigError(f"{path}: {key} is not a setting{_nearest(key, known)}.")
        found[key] = (value, f"{path}: {key}")
    return found


def _flattened(content: Mapping[str, Any], sections: set[str]) -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if name in sections and isinstance(value, dict):
            yield from ((f"{name}.{key}", inner) for key, inner in value.items())
        else:
            yield name, value


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _validated(given: Given) -> Settings:
    tree: dict[str, Any] = {}
    for key, (value, _place) in given.items():
        section, _, name = key.rpartition(".")
        (tree.setdefault(section, {}) if section else tree)[name] = value
    try:
        return TypeAdapter(Settings).validate_python(tree)
    except ValidationError as failure:
        first = failure.errors(include_input=False, include_url=False)[0]
        path = [str(part) for part in first["loc"]]
        key = next(key for key in given if path[: key.count(".") + 1] == key.split("."))
        raise ConfigError(f"{given[key][1]}: {first['msg'].removeprefix('Value error, ')}.") from None


def _default_data_dir(environment: Mapping[str, str]) -> Path:
    shared = Path(environment.get("XDG_DATA_HOME", ""))
    return shared / "sonant" if shared.is_absolute() else Settings().data_dir


def _resolved(settings: Settings) -> Settings:
    """Fill in what depends on other settings, and refuse what contradicts them."""
    server, store = settings.server, settings.store
    if server.open and not is_loopback(server.host):
        raise ConfigError(
            f"Serving without API keys is for this machine only, and {server.host} is not a loopback address."
        )
    if (server.tls_certificate is None) != (server.tls_key is None):
        raise ConfigError("server.tls_certificate and server.tls_key belong together: give both or neither.")
    data_dir = settings.data_dir.expanduser().absolute()
    # A key keeps strangers' pages out; without one, any page that a browser shows could call this server.
    origins = server.cors_origins if server.cors_origins is not None else () if server.open else ("*",)
    return replace(
        settings,
        data_dir=data_dir,
        server=replace(server, cors_origins=origins, tls=server.tls or server.tls_certificate is not None),
        store=StoreSettings(
            database_url=store.database_url or f"sqlite:///{data_dir / 'sonant.db'}",
            blobs_url=store.blobs_url or (data_dir / "blobs").as_uri(),
        ),
        engines=replace(settings.engines, workers=settings.engines.workers or len(os.sched_getaffinity(0))),
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
