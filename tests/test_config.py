"""Where settings come from, which wins, and what is refused."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from sonant.config import ConfigError, Settings, is_loopback, load_settings, options

ROOT = Path(__file__).parents[1]


def load(tmp_path: Path, *, toml: str = "", flags: dict[str, Any] | None = None, **environment: str) -> Settings:
    (tmp_path / "sonant.toml").write_text(toml)
    return load_settings({"SONANT_DATA_DIR": str(tmp_path)} | environment, flags or {})


def test_nothing_given_listens_on_loopback_only(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.server.host == "127.0.0.1"
    assert settings.server.port == 7662
    assert settings.store.database_url == f"sqlite:///{tmp_path}/sonant.db"
    assert settings.store.blobs_url == f"file://{tmp_path}/blobs"
    assert settings.engines.workers >= 1
    assert settings.limits.max_characters == 100_000


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    toml = "[server]\nport = 1\n[limits]\nmax_characters = 2\n[engines]\nqueue_length = 3"

    settings = load(tmp_path, toml=toml, flags={"server.port": 9}, SONANT_PORT="5", SONANT_MAX_CHARACTERS="6")

    assert (settings.server.port, settings.limits.max_characters, settings.engines.queue_length) == (9, 6, 3)


def test_a_flag_that_is_not_given_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, flags={"server.port": None}, SONANT_PORT="5").server.port == 5


def test_the_environment_can_name_another_file(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('data_dir = "/srv/sonant"\n[log]\nlevel = "error"')

    settings = load_settings({"SONANT_CONFIG": str(other)}, {})

    assert (settings.log.level, settings.data_dir) == ("error", Path("/srv/sonant"))


def test_the_data_folder_follows_the_xdg_directory() -> None:
    assert load_settings({"XDG_DATA_HOME": "/srv/data"}, {}).data_dir == Path("/srv/data/sonant")
    assert load_settings({"XDG_DATA_HOME": "relative"}, {}).data_dir == Path("~/.local/share/sonant").expanduser()


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"SONANT_PORT": "many"}, r"SONANT_PORT: .*integer"),
        ({"SONANT_PORT": "65536"}, r"SONANT_PORT: .*65535"),
        ({"SONANT_PROT": "80"}, r"SONANT_PROT, which is not a setting \(did you mean SONANT_PORT\?\)"),
        ({"SONANT_TLS": "perhaps"}, r"SONANT_TLS: .*boolean"),
        ({"SONANT_HEADER_TIMEOUT": "0"}, r"SONANT_HEADER_TIMEOUT: .*greater than 0"),
        ({"SONANT_HEADER_TIMEOUT": "inf"}, r"SONANT_HEADER_TIMEOUT: .*finite"),
        ({"SONANT_LOG_LEVEL": "loud"}, r"SONANT_LOG_LEVEL: .*'debug'"),
        ({"SONANT_ROOT_PATH": "sonant/"}, r"SONANT_ROOT_PATH: A base path looks like /sonant"),
        ({"SONANT_API_KEY": "two words"}, r"SONANT_API_KEY: An API key has 8 to 256 visible ASCII characters"),
        ({"SONANT_OPEN": "1", "SONANT_HOST": "0.0.0.0"}, r"0\.0\.0\.0 is not a loopback address"),
        ({"SONANT_TLS_KEY": "/key.pem"}, r"belong together"),
        ({"SONANT_CONFIG": "/nowhere.toml"}, r"SONANT_CONFIG names /nowhere\.toml, which does not exist"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(tmp_path: Path, environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, **environment)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[server]\nprot = 1", r"sonant\.toml: server\.prot is not a setting \(did you mean server\.port\?\)"),
        ("port = 1", r"sonant\.toml: port is not a setting"),
        ("[server]\nport = 'x'", r"sonant\.toml: server\.port: .*integer"),
        ("server = 1", r"sonant\.toml: server is not a setting"),
        ("[server", r"sonant\.toml can't be read"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(tmp_path: Path, toml: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, toml=toml)


def test_a_refusal_does_not_repeat_the_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, SONANT_API_KEY="a secret with blanks")
    assert "secret" not in str(refusal.value)


def test_keys_and_passwords_do_not_show() -> None:
    settings = load_settings({"SONANT_API_KEY": "k" * 32, "SONANT_DATABASE_URL": "postgresql://u:hidden@h/d"}, {})
    assert "kkk" not in repr(settings)
    assert "hidden" not in repr(settings)


def test_origins_are_listed_with_commas_in_the_environment(tmp_path: Path) -> None:
    settings = load(tmp_path, SONANT_CORS_ORIGINS="https://a.example, https://b.example")
    assert settings.server.cors_origins == ("https://a.example", "https://b.example")


def test_without_keys_no_web_page_may_call_unless_it_is_named(tmp_path: Path) -> None:
    assert load(tmp_path).server.cors_origins == ("*",)
    assert load(tmp_path, SONANT_OPEN="true").server.cors_origins == ()
    named = load(tmp_path, SONANT_OPEN="true", SONANT_CORS_ORIGINS="http://localhost:3000")
    assert named.server.cors_origins == ("http://localhost:3000",)


def test_a_certificate_of_ones_own_turns_tls_on(tmp_path: Path) -> None:
    assert load(tmp_path, SONANT_TLS_CERTIFICATE="/c.pem", SONANT_TLS_KEY="/k.pem").server.tls


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_addresses_are_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_other_addresses_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_every_setting_has_a_variable_of_its_own() -> None:
    variables = [option.variable for option in options()]
    assert len(set(variables)) == len(variables)
    assert all(re.fullmatch(r"SONANT_[A-Z_]+", variable) for variable in variables)


def test_every_variable_reaches_its_setting(tmp_path: Path) -> None:
    values = {"SONANT_HOST": "::1", "SONANT_STALLED_TIMEOUT": "7", "SONANT_BLOBS_URL": "s3://b/p", "SONANT_OPEN": "yes"}

    settings = load(tmp_path, **values)

    assert settings.server.host == "::1"
    assert settings.timeouts.stalled == 7
    assert settings.store.blobs_url == "s3://b/p"
    assert settings.server.open


def test_the_documented_table_is_the_declared_one() -> None:
    path = ROOT / "scripts" / "settings_table.py"
    spec = importlib.util.spec_from_file_location("settings_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    document = (ROOT / "docs" / "configuration.md").read_text()

    assert module.replaced(document) == document, "run: make docs"
