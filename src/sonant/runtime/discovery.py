"""Which engines are installed: the packages on this machine say so, in the entry point group `sonant.engines`."""

import pkgutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from sonant.core.engine import ENTRY_POINT_GROUP, Capability, EngineInfo, EngineSpec
from sonant.core.errors import EngineUnavailable


def engine_references() -> Mapping[str, str]:
    """Where the installed engines are, by name: references of the form `package.module:ATTRIBUTE`.

    Only metadata is read; no engine's module is imported.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - 40 ms, which worker processes need not spend

    return {entry.name: entry.value for entry in entry_points(group=ENTRY_POINT_GROUP)}


def find_engine(name: str, reference: str) -> EngineSpec[Any]:
    """The engine that a reference names.

    It never raises: an engine whose package is broken is one that can't work here, and says why.
    """
    try:
        spec = pkgutil.resolve_name(reference)
    except Exception as error:  # noqa: BLE001 - a third party's module may raise anything, and must not take the rest along
        return _broken(name, f"importing {reference.partition(':')[0]} failed with {type(error).__name__}")
    if not isinstance(spec, EngineSpec):
        return _broken(name, f"{reference} is not an EngineSpec")
    if spec.info.name != name:
        return _broken(name, f"{reference} calls itself {spec.info.name}")
    return spec


def installed_engines() -> Mapping[str, EngineSpec[Any]]:
    """The installed engines, by name, those included that can't work here. Nothing is loaded."""
    return {name: find_engine(name, reference) for name, reference in engine_references().items()}


def reason_missing(spec: EngineSpec[Any]) -> str | None:
    """What keeps an engine from working here, as a sentence that names the fix; None if nothing does."""
    try:
        return spec.missing()
    except Exception as error:  # noqa: BLE001 - a third party's check may raise anything
        return _complaint(spec.info.name, f"its own check failed with {type(error).__name__}")


def _broken(name: str, fault: str) -> EngineSpec[Any]:
    complaint = _complaint(name, fault)
    info = EngineInfo(name, Capability.SYNTHESIS, sample_rate=0, languages=(), licence="", description=complaint)
    return EngineSpec(info, load=partial(_refuse, complaint), missing=partial(str, complaint))


def _complaint(name: str, fault: str) -> str:
    return f"The engine {name} is broken: {fault}. Reinstall the package that brings it, or remove that package."


def _refuse(complaint: str, _models: Path) -> NoReturn:
    raise EngineUnavailable(complaint)
