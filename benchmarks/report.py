"""The page that measurements are written to."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement.

    Attributes:
        what: What was measured.
        value: With its unit.
        target: What it should be; empty if there is no target.
        met: Whether it is; None if there is no target.
    """

    what: str
    value: str
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together, and how they were taken."""

    title: str
    method: str
    figures: Sequence[Figure]


def at_most(what: str, value: float, limit: float, unit: str, digits: int = 2) -> Figure:
    """A figure that should not exceed a limit."""
    return Figure(what, f"{value:.{digits}f} {unit}".strip(), f"≤ {limit:g} {unit}".strip(), value <= limit)


def at_least(what: str, value: float, limit: float, unit: str = "", digits: int = 2) -> Figure:
    """A figure that should reach a limit."""
    return Figure(what, f"{value:.{digits}f} {unit}".strip(), f"≥ {limit:g} {unit}".strip(), value >= limit)


def page(sections: Sequence[Section]) -> str:
    """The whole page, in Markdown."""
    taken = datetime.now(UTC).strftime("%Y-%m-%d")
    machine = f"{len(os.sched_getaffinity(0))} cores of {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Measurements",
        "",
        f"Taken by `make bench` on {taken}, on {machine}. Ratios compare what ran in the same minutes on the same",
        "machine; absolute times depend on it.",
    ]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.method, ""]
        lines += ["| What | Measured | Target | |", "|---|---|---|---|"]
        lines += [
            f"| {figure.what} | {figure.value} | {figure.target} | {_mark(figure.met)} |" for figure in section.figures
        ]
    return "\n".join([*lines, ""])


def _mark(met: bool | None) -> str:
    return {True: "met", False: "missed", None: ""}[met]
