import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from sonant.core.errors import DictionaryNotFound
from sonant.store.dictionaries import (
    Dictionary,
    Listing,
    Version,
    add_dictionary,
    add_version,
    get_dictionary,
    get_version,
    list_dictionaries,
    update_dictionary,
)
from sonant.store.schema import accounts, pronunciation_dictionaries, pronunciation_dictionary_versions

RULES = [{"string": "tomato", "phoneme": "təˈmɑːtoʊ"}, {"string": "nul", "alias": "\0", "flag": None}]


@pytest.fixture
def owners(db):
    with db.begin() as tx:
        rows = [{"account_id": name, "name": name, "credits_used": 0, "created_at": 0.0} for name in ("ada", "bob")]
        tx.execute(insert(accounts), rows)
    return db


def dictionary(dictionary_id="d1", name="Names", created_at=1.5, owner="ada", rules_count=2, archived_at=None):
    return Dictionary(
        dictionary_id, owner, f"{dictionary_id}v1", rules_count, name, "For people.", created_at, archived_at
    )


def add(tx, made, rules=RULES):
    add_dictionary(tx, made, Version(made.latest_version_id, made.dictionary_id, rules, made.created_at))


def test_a_dictionary_and_its_version_are_read_back(owners):
    with owners.begin() as tx:
        add(tx, dictionary())

    with owners.connect() as tx:
        assert get_dictionary(tx, "ada", "d1") == dictionary()
        assert get_version(tx, "ada", "d1", "d1v1") == Version("d1v1", "d1", RULES, 1.5)


def test_a_new_version_is_the_latest_and_the_old_one_stays(owners):
    with owners.begin() as tx:
        add(tx, dictionary())
        add_version(tx, Version("v2", "d1", RULES[:1], 2.0))

    with owners.connect() as tx:
        latest = get_dictionary(tx, "ada", "d1")
        assert (latest.latest_version_id, latest.rules_count) == ("v2", 1)
        assert get_version(tx, "ada", "d1", "d1v1").rules == RULES
        assert get_version(tx, "ada", "d1", "v2").rules == RULES[:1]


@pytest.mark.parametrize(
    "names", [("bob", "d1", "d1v1"), ("ada", "d2", "d1v1"), ("ada", "d1", "d2v1"), ("ada", "", "")]
)
def test_dictionaries_and_versions_of_others_are_not_found(owners, names):
    with owners.begin() as tx:
        add(tx, dictionary())
        add(tx, dictionary("d2", owner="bob"))

    with owners.connect() as tx, pytest.raises(DictionaryNotFound):
        get_version(tx, *names)
    with owners.connect() as tx, pytest.raises(DictionaryNotFound):
        get_dictionary(tx, "ada", "d2")


def test_a_new_name_and_an_archiving_are_kept(owners):
    with owners.begin() as tx:
        add(tx, dictionary())
        update_dictionary(tx, dictionary(name="Élan", archived_at=9.0))

    with owners.connect() as tx:
        assert get_dictionary(tx, "ada", "d1", lock=True) == dictionary(name="Élan", archived_at=9.0)
        assert list_dictionaries(tx, "ada", Listing(True, False, False, None, 9)) == []
        assert list_dictionaries(tx, "ada", Listing(True, False, True, ("élam", "z"), 9)) != []


MADE = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=3),
        st.sampled_from([0.0, 0.1, 0.2, 0.30000000000000004, 1e9]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(MADE, st.booleans(), st.booleans(), st.booleans(), st.integers(1, 3))
def test_pages_joined_are_all_dictionaries_in_order(owners, made, by_name, descending, archived, limit):
    with owners.begin() as tx:
        tx.execute(delete(pronunciation_dictionary_versions))
        tx.execute(delete(pronunciation_dictionaries))
        for index, (name, created_at, gone) in enumerate(made):
            add(tx, dictionary(f"d{index}", name, created_at, archived_at=3.0 if gone else None), [])
        add(tx, dictionary("other", owner="bob"), [])

    joined, after = [], None
    with owners.connect() as tx:
        while page := list_dictionaries(tx, "ada", Listing(by_name, descending, archived, after, limit)):
            assert len(page) <= limit
            joined += page
            last = page[-1]
            after = (last.name.casefold() if by_name else last.created_at, last.dictionary_id)

    wanted = [f"d{index}" for index, (_, _, gone) in enumerate(made) if archived or not gone]
    assert sorted(item.dictionary_id for item in joined) == wanted
    if not by_name:
        keys = [(item.created_at, item.dictionary_id) for item in joined]
        assert keys == sorted(keys, reverse=descending)
