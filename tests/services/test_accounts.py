import asyncio
import subprocess
import sys
import threading
import time

import pytest

from sonant.core.errors import Forbidden, MissingKey, NotFound, QuotaExceeded, Unauthorized
from sonant.services import accounts as service
from sonant.services.accounts import EVERYTHING, HOME_ACCOUNT_ID, Accounts, Caller, Scope, TokenPurpose
from sonant.store.accounts import charge
from sonant.store.schema import api_keys, single_use_tokens


@pytest.fixture
def accounts(db):
    return Accounts(db)


def limited_caller(accounts, credit_limit):
    _, key = accounts.create_key("limited", credit_limit=credit_limit)
    return accounts.authenticate(key)


def in_threads(count, function):
    """Call a function in many threads at once; what it returned or raised, in no order."""
    outcomes, barrier = [], threading.Barrier(count)

    def call():
        barrier.wait()
        try:
            outcomes.append(function())
        except Exception as error:  # noqa: BLE001 - that is what is looked at
            outcomes.append(error)

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_key_lets_its_account_in_with_its_scopes(accounts):
    stored, key = accounts.create_key("reader", scopes=[Scope.VOICES_READ])
    caller = accounts.authenticate(key)
    assert caller == Caller(HOME_ACCOUNT_ID, stored.key_id, frozenset({Scope.VOICES_READ}))
    assert key.startswith("sk_")
    assert len(key) == 3 + 64


def test_a_key_without_named_scopes_may_do_everything(accounts):
    _, key = accounts.create_key("owner")
    assert accounts.authenticate(key).scopes == EVERYTHING


@pytest.mark.parametrize("key", [None, ""])
def test_no_key_is_told_apart_from_a_wrong_one(accounts, key):
    with pytest.raises(MissingKey):
        accounts.authenticate(key)


@pytest.mark.parametrize("key", ["sk_wrong", "sk_" + "0" * 64, "\udcff", "x" * 100_000, "' OR 1=1 --", "\x00"])
def test_a_wrong_key_is_refused(accounts, key):
    accounts.create_key("right")
    with pytest.raises(Unauthorized) as caught:
        accounts.authenticate(key)
    assert type(caught.value) is Unauthorized
    assert key not in caught.value.message


def test_neither_keys_nor_tokens_are_stored(accounts, db):
    _, key = accounts.create_key("secret")
    token = accounts.issue_token(accounts.authenticate(key), TokenPurpose.TTS_WEBSOCKET)
    with db.connect() as tx:
        rows = repr([*tx.execute(api_keys.select()), *tx.execute(single_use_tokens.select())])
    assert key not in rows
    assert token not in rows
    assert key not in repr(accounts.list_keys())


def test_a_missing_scope_is_named(accounts):
    caller = Caller("a", "k", frozenset({Scope.VOICES_READ}))
    accounts.require(caller, Scope.VOICES_READ)
    with pytest.raises(Forbidden, match="text_to_speech"):
        accounts.require(caller, Scope.TEXT_TO_SPEECH)


def test_a_revoked_key_stops_at_once_and_revoking_it_again_changes_nothing(accounts):
    stored, key = accounts.create_key("short-lived")
    accounts.authenticate(key)
    accounts.revoke_key(stored.key_id)
    with pytest.raises(Unauthorized):
        accounts.authenticate(key)
    revoked_at = accounts.list_keys()[0].revoked_at
    accounts.revoke_key(stored.key_id)
    assert accounts.list_keys()[0].revoked_at == revoked_at
    with pytest.raises(NotFound):
        accounts.revoke_key("nobody")


def test_a_key_revoked_in_another_process_stops_within_the_time_it_is_remembered(db, monkeypatch):
    monkeypatch.setattr(service, "REMEMBER_SECONDS", 0.1)
    here, there = Accounts(db), Accounts(db)
    stored, key = here.create_key("short-lived")
    assert here.authenticate(key)
    there.revoke_key(stored.key_id)
    time.sleep(0.15)
    with pytest.raises(Unauthorized):
        here.authenticate(key)


def test_a_key_revoked_while_it_was_read_is_not_remembered(accounts, monkeypatch):
    stored, key = accounts.create_key("short-lived")
    find_key = service.store.find_key

    def find_and_revoke(tx, key_hash):
        found = find_key(tx, key_hash)
        accounts.revoke_key(stored.key_id)
        return found

    monkeypatch.setattr(service.store, "find_key", find_and_revoke)
    accounts.authenticate(key)
    monkeypatch.undo()
    assert accounts.recall(key) is None
    with pytest.raises(Unauthorized):
        accounts.authenticate(key)


