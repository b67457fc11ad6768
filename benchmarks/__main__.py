"""`python -m benchmarks [NAME ...]`: take all measurements, or those that are named, and write the page."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import fidelity, load, robustness, speed
from benchmarks.report import Section, page
from serving import Served, serving

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

ON_A_SERVER: dict[str, Callable[[Served], Section]] = {
    "first_audio": speed.first_audio,
    "throughput": speed.throughput,
    "concurrency": load.concurrency,
    "times": fidelity.times,
    "seams": fidelity.seams,
}
ON_THEIR_OWN: dict[str, Callable[[Path], Section]] = {
    "long_text": fidelity.long_text,
    "memory": load.memory,
    "abandonment": robustness.abandonment,
    "crash": robustness.crash,
    "kills": robustness.kills,
}


def main(names: list[str]) -> None:
    """Measure, show, and, if everything was measured, write the page."""
    wanted = names or [*ON_A_SERVER, *ON_THEIR_OWN]
    sections = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(folder / "shared") as served:
            for section in [ON_A_SERVER[name](served) for name in wanted if name in ON_A_SERVER]:
                sections.append(section)
                _show(section)
        for measure in [ON_THEIR_OWN[name] for name in wanted if name in ON_THEIR_OWN]:
            sections.append(measure(folder))
            _show(sections[-1])
    if not names:
        PAGE.write_text(page(sections))
        print(f"written to {PAGE.name}")


def _show(section: Section) -> None:
    print(section.title)
    for figure in section.figures:
        print(f"  {figure.what}: {figure.value} {figure.target} {'' if figure.met is None else figure.met}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
