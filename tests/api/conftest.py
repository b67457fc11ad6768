"""A server for each way of listening."""

from collections.abc import Iterator

import pytest

from small_server import BRISK, Running, made_certificates, served
from sonant.api.certificates import Certificates, server_names
from sonant.api.limits import BodyLimits
from sonant.api.server import ServerOptions


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return made_certificates(tmp_path_factory.mktemp("tls"), server_names("127.0.0.1"))


@pytest.fixture(scope="module", params=["plain", "tls"])
def brisk(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[Running]:
    """Deadlines of 0.4 s; once on a plain port, and once on one that speaks both."""
    limits = BodyLimits(body_bytes=10_000, upload_bytes=200_000)
    tls = certificates.context() if request.param == "tls" else None
    with served(ServerOptions(timeouts=BRISK, limits=limits, grace=0.2, tls=tls)) as running:
        yield running
