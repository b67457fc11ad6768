import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.core.errors import InvalidRequest
from sonant.services.paging import key_of, token_of

LEGIBLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
PARTS = st.one_of(
    LEGIBLE, st.integers(-(2**53), 2**53), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.lists(PARTS))
def test_a_token_gives_back_its_key_and_needs_no_escaping(key):
    token = token_of(*key)

    assert key_of(token, *map(type, key)) == tuple(key)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text())
def test_whatever_else_is_sent_is_refused(token):
    with pytest.raises(InvalidRequest, match="page token"):
        key_of(token, str, int)


@pytest.mark.parametrize("key", [("a",), ("a", 1.0), ("a", True), (1, "a"), ("a", 1, 1), ("a\0", 1)])
def test_a_key_of_another_shape_is_refused(key):
    with pytest.raises(InvalidRequest, match="page token"):
        key_of(token_of(*key), str, int)