def test_a_key_is_recalled_without_the_database_once_it_was_seen(accounts):
    _, key = accounts.create_key("known")
    assert accounts.recall(key) is None
    caller = accounts.authenticate(key)
    assert accounts.recall(key) == caller
    assert accounts.recall(None) is None


def test_what_is_remembered_stays_bounded(accounts, monkeypatch):
    monkeypatch.setattr(service, "_MOST_KNOWN", 3)
    keys = [accounts.create_key(str(number))[1] for number in range(7)]
    for key in keys:
        accounts.authenticate(key)
    assert sum(accounts.recall(key) is not None for key in keys) <= 3
    assert accounts.recall(keys[-1])


def test_the_first_key_is_made_once(accounts):
    key = accounts.first_key()
    assert accounts.authenticate(key).scopes == EVERYTHING
    assert accounts.first_key() is None
    assert accounts.first_key("chosen") is None


def test_the_first_key_can_be_chosen(accounts):
    assert accounts.first_key("sk_chosen") == "sk_chosen"
    assert accounts.authenticate("sk_chosen")


def test_a_server_whose_keys_were_all_revoked_makes_no_new_first_key(accounts):
    accounts.first_key("sk_chosen")
    accounts.revoke_key(accounts.list_keys()[0].key_id)
    assert accounts.first_key() is None


def test_of_many_processes_one_makes_the_first_key(database_url):
    program = (
        "import sys; from sonant.store.database import Database; from sonant.services.accounts import Accounts;"
        "print(Accounts(Database(sys.argv[1])).first_key() is not None)"
    )
    command = [sys.executable, "-c", program, database_url]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sorted(process.communicate()[0].strip() for process in processes) == ["False", "False", "True"]


def test_keys_are_listed_the_oldest_first_with_what_people_know_them_by(accounts):
    made = [accounts.create_key(name, credit_limit=5)[1] for name in ("one", "two", "three")]
    listed = accounts.list_keys()
    assert [key.name for key in listed] == ["one", "two", "three"]
    assert [key.preview for key in listed] == [key[-4:] for key in made]
    assert {key.credit_limit for key in listed} == {5}


def test_without_keys_everybody_is_the_home_account(db):
    accounts = Accounts(db, keyless=True)
    accounts.prepare()
    for key in (None, "anything"):
        assert accounts.authenticate(key) == Caller(HOME_ACCOUNT_ID, None, EVERYTHING)
    assert accounts.balance(accounts.authenticate(None)).account.account_id == HOME_ACCOUNT_ID


def test_a_token_stands_for_its_issuer_once_and_for_one_thing(accounts):
    stored, key = accounts.create_key("issuer")
    token = accounts.issue_token(accounts.authenticate(key), TokenPurpose.TTS_WEBSOCKET)
    caller = accounts.redeem_token(token, TokenPurpose.TTS_WEBSOCKET)
    assert caller == Caller(HOME_ACCOUNT_ID, stored.key_id, frozenset({Scope.TEXT_TO_SPEECH}))
    with pytest.raises(Unauthorized, match="used already"):
        accounts.redeem_token(token, TokenPurpose.TTS_WEBSOCKET)


def test_a_token_that_was_shown_for_another_purpose_is_not_used_up(accounts):
    _, key = accounts.create_key("issuer")
    token = accounts.issue_token(accounts.authenticate(key), TokenPurpose.TTS_WEBSOCKET)
    with pytest.raises(Unauthorized):
        accounts.redeem_token(token, TokenPurpose.REALTIME_SCRIBE)
    assert accounts.redeem_token(token, TokenPurpose.TTS_WEBSOCKET)


def test_a_token_keeps_its_issuers_credit_limit(accounts):
    caller = limited_caller(accounts, 10)
    token = accounts.issue_token(caller, TokenPurpose.TTS_WEBSOCKET)
    bearer = accounts.redeem_token(token, TokenPurpose.TTS_WEBSOCKET)
    with pytest.raises(QuotaExceeded):
        accounts.check(bearer, 11)


