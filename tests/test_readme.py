"""The examples of README.md, run as they stand against a real server: only address and key are put in."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from listening import decoded
from serving import KEY, Served, serving
from sonant.core.engine import Control
from sonant.runtime.discovery import installed_engines

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
NODE_PACKAGES = ROOT / "tests/sdk/js/node_modules"


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("data"), settings={"SONANT_TLS": "1"}) as served:
        yield served


def run(command: list[str | Path], folder: Path, server: Served) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SONANT_", "ELEVENLABS_"))},
        "SSL_CERT_FILE": str(server.data_dir / "tls/authority.pem"),
        "SONANT_DATA_DIR": str(server.data_dir),
    }
    subprocess.run(command, cwd=folder, env=environment, check=True, timeout=60)


def for_server(example: str, server: Served) -> str:
    assert "YOUR_API_KEY" in example
    return example.replace("http://localhost:7662", server.url).replace("YOUR_API_KEY", KEY)


def spoken_seconds(path: Path) -> float:
    samples, rate = decoded(path.read_bytes())
    return samples.size / rate


@pytest.mark.parametrize("example", examples("python"))
def test_python_examples_speak(server: Served, tmp_path: Path, example: str) -> None:
    run([sys.executable, "-c", for_server(example, server)], tmp_path, server)
    assert 0.8 < spoken_seconds(tmp_path / "hello.mp3") < 10


@pytest.mark.parametrize("example", examples("js"))
@pytest.mark.skipif(not (NODE_PACKAGES.is_dir() and shutil.which("node")), reason="Node.js or its packages are missing")
def test_javascript_examples_speak(server: Served, tmp_path: Path, example: str) -> None:
    (tmp_path / "node_modules").symlink_to(NODE_PACKAGES)
    (tmp_path / "example.mjs").write_text(for_server(example, server))
    run(["node", "example.mjs"], tmp_path, server)
    assert 0.8 < spoken_seconds(tmp_path / "hello.mp3") < 10


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing")
def test_the_curl_example_speaks(server: Served, tmp_path: Path) -> None:
    (example,) = [example for example in examples("sh") if example.startswith("curl")]
    run(["sh", "-ec", for_server(example, server)], tmp_path, server)
    assert 0.8 < spoken_seconds(tmp_path / "hello.mp3") < 10


def test_the_commands_without_a_server_work(server: Served, tmp_path: Path) -> None:
    (example,) = [example for example in examples("sh") if "sonant say" in example]
    run(["sh", "-ec", example.replace(".venv/bin/sonant", f"{sys.executable} -m sonant")], tmp_path, server)
    assert (tmp_path / "hello.wav").stat().st_size > 20_000


def test_the_table_of_engines_tells_the_truth() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in README.splitlines() if line.startswith("| ")]
    header = next(index for index, row in enumerate(rows) if row[0] == "Engine")
    table = {row[0]: row for row in rows[header + 1 :]}
    engines = {name: spec.info for name, spec in installed_engines().items()}

    assert table.keys() == engines.keys()
    assert table["espeak"][1] == f"{len(engines['espeak'].languages)} languages"
    for name, row in table.items():
        lacking = sorted(set(Control) - engines[name].controls)
        if row[3].startswith("all but "):
            assert row[3] == f"all but {' and '.join(sorted(engines[name].controls))}"
        else:
            assert row[3] == ", ".join(lacking)


def test_there_is_an_example_for_each_way() -> None:
    assert len(examples("python")) == 2
    assert len(examples("js")) == 1


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    documents = [README, *(path.read_text() for path in (ROOT / "CONTRIBUTING.md", ROOT / "docs/configuration.md"))]
    named = {target for document in documents for target in re.findall(r"\bmake ([a-z-]+)\b(?! it)", document)}
    named -= {"it", "a", "and"}
    assert {"serve", "test", "check"} <= named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
