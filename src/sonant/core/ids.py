"""Identifiers: opaque, URL-safe, and checked where they enter."""

import re
import secrets
import string

ALPHABET = string.ascii_letters + string.digits
ID_LENGTH = 20
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_id(length: int = ID_LENGTH) -> str:
    """A random identifier of ASCII letters and digits: it needs no percent-encoding in a path.

    >>> len(new_id()), new_id().isalnum()
    (20, True)
    """
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def is_id(text: str) -> bool:
    """Whether `text` could be an identifier: 1 to 64 of A-Z a-z 0-9 _ -.

    >>> is_id("JBFqnCBsd6RMkjVDRZzb"), is_id("../etc"), is_id("")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None
