"""The application for a command's use."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from sonant.app import Application
from sonant.cli.logs import configure_logging
from sonant.config import LogSettings, load_settings
from sonant.services.accounts import HOME_ACCOUNT_ID
from sonant.services.callers import EVERYTHING, Caller

Flags = Mapping[str, object]
T = TypeVar("T")

OWNER = Caller(HOME_ACCOUNT_ID, None, EVERYTHING)
"""Who uses the commands: whoever can read the data folder may do everything."""


def run_with_application(flags: Flags, work: Callable[[Application], Awaitable[T]]) -> T:
    """Open the application that the settings describe, do the work, close it.

    Raises:
        ConfigError: The settings can't be used.
        SonantError: The application can't be opened, or what the work raised.
    """
    settings = load_settings(os.environ, flags)
    configure_logging(LogSettings(level="warning", format=settings.log.format))

    async def opened() -> T:
        async with Application.open(settings) as application:
            return await work(application)

    return asyncio.run(opened())
