import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event

from sonant.core.errors import DictionaryNotFound, InvalidRequest
from sonant.services import rules as limits
from sonant.services.accounts import HOME_ACCOUNT_ID as HOME
from sonant.services.accounts import Accounts
from sonant.services.dictionaries import Dictionaries, DictionaryQuery, Locator
from sonant.store.accounts import Account, add_account
from sonant.store.schema import pronunciation_dictionaries, pronunciation_dictionary_versions
from sonant.text.dictionaries import Rule
from sonant.text.pls import LARGEST_BYTES


def alias(string, spoken, **more):
    return Rule("alias", string, spoken, **more)


def phoneme(string, ipa, **more):
    return Rule("phoneme", string, ipa, **more)


UN = alias("UN", "United Nations", case_sensitive=False)
TOMATO = phoneme("tomato", "təˈmɑːtoʊ", word_boundaries=False)
SQL = alias("SQL", "sequel")
LEXICON = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>SQL</grapheme><alias>sequel</alias></lexeme>
  <lexeme><grapheme>tomato</grapheme><phoneme>təˈmɑːtoʊ</phoneme></lexeme>
</lexicon>
""".encode()


@pytest.fixture
def home(db):
    Accounts(db).prepare()
    with db.begin() as tx:
        add_account(tx, Account("other", "Other", 0, 0.0))
    return db


@pytest.fixture
def dictionaries(home):
    return Dictionaries(home)


@pytest.fixture
def queries(home):
    """How many statements the database has been given."""
    counted = []
    event.listen(home._engine, "before_cursor_execute", lambda *_: counted.append(1))
    return counted


def test_a_dictionary_is_read_back_as_it_was_made(dictionaries):
    made = dictionaries.create(HOME, "Names", [UN, TOMATO], "For tests.")

    assert dictionaries.get(HOME, made.dictionary_id) == (made, (UN, TOMATO))
    assert (made.name, made.description, made.rules_count, made.archived_at) == ("Names", "For tests.", 2, None)
    assert made.created_at == pytest.approx(time.time(), abs=5)


def test_a_lexicon_file_becomes_a_dictionary_and_the_other_way_round(dictionaries):
    made = dictionaries.create_from_file(HOME, "File", LEXICON)
    _, rules = dictionaries.get(HOME, made.dictionary_id)
    content = dictionaries.export(HOME, made.dictionary_id, made.latest_version_id)
    again = dictionaries.create_from_file(HOME, "Again", content)

    assert [rule.string_to_replace for rule in rules] == ["SQL", "tomato"]
    assert dictionaries.get(HOME, again.dictionary_id)[1] == rules


@pytest.mark.parametrize("content", [b"", b"not XML", b"<lexicon", b"<html/>", b"\xff\xfe\0\0", b"PK\x03\x04"])
def test_a_file_that_is_no_lexicon_is_refused(dictionaries, content):
    with pytest.raises(InvalidRequest):
        dictionaries.create_from_file(HOME, "File", content)

    assert dictionaries.list(HOME).dictionaries == ()


def test_a_file_that_is_too_large_is_refused(dictionaries):
    with pytest.raises(InvalidRequest, match="MiB"):
        dictionaries.create_from_file(HOME, "File", LEXICON + b" " * LARGEST_BYTES)


# Edits and versions


def test_an_edit_makes_a_version_and_leaves_the_old_one_as_it_is(dictionaries):
    first = dictionaries.create(HOME, "Names", [UN])
    second = dictionaries.set_rules(HOME, first.dictionary_id, [SQL, TOMATO])

    assert second.latest_version_id != first.latest_version_id
    assert second.rules_count == 2
    by_version = [
        dictionaries.rules(HOME, [Locator(first.dictionary_id, version)])
        for version in (first.latest_version_id, second.latest_version_id, None)
    ]
    assert by_version == [(UN,), (SQL, TOMATO), (SQL, TOMATO)]


def test_an_added_rule_takes_the_place_of_the_one_for_the_same_string(dictionaries):
    made = dictionaries.create(HOME, "Names", [UN, SQL])
    other = alias("UN", "the nations")

    dictionaries.add_rules(HOME, made.dictionary_id, [TOMATO, other])

    assert dictionaries.get(HOME, made.dictionary_id)[1] == (other, SQL, TOMATO)


def test_rules_are_removed_by_their_strings(dictionaries):
    made = dictionaries.create(HOME, "Names", [UN, SQL, TOMATO])

    edited = dictionaries.remove_rules(HOME, made.dictionary_id, ["SQL", "unknown", "UN"])

    assert edited.rules_count == 1
    assert dictionaries.get(HOME, made.dictionary_id) == (edited, (TOMATO,))


def test_an_edit_that_changes_nothing_makes_no_version(dictionaries):
    made = dictionaries.create(HOME, "Names", [UN, SQL])

    assert dictionaries.set_rules(HOME, made.dictionary_id, [UN, SQL]) == made
    assert dictionaries.add_rules(HOME, made.dictionary_id, [SQL]) == made
    assert dictionaries.remove_rules(HOME, made.dictionary_id, ["unknown"]) == made


def test_edits_at_the_same_time_all_count(dictionaries):
    made = dictionaries.create(HOME, "Names")
    added = [alias(f"word{number}", "spoken") for number in range(8)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda rule: dictionaries.add_rules(HOME, made.dictionary_id, [rule]), added))

    assert set(dictionaries.get(HOME, made.dictionary_id)[1]) == set(added)


RULES = st.lists(st.builds(alias, st.sampled_from("abcd"), st.sampled_from("xyz")), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(RULES, RULES, st.sets(st.sampled_from("abcd")))
def test_after_an_edit_every_string_is_said_as_it_was_told_last(dictionaries, first, added, removed):
    made = dictionaries.create(HOME, "Names", first)
    dictionaries.add_rules(HOME, made.dictionary_id, added)
    latest = dictionaries.remove_rules(HOME, made.dictionary_id, removed)
    _, rules = dictionaries.get(HOME, made.dictionary_id)

    wanted = {rule.string_to_replace: rule for rule in first} | {rule.string_to_replace: rule for rule in added}
    said = {rule.string_to_replace: rule for rule in rules}
    assert said == {string: rule for string, rule in wanted.items() if string not in removed}
    assert latest.rules_count == len(rules)
    assert dictionaries.rules(HOME, [Locator(made.dictionary_id, made.latest_version_id)]) == tuple(first)


def test_rules_that_are_too_many_or_cannot_be_applied_are_refused_and_change_nothing(dictionaries, monkeypatch):
    monkeypatch.setattr(limits, "MOST_RULES", 2)
    made = dictionaries.create(HOME, "Names", [UN, SQL])

    with pytest.raises(InvalidRequest, match="may have 2 rules, not 3"):
        dictionaries.add_rules(HOME, made.dictionary_id, [TOMATO])
    for bad in (
        alias("a" * 201, "b"),
        alias(" ", "b"),
        alias("a", ""),
        phoneme("a", "1"),
        Rule("phoneme", "a", "b", "runes"),
    ):
        with pytest.raises(InvalidRequest, match="Rule 2 of 2: "):
            dictionaries.set_rules(HOME, made.dictionary_id, [UN, bad])
    assert dictionaries.get(HOME, made.dictionary_id) == (made, (UN, SQL))


# Locators


def test_rules_of_several_dictionaries_come_in_the_order_of_the_locators(dictionaries):
    first, second = [dictionaries.create(HOME, "Names", rules) for rules in ([UN], [SQL, TOMATO])]
    locators = [Locator(made.dictionary_id) for made in (second, first)]

    assert dictionaries.rules(HOME, locators) == (SQL, TOMATO, UN)
    assert dictionaries.rules(HOME, locators[::-1]) == (UN, SQL, TOMATO)
    assert dictionaries.rules(HOME, []) == ()


def test_more_than_three_locators_are_refused(dictionaries):
    made = dictionaries.create(HOME, "Names", [UN])

    with pytest.raises(InvalidRequest, match="At most 3"):
        dictionaries.rules(HOME, [Locator(made.dictionary_id)] * 4)


@pytest.mark.parametrize("identifier", ["nothing", "", "../x", "\0", "x" * 65, "é"])
def test_what_does_not_exist_is_not_found(dictionaries, identifier):
    made = dictionaries.create(HOME, "Names", [UN])
    known = made.dictionary_id

    for attempt in (
        lambda: dictionaries.get(HOME, identifier),
        lambda: dictionaries.rules(HOME, [Locator(identifier)]),
        lambda: dictionaries.rules(HOME, [Locator(known, identifier)]),
        lambda: dictionaries.rules(HOME, [Locator(identifier, made.latest_version_id)]),
        lambda: dictionaries.export(HOME, known, identifier),
        lambda: dictionaries.update(HOME, identifier, name="x"),
        lambda: dictionaries.set_rules(HOME, identifier, []),
    ):
        with pytest.raises(DictionaryNotFound):
            attempt()


def test_dictionaries_of_other_accounts_are_not_found_even_when_their_rules_are_known(dictionaries):
    made = dictionaries.create(HOME, "Names", [UN])
    locator = Locator(made.dictionary_id, made.latest_version_id)
    dictionaries.rules(HOME, [locator])

    for attempt in (
        lambda: dictionaries.rules("other", [locator]),
        lambda: dictionaries.rules("other", [Locator(made.dictionary_id)]),
        lambda: dictionaries.get("other", made.dictionary_id),
        lambda: dictionaries.add_rules("other", made.dictionary_id, [SQL]),
        lambda: dictionaries.update("other", made.dictionary_id, archived=True),
    ):
        with pytest.raises(DictionaryNotFound):
            attempt()
    assert dictionaries.list("other").dictionaries == ()


def test_a_version_that_was_used_lately_costs_no_query(dictionaries, queries):
    made = dictionaries.create(HOME, "Names", [UN])
    pinned, latest = Locator(made.dictionary_id, made.latest_version_id), Locator(made.dictionary_id)
    dictionaries.rules(HOME, [pinned])

    before = len(queries)
    assert dictionaries.rules(HOME, [pinned, pinned]) == (UN, UN)
    assert len(queries) == before
    assert dictionaries.rules(HOME, [latest]) == (UN,)
    assert len(queries) == before + 1


def test_rules_that_were_not_used_for_long_are_forgotten_and_found_again(dictionaries, queries, monkeypatch):
    monkeypatch.setattr(limits, "MOST_REMEMBERED", 5)
    made = [dictionaries.create(HOME, "Names", [rule]) for rule in (UN, SQL, TOMATO)]
    pinned = [Locator(one.dictionary_id, one.latest_version_id) for one in made]

    assert [dictionaries.rules(HOME, [locator]) for locator in pinned] == [(UN,), (SQL,), (TOMATO,)]
    before = len(queries)
    assert dictionaries.rules(HOME, pinned[1:]) == (SQL, TOMATO)
    assert len(queries) == before
    assert dictionaries.rules(HOME, pinned[:1]) == (UN,)
    assert len(queries) == before + 1


# Names, archive, lists


def test_a_renamed_dictionary_keeps_its_version(dictionaries):
    made = dictionaries.create(HOME, "Names", [UN])

    renamed = dictionaries.update(HOME, made.dictionary_id, name="Countries")

    assert renamed.latest_version_id == made.latest_version_id
    assert dictionaries.get(HOME, made.dictionary_id)[0].name == "Countries"


def test_an_archived_dictionary_is_not_listed_but_goes_on_working(dictionaries):
    made = dictionaries.create(HOME, "Names", [UN])
    locator = Locator(made.dictionary_id)

    archived = dictionaries.update(HOME, made.dictionary_id, archived=True)
    assert archived.archived_at == pytest.approx(time.time(), abs=5)
    assert dictionaries.update(HOME, made.dictionary_id, archived=True) == archived
    assert dictionaries.list(HOME).dictionaries == ()
    assert dictionaries.list(HOME, DictionaryQuery(archived=True)).dictionaries == (archived,)
    assert dictionaries.rules(HOME, [locator]) == (UN,)

    assert dictionaries.update(HOME, made.dictionary_id, archived=False) == made
    assert dictionaries.list(HOME).dictionaries == (made,)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=3), max_size=7),
    st.sampled_from(["name", "creation_time_unix"]),
    st.booleans(),
    st.integers(1, 3),
)
def test_pages_joined_are_the_whole_list(home, dictionaries, names, by, descending, page_size):
    with home.begin() as tx:
        tx.execute(delete(pronunciation_dictionary_versions))
        tx.execute(delete(pronunciation_dictionaries))
    made = [dictionaries.create(HOME, name) for name in names]

    joined, cursor = [], None
    while True:
        page = dictionaries.list(HOME, DictionaryQuery(by, descending, page_size=page_size, cursor=cursor))
        joined += page.dictionaries
        if (cursor := page.next_cursor) is None:
            break

    if by == "name":
        assert [one.name.casefold() for one in joined] == sorted(map(str.casefold, names), reverse=descending)
    else:
        assert [one.name for one in joined] == (names[::-1] if descending else names)
    assert sorted(one.dictionary_id for one in joined) == sorted(one.dictionary_id for one in made)


def test_a_cursor_keeps_the_order_of_its_page(dictionaries):
    for name in "bac":
        dictionaries.create(HOME, name)
    first = dictionaries.list(HOME, DictionaryQuery("name", descending=False, page_size=1))

    rest = dictionaries.list(HOME, DictionaryQuery(cursor=first.next_cursor))

    assert [one.name for one in (*first.dictionaries, *rest.dictionaries)] == ["a", "b", "c"]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "bnVsbA", "WzEsMiwzXQ"])
def test_a_cursor_of_somebody_elses_is_refused(dictionaries, cursor):
    with pytest.raises(InvalidRequest, match="page token"):
        dictionaries.list(HOME, DictionaryQuery(cursor=cursor))
