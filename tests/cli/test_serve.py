"""`sonant serve`, as a process: what it prints, whom it lets in, and how it ends."""

import json
import re
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from serving import KEY, Served, serving, stop

QUICK = {"SONANT_ENGINE_WORKERS": "1"}
NO_KEY = {"SONANT_API_KEY": "", **QUICK}


def status(served: Served, key: str | None) -> int:
    headers = {} if key is None else {"xi-api-key": key}
    return httpx.get(f"{served.url}/v1/models", headers=headers).status_code


def shown_keys(served: Served) -> list[str]:
    return re.findall(r"First API key, shown only now: (\S+)", served.log.read_text())


def serve(data_dir: Path, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A server that is expected to refuse to start."""
    return subprocess.run(
        [sys.executable, "-m", "sonant", "serve", "--data-dir", str(data_dir), *flags],
        env={"PATH": "/usr/bin:/bin", "HOME": str(data_dir), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_first_start_shows_a_key_that_works_and_later_starts_show_none(tmp_path: Path) -> None:
    with serving(tmp_path, settings=NO_KEY) as served:
        (key,) = shown_keys(served)
        assert status(served, key) == 200
        assert status(served, None) == 401
        assert status(served, f"{key[:-1]}x") == 401

    with serving(tmp_path, settings=QUICK) as served:
        assert shown_keys(served) == [key]  # the log goes on: still the one of the first start
        assert status(served, key) == 200
        assert status(served, KEY) == 401  # it comes too late to be the first


def test_a_key_from_the_environment_is_the_first_and_is_not_shown(tmp_path: Path) -> None:
    with serving(tmp_path, settings=QUICK) as served:
        assert status(served, KEY) == 200
        assert KEY not in served.log.read_text()
        assert shown_keys(served) == []


def test_without_keys_everybody_on_this_machine_is_let_in_and_no_key_is_made(tmp_path: Path) -> None:
    with serving(tmp_path, settings={**NO_KEY, "SONANT_OPEN": "1"}) as served:
        assert status(served, None) == 200
        assert shown_keys(served) == []
        assert "asks for no API key" in served.log.read_text()


def test_without_keys_it_serves_this_machine_only(tmp_path: Path) -> None:
    refused = serve(tmp_path, "--open", "--host", "0.0.0.0")
    assert refused.returncode == 1
    assert refused.stderr == (
        "sonant: Serving without API keys is for this machine only, and 0.0.0.0 is not a loopback address.\n"
    )


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = serve(tmp_path, "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"sonant: Port {port} of 127.0.0.1 is taken: stop what listens there, or choose another port.\n"
    )


def test_a_setting_that_is_wrong_is_one_sentence(tmp_path: Path) -> None:
    refused = serve(tmp_path, SONANT_PROT="1")
    assert refused.returncode == 1
    assert refused.stderr.startswith("sonant: The environment has SONANT_PROT, which is not a setting")


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    refused = serve(tmp_path, "--port", "0", SONANT_DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/sonant.db")
    assert refused.returncode == 1
    assert refused.stderr == "sonant: The database can't be used: unable to open database file\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_when_told_to(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path, settings=QUICK) as served:
        served.process.send_signal(number)
        assert served.process.wait(10) == 0
        assert "Traceback" not in served.log.read_text()


def test_it_speaks_tls_on_the_same_port_and_says_whom_to_trust(tmp_path: Path) -> None:
    with serving(tmp_path, settings={**QUICK, "SONANT_TLS": "1"}) as served:
        authority = re.search(r"SSL_CERT_FILE=(\S+)", served.log.read_text())
        assert authority is not None
        trust = ssl.create_default_context(cafile=authority[1])
        for url in (served.url, served.url.replace("http://", "https://")):
            assert httpx.get(f"{url}/v1/models", headers=served.headers, verify=trust).status_code == 200


def test_a_base_path_works_whether_or_not_the_proxy_strips_it(tmp_path: Path) -> None:
    with serving(tmp_path, settings={**QUICK, "SONANT_ROOT_PATH": "/sonant"}) as served:
        for path in ("/sonant/v1/models", "/v1/models"):
            assert httpx.get(f"{served.url}{path}", headers=served.headers).status_code == 200


def test_the_log_holds_no_text_no_key_and_no_token(tmp_path: Path) -> None:
    with serving(tmp_path, settings=QUICK) as served:
        body = {"text": "A sentence that nobody else may read."}
        voice = "JBFqnCBsd6RMkjVDRZzb"
        httpx.post(f"{served.url}/v1/text-to-speech/{voice}?token=hidden", headers=served.headers, json=body)
        httpx.post(f"{served.url}/v1/text-to-speech/{voice}", headers=served.headers, json={"text": ["wrong"]})
        stop(served)
        log = served.log.read_text()
    requests = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [line["status"] for line in requests if line["event"] == "request answered"][-2:] == [200, 422]
    assert not any(secret in log for secret in ("nobody else", "hidden", KEY, "wrong"))
