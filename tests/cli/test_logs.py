"""What the log holds, and what it never does."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from sonant.cli.logs import configure_logging
from sonant.config import LogSettings

SECRET = "what the caller said"


@pytest.fixture
def restored() -> Iterator[None]:
    """Logging as it was before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def log(restored: None) -> io.StringIO:
    stream = io.StringIO()
    configure_logging(LogSettings(), stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail() -> None:
    raise ValueError(SECRET)


def test_away_from_a_terminal_each_line_is_json(log: io.StringIO) -> None:
    structlog.get_logger().info("request answered", path="/v1/models", status=200)

    (line,) = lines(log)
    assert line.pop("timestamp")
    assert line == {"event": "request answered", "level": "info", "path": "/v1/models", "status": 200}


def test_an_exception_leaves_its_type_and_places_and_not_its_text(log: io.StringIO) -> None:
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("failed")

    (line,) = lines(log)
    assert line["error"] == "ValueError"
    assert [str(place).rpartition("/")[2].partition(":")[0] for place in line["where"]] == ["test_logs.py"] * 2
    assert SECRET not in log.getvalue()


def test_other_libraries_exceptions_are_treated_alike(log: io.StringIO) -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")

    (line,) = lines(log)
    assert (line["event"], line["error"]) == ("Exception in ASGI application", "ValueError")
    assert SECRET not in log.getvalue()


def test_a_task_that_nobody_awaits_does_not_tell_what_was_said(log: io.StringIO) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(asyncio.to_thread(fail))
        await asyncio.wait([task])
        loop.call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": task.exception(), "future": task}
        )

    asyncio.run(main())

    (line,) = lines(log)
    assert line["event"] == "Task exception was never retrieved"
    assert SECRET not in log.getvalue()


def test_other_libraries_say_warnings_only(log: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("connection made, query and all")
    assert log.getvalue() == ""


def test_less_than_the_level_is_not_written(restored: None) -> None:
    stream = io.StringIO()
    configure_logging(LogSettings(level="error"), stream)

    structlog.get_logger().warning("quiet")
    structlog.get_logger().error("loud")

    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_lines_for_people_can_be_asked_for(restored: None) -> None:
    stream = io.StringIO()
    configure_logging(LogSettings(format="console"), stream)

    structlog.get_logger().info("request answered", path="/v1/models")

    assert "request answered" in stream.getvalue()
    assert "path=/v1/models" in stream.getvalue()
    assert "{" not in stream.getvalue()
