"""Failures that people can mend, as sentences."""

from sqlalchemy.exc import OperationalError

from sonant.api.listening import AddressUnavailable
from sonant.config import ConfigError
from sonant.core.errors import SonantError


def explained(failure: Exception) -> str | None:
    """What to tell people, or None where only a traceback can help."""
    if isinstance(failure, SonantError):
        return failure.message
    if isinstance(failure, ConfigError | AddressUnavailable):
        return str(failure)
    if isinstance(failure, OperationalError):
        return f"The database can't be used: {failure.orig}"
    if isinstance(failure, OSError) and failure.strerror:
        return f"{failure.filename}: {failure.strerror}" if failure.filename else failure.strerror
    return None
