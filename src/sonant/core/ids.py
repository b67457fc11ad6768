"""Identifiers: opaque, URL-safe, and checked where they enter."""

import re
import secrets
import string
import time

ALPHABET = string.ascii_letters + string.digits
ID_LENGTH = 20
_TIME_LENGTH = 9  # characters of microseconds since 1970: enough until the year 2398
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_id(length: int = ID_LENGTH) -> str:
    """A random identifier of ASCII letters and digits: it needs no percent-encoding in a path.

    >>> len(new_id()), new_id().isalnum()
    (20, True)
    """
    return _written(secrets.randbelow(len(ALPHABET) ** length), length)


def is_id(text: str) -> bool:
    """Whether `text` could be an identifier: 1 to 64 of A-Z a-z 0-9 _ -.

    >>> is_id("JBFqnCBsd6RMkjVDRZzb"), is_id("../etc"), is_id("")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None


def timed_id() -> str:
    """A random identifier that knows the microsecond it was made in, so that lists can go on after it is deleted."""
    return _written(time.time_ns() // 1000, _TIME_LENGTH) + new_id(ID_LENGTH - _TIME_LENGTH)


def made_at(timed: str) -> float:
    """When an identifier of `timed_id` was made, in Unix seconds; of any other identifier, any time.

    >>> abs(made_at(timed_id()) - time.time()) < 1
    True
    """
    microseconds = 0
    for character in timed[:_TIME_LENGTH]:
        microseconds = microseconds * len(ALPHABET) + ALPHABET.find(character)
    return microseconds / 1e6


def _written(number: int, length: int) -> str:
    """A number in the digits of `ALPHABET`, the highest first."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
