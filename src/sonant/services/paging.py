"""Where a list goes on: the sort key of the last item that was sent, as an opaque token.

Unlike a count of items, a key stays right while others are added or deleted.
"""

import base64
import binascii

import orjson

from sonant.core.errors import InvalidRequest

Key = tuple[str | int | float, ...]


def token_of(*key: str | float) -> str:
    """A sort key as a token that needs no escaping in a URL.

    >>> key_of(token_of("name", "Ada", 3), str, str, int)
    ('name', 'Ada', 3)
    """
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def key_of(token: str, *kinds: type) -> Key:
    """The sort key that a token stands for.

    Args:
        token: What `token_of` made, or what a caller claims that it made.
        kinds: Types of the key's parts.

    Raises:
        InvalidRequest: It is something else.
    """
    try:
        key = orjson.loads(base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        key = None
    if (
        not isinstance(key, list)
        or [type(part) for part in key] != list(kinds)
        or any("\0" in str(part) for part in key)  # no name has it, and not every database takes it
    ):
        raise InvalidRequest("The page token is not one that this server gave.")
    return tuple(key)
