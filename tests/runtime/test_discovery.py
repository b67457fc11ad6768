import subprocess
import sys
from pathlib import Path

import pytest

from sonant.core.errors import EngineUnavailable
from sonant.runtime.discovery import engine_references, find_engine, installed_engines, reason_missing

HEAVY = ("torch", "onnxruntime", "transformers", "scipy", "pyopenjtalk", "espeakng_loader", "sherpa_onnx", "av")


def test_our_own_engines_are_found_by_their_entry_points() -> None:
    engines = installed_engines()

    ours = [engines[name] for name in ("tone", "flite", "espeak", "festival", "openjtalk")]
    assert all("is broken" not in (reason_missing(spec) or "") for spec in ours)
    assert reason_missing(engines["tone"]) is None


def test_looking_at_the_engines_loads_nothing_heavy() -> None:
    look = "import sys, sonant.runtime.discovery as d; d.installed_engines(); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()

    assert not set(HEAVY) & set(loaded)


def test_a_worker_needs_no_package_metadata() -> None:
    look = "import sys, sonant.runtime.worker; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()

    assert not {"importlib.metadata", "asyncio", "structlog"} & set(loaded)


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("no_such_package.engine:ENGINE", "importing no_such_package.engine failed with ModuleNotFoundError"),
        ("misbehaving:NOTHING", "importing misbehaving failed with AttributeError"),
        ("misbehaving:SECRET", "misbehaving:SECRET is not an EngineSpec"),
        ("misbehaving:WILD", "misbehaving:WILD calls itself wild"),
        ("not a reference", "importing not a reference failed with ValueError"),
    ],
)
def test_a_broken_engine_is_one_that_says_what_is_wrong(reference: str, reason: str) -> None:
    spec = find_engine("acme", reference)

    sentence = f"The engine acme is broken: {reason}. Reinstall the package that brings it, or remove that package."
    assert spec.info.name == "acme"
    assert reason_missing(spec) == sentence
    with pytest.raises(EngineUnavailable, match="acme is broken"):
        spec.load(Path())


def test_a_broken_entry_point_leaves_the_others_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "acme-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[sonant.engines]\nacme = acme_is_gone:ENGINE\nwild = misbehaving:WILD\n")
    monkeypatch.syspath_prepend(tmp_path)

    engines = installed_engines()

    assert engine_references()["acme"] == "acme_is_gone:ENGINE"
    assert "ModuleNotFoundError" in (reason_missing(engines["acme"]) or "")
    assert reason_missing(engines["wild"]) is None
    assert reason_missing(engines["tone"]) is None


def test_a_check_that_raises_is_a_reason_without_its_message() -> None:
    reason = reason_missing(find_engine("uncheckable", "misbehaving:UNCHECKABLE"))

    assert reason is not None
    assert "its own check failed with ValueError" in reason
    assert "said" not in reason
