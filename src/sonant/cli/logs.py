"""What the log looks like: lines for people on a terminal, JSON elsewhere, content nowhere.

An exception's message may repeat what a caller sent, so the log has its type and the lines it passed, and no message.
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from sonant.config import LogSettings

PLACES = 8


def configure_logging(settings: LogSettings, stream: TextIO = sys.stderr) -> None:
    """Send Sonant's log and other libraries' warnings to `stream`.

    Args:
        settings: Level and form.
        stream: Where to. A terminal gets lines for people, if the settings say nothing else.
    """
    console = settings.format == "console" or (settings.format == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
        discreet,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty()) if console else structlog.processors.JSONRenderer()
    )
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


def discreet(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Put an exception's type and the places it passed where its text would be.

    Of other libraries' messages only the first line is kept: what asyncio says of a failed task below it has the text.
    """
    event["event"] = str(event["event"]).partition("\n")[0]
    caught = event.pop("exc_info", None)
    if caught is True:
        caught = sys.exc_info()
    error = caught[1] if isinstance(caught, tuple) else caught
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = places(error)
    return event


def places(error: BaseException) -> list[str]:
    """Files and lines that an exception passed, the innermost last."""
    passed = []
    traceback = error.__traceback__
    while traceback is not None:
        passed.append(f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return passed[-PLACES:]
