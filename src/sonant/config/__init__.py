"""Settings, each declared once."""

from sonant.config.loading import CONFIG_NAME, ConfigError, is_loopback, load_settings
from sonant.config.settings import (
    EngineSettings,
    LimitSettings,
    LogSettings,
    Option,
    ServerSettings,
    Settings,
    StoreSettings,
    TimeoutSettings,
    options,
)

__all__ = [
    "CONFIG_NAME",
    "ConfigError",
    "EngineSettings",
    "LimitSettings",
    "LogSettings",
    "Option",
    "ServerSettings",
    "Settings",
    "StoreSettings",
    "TimeoutSettings",
    "is_loopback",
    "load_settings",
    "options",
]
