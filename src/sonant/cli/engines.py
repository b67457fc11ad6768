"""`sonant engines`."""

from sonant.cli.tables import print_table
from sonant.runtime.discovery import installed_engines, reason_missing

LANGUAGES_SHOWN = 8


def print_engines() -> None:
    """List the installed engines, and what the others lack."""
    rows = []
    for name, spec in sorted(installed_engines().items()):
        rows.append(
            [
                name,
                spec.info.capability,
                _shortened(spec.info.languages),
                spec.info.licence,
                reason_missing(spec) or "works",
            ]
        )
    print_table(["engine", "capability", "languages", "licence", "state"], rows)


def _shortened(languages: tuple[str, ...]) -> str:
    if len(languages) <= LANGUAGES_SHOWN:
        return " ".join(languages) or "any"
    return f"{' '.join(languages[:LANGUAGES_SHOWN])} and {len(languages) - LANGUAGES_SHOWN} more"
