"""The commands that need no server, as people call them."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from listening import duration
from sonant import __version__
from sonant.cli.keys import create
from sonant.core.errors import InvalidRequest


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def sonant(data_dir: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SONANT_")}
    return subprocess.run(
        [sys.executable, "-m", "sonant", *arguments],
        env=environment | {"SONANT_DATA_DIR": str(data_dir), "SONANT_ENGINE_WORKERS": "1"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def good(data_dir: Path, *arguments: str, stdin: str = "") -> str:
    done = sonant(data_dir, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def table(text: str) -> list[list[str]]:
    """A printed table's rows, in words: of its first line the headings, of the others the cells without blanks."""
    return [line.split() for line in text.splitlines()]


def test_help_is_quick_and_names_every_command(data_dir: Path) -> None:
    started = time.perf_counter()
    text = good(data_dir, "--help")
    assert time.perf_counter() - started < 1
    assert all(f"\n  {command} " in text for command in ("serve", "say", "voices", "keys", "engines", "doctor"))


def test_help_loads_neither_the_server_nor_the_engines() -> None:
    code = "import sys, sonant.cli.main; print([m for m in ('numpy', 'fastapi', 'pydantic', 'av') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_version_is_printed(data_dir: Path) -> None:
    assert good(data_dir, "--version") == f"sonant {__version__}\n"


def test_a_key_is_made_shown_once_listed_without_itself_and_revoked(data_dir: Path) -> None:
    key = good(data_dir, "keys", "create", "Laptop", "--scope", "text_to_speech", "--credit-limit", "500").strip()
    listed = good(data_dir, "keys", "list")
    row = next(row for row in table(listed) if "Laptop" in row)

    assert len(key) >= 32
    assert key not in listed
    assert row[1:] == ["Laptop", key[-4:], row[3], "0", "of", "500", "text_to_speech", "works"]

    good(data_dir, "keys", "revoke", row[0])
    assert next(row for row in table(good(data_dir, "keys", "list")) if "Laptop" in row)[-1] == "revoked"


def test_a_scope_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(InvalidRequest, match=r"There is no scope everything\. These exist: text_to_speech, "):
        create({}, "x", ["everything"], None)


def test_engines_are_listed_with_their_state(data_dir: Path) -> None:
    rows = {row[0]: row for row in table(good(data_dir, "engines"))[1:]}
    assert rows["tone"] == ["tone", "synthesis", "any", "Apache-2.0", "works"]
    assert rows["espeak"][-1] == "works"
    assert "GPL-3.0-or-later" in rows["espeak"]


def test_voices_can_be_searched(data_dir: Path) -> None:
    rows = table(good(data_dir, "voices", "british"))
    assert rows[0] == ["id", "name", "language", "gender", "age", "engine", "description"]
    assert 1 < len(rows) < 20
    assert all(row[2].startswith("en") for row in rows[1:])


def test_the_doctor_finds_that_this_machine_can_speak(data_dir: Path) -> None:
    text = good(data_dir, "doctor")
    assert f"ok data folder  {data_dir} can be written.\n" in text
    assert "\nok espeak " in text
    assert "It spoke" in text


def test_the_doctor_names_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    done = sonant(file / "data", "doctor")
    assert done.returncode == 1
    assert "!! data folder" in done.stdout
    assert "Traceback" not in done.stderr


def test_saying_writes_a_file_and_tells_how_long_it_took(data_dir: Path, tmp_path: Path) -> None:
    done = sonant(data_dir, "say", "Hello there.", "-o", str(tmp_path / "a.mp3"))
    assert done.returncode == 0, done.stderr
    assert 0.3 < duration((tmp_path / "a.mp3").read_bytes()) < 3
    assert list(tmp_path.iterdir()) == [tmp_path / "a.mp3"]
    assert re.fullmatch(
        r"\d\.\d\d s of speech by \w+ in \d+\.\d\d s: first sound after \d+ ms, real-time factor \d+\.\d{3}\n",
        done.stderr,
    )


def test_text_comes_from_the_standard_input_and_sound_goes_to_the_standard_output(data_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sonant", "say", "-", "--data-dir", data_dir, "-o", "-", "--speed", "0.7"],
        input=b"The birch canoe slid on the smooth planks.",
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert 2.5 < duration(done.stdout, "wav_44100") < 6


def test_a_voice_is_found_by_its_name(data_dir: Path, tmp_path: Path) -> None:
    done = sonant(data_dir, "say", "Bonjour.", "--voice", "bastien", "-o", str(tmp_path / "a.wav"))
    assert "of speech by espeak in" in done.stderr


def test_what_cannot_be_said_is_one_sentence(data_dir: Path) -> None:
    done = sonant(data_dir, "say", "Hello.", "--voice", "nobody")
    assert done.returncode == 1
    assert done.stderr == "sonant: A voice with voice_id nobody was not found.\n"