def test_of_twenty_threads_one_redeems_the_token(accounts):
    _, key = accounts.create_key("issuer")
    token = accounts.issue_token(accounts.authenticate(key), TokenPurpose.TTS_WEBSOCKET)
    outcomes = in_threads(20, lambda: accounts.redeem_token(token, TokenPurpose.TTS_WEBSOCKET))
    assert sum(isinstance(outcome, Caller) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Unauthorized) for outcome in outcomes) == 19


def test_a_token_expires_and_expired_ones_are_forgotten(accounts, db, monkeypatch):
    _, key = accounts.create_key("issuer")
    caller = accounts.authenticate(key)
    monkeypatch.setattr(service, "TOKEN_LIFETIME_SECONDS", 0.0)
    token = accounts.issue_token(caller, TokenPurpose.BATCH_SCRIBE)
    with pytest.raises(Unauthorized, match="expired"):
        accounts.redeem_token(token, TokenPurpose.BATCH_SCRIBE)
    accounts.issue_token(caller, TokenPurpose.BATCH_SCRIBE)
    with db.connect() as tx:
        assert len(tx.execute(single_use_tokens.select()).all()) == 1


def test_a_token_ends_with_its_key(accounts):
    stored, key = accounts.create_key("issuer")
    token = accounts.issue_token(accounts.authenticate(key), TokenPurpose.TTS_WEBSOCKET)
    accounts.revoke_key(stored.key_id)
    with pytest.raises(Unauthorized):
        accounts.redeem_token(token, TokenPurpose.TTS_WEBSOCKET)


def test_a_token_gives_nothing_that_its_issuer_may_not_do(accounts):
    _, key = accounts.create_key("issuer", scopes=[Scope.SINGLE_USE_TOKENS])
    with pytest.raises(Forbidden, match="text_to_speech"):
        accounts.issue_token(accounts.authenticate(key), TokenPurpose.TTS_WEBSOCKET)


async def test_credits_in_use_by_requests_in_progress_count(accounts):
    caller = limited_caller(accounts, 10)
    async with accounts.hold(caller, 6):
        with pytest.raises(QuotaExceeded, match="needs 6 credits; the API key has 4 left"):
            accounts.check(caller, 6)
        async with accounts.hold(caller, 4):
            with pytest.raises(QuotaExceeded):
                accounts.check(caller, 1)
    accounts.check(caller, 10)


async def test_credits_are_free_again_after_a_request_that_failed_or_was_refused(accounts):
    caller = limited_caller(accounts, 10)
    with pytest.raises(ZeroDivisionError):
        async with accounts.hold(caller, 10):
            raise ZeroDivisionError
    with pytest.raises(QuotaExceeded):
        async with accounts.hold(caller, 11):
            pass
    accounts.check(caller, 10)


async def test_credits_are_free_again_when_the_request_is_cancelled_while_they_are_taken(accounts):
    caller = limited_caller(accounts, 10)

    async def request():
        async with accounts.hold(caller, 10):
            await asyncio.sleep(10)

    for delay in (0, 0.0002, 0.001, 0.02):
        task = asyncio.create_task(request())
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    accounts.check(caller, 10)


async def test_a_race_for_the_last_credits_has_exactly_as_many_winners_as_there_are_credits(accounts, db):
    caller = limited_caller(accounts, 50)

    async def request():
        async with accounts.hold(caller, 10):
            await asyncio.sleep(0.001)
            with db.begin() as tx:
                charge(tx, caller.account_id, caller.key_id, 10)

    outcomes = await asyncio.gather(*(request() for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(outcome, QuotaExceeded) for outcome in outcomes) == 15
    assert outcomes.count(None) == 5
    assert accounts.balance(caller).credits_used == 50


def test_keys_without_a_limit_are_never_refused(accounts):
    _, key = accounts.create_key("unlimited")
    accounts.check(accounts.authenticate(key), 10**12)


def test_the_balance_is_the_keys_where_it_has_a_limit_and_else_the_accounts(accounts, db):
    limited = limited_caller(accounts, 100)
    _, key = accounts.create_key("unlimited")
    unlimited = accounts.authenticate(key)
    with db.begin() as tx:
        assert charge(tx, limited.account_id, limited.key_id, 7) == 7
        assert charge(tx, unlimited.account_id, unlimited.key_id, 5) == 12
    assert accounts.balance(limited).credits_used == 7
    assert accounts.balance(limited).credit_limit == 100
    assert accounts.balance(unlimited).credits_used == 12
    assert accounts.balance(unlimited).credit_limit is None
    assert accounts.balance(unlimited).key_preview == key[-4:]
