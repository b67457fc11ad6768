"""The official JavaScript SDK, unmodified, against a real server: `js/sdk.test.mjs`, run by Node.js."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from serving import KEY

HERE = Path(__file__).parent / "js"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.skipif(not (HERE / "node_modules").is_dir(), reason="needs its packages: npm ci --prefix tests/sdk/js")
def test_programs_written_with_the_javascript_sdk_work(server):
    environment = {**os.environ, "SONANT_URL": server.url, "SONANT_KEY": KEY}

    run = subprocess.run(
        ["node", "--test", "sdk.test.mjs"],
        cwd=HERE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
