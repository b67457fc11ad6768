"""The frame of the project: locks, setup, container, and the commands that hold them together."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHELL_SCRIPTS = ["scripts/setup", "scripts/lock", ".ci/run"]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
REQUIREMENT = re.compile(r"^([a-z0-9._-]+)(?:\[.*\])?==\S+(?: ; .*)? \\$", re.IGNORECASE)


def tool(name: str) -> str:
    """The path of a linter that the development lock has for this kind of machine."""
    path = shutil.which(name, path=str(Path(sys.executable).parent))
    if path is None:
        pytest.skip(f"{name} has no package for this kind of machine")
    return path


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> dict[str, int]:
    """The packages of a lock, each with its number of hashes."""
    found: dict[str, int] = {}
    name = ""
    for line in (ROOT / lock).read_text().splitlines():
        if requirement := REQUIREMENT.match(line):
            name = normal(requirement[1])
            found[name] = 0
        elif line.lstrip().startswith("--hash=sha256:"):
            found[name] += 1
    return found


def direct(requirements: list[object]) -> set[str]:
    return {normal(re.split(r"[<>=!~;\[ ]", item, maxsplit=1)[0]) for item in requirements if isinstance(item, str)}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_have_a_hash_for_everything(lock: str) -> None:
    assert locked(lock)
    assert all(locked(lock).values())


@pytest.mark.parametrize("lock", [*LOCKS, "tests/sdk/js/package-lock.json"])
def test_locks_name_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text.replace("https://opencollective.com", "")
    assert '"resolved"' not in text


def test_everything_that_the_project_asks_for_is_locked() -> None:
    runtime = direct(PROJECT["project"]["dependencies"]) | direct(PROJECT["project"]["optional-dependencies"]["espeak"])
    build = direct(PROJECT["dependency-groups"]["build"])
    dev = direct(PROJECT["dependency-groups"]["dev"])

    assert runtime | build <= locked("requirements.lock").keys()
    assert runtime | build | dev <= locked("requirements-dev.lock").keys()


def test_both_locks_agree() -> None:
    def versions(lock: str) -> set[str]:
        return {line.split()[0] for line in (ROOT / lock).read_text().splitlines() if REQUIREMENT.match(line)}

    assert versions("requirements.lock") <= versions("requirements-dev.lock")


def test_the_javascript_lock_matches_its_package() -> None:
    package = json.loads((ROOT / "tests/sdk/js/package.json").read_text())
    lock = json.loads((ROOT / "tests/sdk/js/package-lock.json").read_text())
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert all("integrity" in content for path, content in lock["packages"].items() if path)


def test_the_installed_package_offers_every_engine() -> None:
    declared = PROJECT["project"]["entry-points"]["sonant.engines"]
    assert {entry.name: entry.value for entry in entry_points(group="sonant.engines")} == declared


def test_system_packages_are_a_table_of_known_uses() -> None:
    rows = [line.split(maxsplit=2) for line in (ROOT / "packages.apt").read_text().splitlines() if line[0] != "#"]
    assert {row[0] for row in rows} == {"engine", "test"}
    assert all(len(row) == 3 for row in rows)


@pytest.mark.parametrize("script", SHELL_SCRIPTS)
def test_shell_scripts_are_sound(script: str) -> None:
    subprocess.run([tool("shellcheck"), ROOT / script], check=True)
    assert os.access(ROOT / script, os.X_OK)


def test_the_dockerfile_is_sound() -> None:
    subprocess.run([tool("hadolint"), ROOT / "Dockerfile"], check=True)


def test_the_container_serves_on_the_port_it_exposes() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    port = re.search(r"SONANT_PORT=(\d+)", dockerfile)
    assert port is not None
    assert f"EXPOSE {port[1]}" in dockerfile
    assert f'"127.0.0.1:{port[1]}:{port[1]}"' in (ROOT / "compose.yaml").read_text()


def test_the_container_gets_no_more_than_it_needs() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = set(re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    names = {name for group in copied for name in group.split()}
    assert ignored[0] == "*"
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == names


def copy_of_setup(folder: Path) -> None:
    """What scripts/setup reads, and a .venv in which nothing is real."""
    for name in ["packages.apt", *LOCKS, "pyproject.toml", "scripts/setup", "tests/sdk/js/package-lock.json"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


class Machine:
    """A machine whose programs only write down how they are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sonant"
        self.programs = folder / "bin"
        self.calls = folder / "calls"
        self.programs.mkdir()
        self.folder.mkdir()
        copy_of_setup(self.folder)
        for name in ("cat", "cksum", "awk", "tail", "dirname", "mktemp", "rm", "mkdir", "env", "sh", "chmod"):
            (self.programs / name).symlink_to(shutil.which(name) or name)
        self.install("id", "echo 0")

    def install(self, name: str, script: str = "") -> None:
        program = self.programs / name
        assert not program.is_symlink(), f"writing {name} would write through the link, into the system's own"
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.calls}\n{script}\n')
        program.chmod(0o755)

    def install_python(self, *, new_enough: bool = True) -> None:
        venv = self.folder / ".venv/bin"
        make = f"mkdir -p {venv}; cp_self {venv}/python; cp_self {venv}/sonant"
        answer = f'case "$*" in *version_info*3,\\ 11*) exit {0 if new_enough else 1};; *"-m venv"*) {make};; esac'
        self.install("cp_self", f"cat {self.programs}/python3 > $1; chmod +x $1")
        self.install("python3", answer)

    def set_up(self, kind: str) -> subprocess.CompletedProcess[str]:
        self.calls.write_text("")
        return subprocess.run(
            ["/bin/sh", "scripts/setup", kind],
            cwd=self.folder,
            env={"PATH": str(self.programs)},
            capture_output=True,
            text=True,
            check=False,
        )

    def called(self, beginning: str) -> list[str]:
        return [line for line in self.calls.read_text().splitlines() if line.startswith(beginning)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_setup_installs_what_is_missing_and_then_does_nothing(machine: Machine) -> None:
    machine.install_python()
    machine.install("apt-get")
    machine.install("dpkg-query", 'case "$*" in *libflite1*) printf "ii ";; *) exit 1;; esac')

    first = machine.set_up("serve")

    assert first.returncode == 0, first.stderr
    (install,) = machine.called("apt-get install")
    assert install.split()[-2:] == ["festival", "festvox-us-slt-hts"]
    assert any("--require-hashes -r requirements.lock" in call for call in machine.called("python3 -m pip"))
    assert any("--no-build-isolation --editable ." in call for call in machine.called("python3 -m pip"))

    second = machine.set_up("serve")

    assert (second.returncode, second.stdout, machine.calls.read_text()) == (0, "", "")


def test_setup_is_done_again_when_a_lock_changes(machine: Machine) -> None:
    machine.install_python()
    machine.set_up("serve")
    with (machine.folder / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")

    assert "installing Python packages" in machine.set_up("serve").stdout


def test_what_was_set_up_for_tests_serves_too_but_not_the_other_way(machine: Machine) -> None:
    machine.install_python()
    machine.set_up("test")
    assert machine.set_up("serve").stdout == ""

    machine.set_up("serve")
    (machine.folder / ".setup-stamp").unlink()
    machine.set_up("serve")
    assert "requirements-dev.lock" in machine.set_up("test").stdout


def test_setup_without_apt_says_what_to_install_and_goes_on(machine: Machine) -> None:
    machine.install_python()

    done = machine.set_up("serve")

    assert done.returncode == 0, done.stderr
    assert "dnf install flite" in done.stdout


def test_setup_without_rights_names_the_command_and_goes_on(machine: Machine) -> None:
    machine.install_python()
    machine.install("apt-get")
    machine.install("id", "echo 1000")
    machine.install("dpkg-query", "exit 1")

    done = machine.set_up("serve")

    assert done.returncode == 0, done.stderr
    assert "apt-get install libflite1 festival" in done.stdout
    assert not machine.called("apt-get")


def test_setup_goes_on_when_apt_fails(machine: Machine) -> None:
    machine.install_python()
    machine.install("apt-get", "echo no network; exit 100")
    machine.install("dpkg-query", "exit 1")

    done = machine.set_up("serve")

    assert done.returncode == 0, done.stderr
    assert "no network" in done.stderr
    assert "going on without: libflite1" in done.stdout


def test_setup_for_tests_installs_the_javascript_packages_that_are_locked(machine: Machine) -> None:
    machine.install_python()
    machine.install("node")
    machine.install("npm")

    assert machine.set_up("test").returncode == 0
    assert len(machine.called("npm ci --prefix tests/sdk/js")) == 1


def test_setup_for_tests_without_node_says_what_is_skipped(machine: Machine) -> None:
    machine.install_python()
    machine.install("node", "exit 1")
    machine.install("npm")

    done = machine.set_up("test")

    assert done.returncode == 0
    assert "the tests of the JavaScript SDK will be skipped" in done.stdout
    assert not machine.called("npm")


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is missing")
def test_the_check_of_the_node_version_is_javascript() -> None:
    check = re.search(r"node -e '(.*?)'", (ROOT / "scripts/setup").read_text())
    assert check is not None
    assert subprocess.run(["node", "-e", check[1].replace("18", "1")], check=False).returncode == 0
    assert subprocess.run(["node", "-e", check[1].replace("18", "9999")], check=False).returncode == 1


def test_setup_with_an_old_python_says_which_is_needed(machine: Machine) -> None:
    machine.install_python(new_enough=False)

    done = machine.set_up("serve")

    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
