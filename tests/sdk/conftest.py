import os
from collections.abc import Iterator

import httpx
import pytest
from elevenlabs import ElevenLabs

from serving import KEY


@pytest.fixture(scope="module")
def client(server) -> Iterator[ElevenLabs]:
    os.environ.pop("ELEVENLABS_API_KEY", None)
    with httpx.Client(timeout=60) as connections:
        yield ElevenLabs(base_url=server.url, api_key=KEY, httpx_client=connections)
