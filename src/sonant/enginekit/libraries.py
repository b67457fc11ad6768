"""Shared libraries of the system, and what to install where one is missing."""

import ctypes


class LibraryMissing(OSError):
    """The system has no such shared library. The message says how to get it."""


def load_library(soname: str, package: str) -> ctypes.CDLL:
    """Load a shared library for all that is loaded after it.

    Args:
        soname: The name with the version of its interface, such as `libflite.so.1`.
        package: The Debian package that holds it.

    Raises:
        LibraryMissing: It is not there, or what it needs is not there.
    """
    try:
        return ctypes.CDLL(soname, mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise LibraryMissing(missing_sentence(soname, package)) from error


def missing_library(soname: str, package: str) -> str | None:
    """The sentence that says how to get a shared library, or None where it can be loaded."""
    try:
        load_library(soname, package)
    except LibraryMissing as missing:
        return str(missing)
    return None


def missing_sentence(what: str, package: str) -> str:
    """How to get something that a Debian package holds."""
    return f"{what} was not found: install it with `apt install {package}` (Debian, Ubuntu) or your system's own tools."
