"""Write the table of settings in docs/configuration.md from their declarations."""

from itertools import groupby
from pathlib import Path

from sonant.config import Option, options

DOCUMENT = Path(__file__).parents[1] / "docs" / "configuration.md"
BEGIN = "<!-- settings: begin, written by `make docs` -->\n"
END = "<!-- settings: end -->\n"


def table() -> str:
    """The settings as Markdown, one table for each section of the file."""
    lines = []
    for section, members in groupby(options(), key=lambda option: option.key.rpartition(".")[0]):
        lines += [f"### `[{section}]`" if section else "### At the top of the file", ""]
        lines += ["| Key | Environment | Default | Meaning |", "|---|---|---|---|"]
        lines += [row(option) for option in members]
        lines += [""]
    return "\n".join(lines)


def row(option: Option) -> str:
    """One setting as a row."""
    name = option.key.rpartition(".")[2]
    default = "" if option.default in (None, "") else f"`{written(option.default)}`"
    return f"| `{name}` | `{option.variable}` | {default} | {option.about} |"


def written(default: object) -> str:
    """A default as the file would have it."""
    if isinstance(default, bool):
        return str(default).lower()
    return str(default) if isinstance(default, int | float) else f'"{default}"'


def replaced(document: str) -> str:
    """The document with its table renewed."""
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
