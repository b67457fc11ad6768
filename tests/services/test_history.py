import asyncio
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.history_fixture import ACCOUNT, BEA, RATE, Chunk, Stored, chunk_of, stream
from sonant.codecs.format import AudioFormat
from sonant.core import ids
from sonant.core.alignment import Alignment
from sonant.core.errors import HistoryItemNotFound, InvalidRequest, QuotaExceeded
from sonant.core.ids import new_id
from sonant.core.speech import VoiceSettings
from sonant.services.accounts import Accounts
from sonant.services.blobs import sweep
from sonant.services.history import DialogueLine, History, HistoryFilter
from sonant.store.accounts import Account, add_account
from sonant.store.database import Database
from sonant.store.files import FileBlobs
from sonant.store.history import HistoryItem, add_item

MP3 = AudioFormat.parse("mp3_44100_128")


@pytest.fixture
def stored(db, tmp_path):
    return Stored(db, tmp_path / "blobs")


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def files_below(path):
    return [file for file in path.rglob("*") if file.is_file()]


# Recording


async def test_chunks_pass_through_unchanged(stored):
    chunks = [chunk_of(0.1, seed) for seed in range(5)]
    passed = [chunk async for chunk in stored.history.record(stored.generation(), stream(chunks))]
    assert all(before is after for before, after in zip(chunks, passed, strict=True))


@pytest.mark.parametrize("seconds", [[0.3], [0.1, 0.02, 4.0], [3.0] * 6])
async def test_what_was_heard_is_kept_to_the_last_bit_of_sixteen(stored, seconds):
    chunks = [chunk_of(length, seed) for seed, length in enumerate(seconds)]
    item_id = await stored.add(chunks=chunks)
    heard = np.concatenate([chunk.audio.samples[0] for chunk in chunks])
    kept = stored.audio(item_id)
    assert kept.shape == heard.shape
    assert np.abs(kept - heard).max() <= 0.5 / 32768 + 1e-9
    item = stored.get(item_id)
    assert item.sample_rate == RATE
    assert item.duration == pytest.approx(sum(seconds), abs=1e-4)


async def test_an_item_says_what_was_asked_for(stored):
    settings_ = VoiceSettings(stability=0.1, speed=1.2)
    generation = stored.generation("Ünïcode 🎙", voice=BEA, settings=settings_, credits=9)
    before = time.time()
    async for _ in stored.history.record(generation, stream([chunk_of(0.1)])):
        pass
    item = stored.get(generation.history_item_id)
    assert item.text == "Ünïcode 🎙"
    assert (item.voice_id, item.voice_name, item.voice_category) == ("bea-id", "Bea", "cloned")
    assert (item.model_id, item.source, item.state, item.output_format) == ("m", "TTS", "created", "pcm_16000")
    assert item.request_id == generation.request_id
    assert VoiceSettings(**item.settings) == settings_
    assert item.characters_to - item.characters_from == 9
    assert before - 5 < item.created_at <= time.time()
    assert item.alignments is None
    assert item.dialogue is None


async def test_a_dialogue_keeps_its_turns_and_no_single_voice(stored):
    turns = (DialogueLine("ada-id", "Ada", "Hi!"), DialogueLine("bea-id", "Bea", "Ho!"))
    item = stored.get(await stored.add("Hi! Ho!", dialogue=turns))
    assert item.dialogue == [
        {"voice_id": "ada-id", "voice_name": "Ada", "text": "Hi!"},
        {"voice_id": "bea-id", "voice_name": "Bea", "text": "Ho!"},
    ]
    assert item.voice_id is None


async def test_character_times_are_kept_where_chunks_carry_them(stored):
    audio = chunk_of(0.1).audio
    chunks = [
        Chunk(audio, Alignment("a", (0.0,), (0.05,)), Alignment("A", (0.0,), (0.06,))),
        Chunk(audio, Alignment("b", (0.1,), (0.2,)), None),
    ]
    item_id = await stored.add("ab", chunks=chunks)
    assert stored.get(item_id).alignments == {
        "alignment": {"text": "ab", "starts": [0.0, 0.1], "ends": [0.05, 0.2]},
        "normalized_alignment": {"text": "A", "starts": [0.0], "ends": [0.06]},
    }
    assert stored.history.list_page(ACCOUNT, HistoryFilter()).items[0].alignments is None


async def test_the_item_is_there_before_the_stream_ends(stored):
    generation = stored.generation()
    recording = stored.history.record(generation, stream([chunk_of(0.1)]))
    await anext(recording)
    with pytest.raises(HistoryItemNotFound):
        stored.get(generation.history_item_id)
    with pytest.raises(StopAsyncIteration):
        await anext(recording)
    assert stored.get(generation.history_item_id)


@pytest.mark.parametrize("length", [0.1, 12.0])
async def test_a_stream_the_client_abandons_leaves_nothing_and_costs_nothing(stored, tmp_path, length):
    closed = []
    recording = stored.history.record(stored.generation(), stream([chunk_of(length)] * 3, closed))
    await anext(recording)
    await anext(recording)
    await recording.aclose()
    assert closed == [True]
    assert stored.texts() == []
    assert files_below(tmp_path / "blobs") == []
    assert stored.accounts.balance(stored.caller).credits_used == 0


async def test_a_stream_that_is_never_begun_costs_nothing(stored):
    await stored.history.record(stored.generation(), stream([chunk_of(0.1)])).aclose()
    assert stored.accounts.balance(stored.caller).credits_used == 0


async def test_a_stream_that_fails_leaves_nothing_and_costs_nothing(stored, tmp_path):
    async def failing():
        yield chunk_of(12.0)
        yield chunk_of(0.1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async for _ in stored.history.record(stored.generation(), failing()):
            pass
    assert stored.texts() == []
    assert files_below(tmp_path / "blobs") == []
    assert stored.accounts.balance(stored.caller).credits_used == 0


async def test_a_request_cancelled_at_any_moment_leaves_a_whole_item_or_nothing(stored, tmp_path):
    async def request(generation):
        async for _ in stored.history.record(generation, stream([chunk_of(6.0), chunk_of(0.1)])):
            await asyncio.sleep(0)

    recorded_items = 0
    for delay in (0, 0.001, 0.002, 0.004, 0.006, 0.008, 0.012, 0.05):
        generation = stored.generation()
        task = asyncio.create_task(request(generation))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.wait([task])
        try:
            stored.get(generation.history_item_id)
        except HistoryItemNotFound:
            continue
        recorded_items += 1
        assert stored.audio(generation.history_item_id).size == round(6.1 * RATE)
    assert stored.accounts.balance(stored.caller).credits_used == recorded_items * len("Hello.")
    assert len(files_below(tmp_path / "blobs")) == min(recorded_items, 1)


async def test_without_logging_only_the_charge_remains(stored, tmp_path):
    await stored.add(logged=False)
    assert stored.texts() == []
    assert files_below(tmp_path / "blobs") == []
    assert stored.accounts.balance(stored.caller).credits_used == len("Hello.")


async def test_each_item_continues_the_accounts_count(stored):
    items = [stored.get(await stored.add(text)) for text in ("one", "three", "four")]
    assert [(item.characters_from, item.characters_to) for item in items] == [(0, 3), (3, 8), (8, 12)]


async def test_who_can_not_pay_is_refused_before_the_engine_begins(stored):
    begun = []

    async def chunks():
        begun.append(True)
        yield chunk_of(0.1)

    poor = stored.accounts.authenticate(stored.accounts.create_key("poor", credit_limit=5)[1])
    with pytest.raises(QuotaExceeded):
        await anext(stored.history.record(stored.generation(caller=poor), chunks()))
    assert begun == []


async def test_concurrent_requests_never_use_more_than_the_limit(stored):
    key = stored.accounts.create_key("limited", credit_limit=30)[1]
    caller = stored.accounts.authenticate(key)
    outcomes = await asyncio.gather(
        *(stored.add("ten chars.", caller=caller) for _ in range(12)), return_exceptions=True
    )
    assert sum(isinstance(outcome, QuotaExceeded) for outcome in outcomes) == 9
    assert stored.accounts.balance(caller).credits_used == 30
    assert len(stored.texts()) == 3


async def test_silence_without_a_single_sample_is_recorded_without_sound(stored):
    item_id = await stored.add(chunks=[chunk_of(0.0)])
    assert stored.get(item_id).blob_digest is None
    with pytest.raises(HistoryItemNotFound):
        stored.history.list_recordings(ACCOUNT, [item_id], MP3)


async def test_memory_stays_flat_while_something_long_is_recorded(stored):
    piece = chunk_of(2.0, rate=16000)

    async def minutes():
        for _ in range(150):
            yield piece

    tracemalloc.start()
    recording = stored.history.record(stored.generation(), minutes())
    held = [tracemalloc.get_traced_memory()[0] async for _ in recording]
    tracemalloc.stop()
    assert max(held) - held[0] < 2_000_000  # five minutes of samples are 19 MB


# Listing


async def test_items_are_listed_newest_first_unless_asked_otherwise(stored):
    for said in ("one", "two", "three"):
        await stored.add(said)
    assert stored.texts() == ["three", "two", "one"]
    assert stored.texts(descending=False) == ["one", "two", "three"]


async def test_filters_let_through_what_they_say(stored):
    await stored.add("Guten Tag", voice=BEA, model_id="other")
    await stored.add("100% ÄRGER_", source="STS")
    await stored.add("plain")
    first, second, third = (
        stored.get(item.history_item_id)
        for item in stored.history.list_page(ACCOUNT, HistoryFilter(), descending=False).items
    )
    everything = stored.texts()
    for wanted, expected in [
        (HistoryFilter(voice_id="bea-id"), [first.text]),
        (HistoryFilter(model_id="other", source="TTS"), [first.text]),
        (HistoryFilter(model_id="other", source="STS"), []),
        (HistoryFilter(source="STS"), [second.text]),
        (HistoryFilter(search="ärger"), [second.text]),
        (HistoryFilter(search="0% ä"), [second.text]),
        (HistoryFilter(search="r_"), [second.text]),
        (HistoryFilter(search="a_n"), []),
        (HistoryFilter(search="BEA"), [first.text]),
        (HistoryFilter(search="\x00"), []),
        (HistoryFilter(since=int(first.created_at)), everything),
        (HistoryFilter(before=int(first.created_at)), []),
        (HistoryFilter(before=int(third.created_at) + 1), everything),
        (HistoryFilter(voice_id="no id\x00"), []),
        (HistoryFilter(voice_id="' OR 1=1"), []),
    ]:
        assert stored.texts(wanted=wanted) == expected, wanted


def test_a_model_filter_needs_a_source_and_a_search_has_a_limit(stored):
    with pytest.raises(InvalidRequest, match="source"):
        stored.texts(wanted=HistoryFilter(model_id="m"))
    with pytest.raises(InvalidRequest, match="1000"):
        stored.texts(wanted=HistoryFilter(search="x" * 1001))
    with pytest.raises(HistoryItemNotFound):
        stored.texts(after="no id\x00")


def synthetic(history_item_id, created_at, text):
    return HistoryItem(
        history_item_id, ACCOUNT, new_id(), "TTS", "created", "m", "v", "V", "premade", 0, 1, "pcm_16000", None, 1, 0.0,
        created_at, None, None, text,
    )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    microseconds=st.lists(st.integers(0, 20), max_size=25),
    page_size=st.integers(1, 9),
    descending=st.booleans(),
    deleted=st.sets(st.integers(0, 24)),
)
def test_pages_hold_every_item_once_and_in_order_even_if_those_already_sent_are_deleted(
    empty_sqlite, tmp_path_factory, microseconds, page_size, descending, deleted
):
    folder = tmp_path_factory.mktemp("pages")
    (folder / "a.db").write_bytes(empty_sqlite.read_bytes())
    db = Database(f"sqlite:///{folder / 'a.db'}")
    history = History(db, FileBlobs(folder / "blobs"), Accounts(db))
    rows = []
    with db.begin() as tx:
        add_account(tx, Account(ACCOUNT, "Home", 0, 0.0))
        for offset in microseconds:
            moment = 1_700_000_000_000_000 + offset
            history_item_id = timed_at(moment)
            rows.append((moment / 1e6, history_item_id))
            add_item(tx, synthetic(history_item_id, moment / 1e6, "x"))
    seen, after, more = [], None, True
    while more:
        page = history.list_page(ACCOUNT, HistoryFilter(), after=after, descending=descending, page_size=page_size)
        assert len(page.items) <= page_size
        ids = [item.history_item_id for item in page.items]
        seen += ids
        for history_item_id in ids:
            if len(seen) in deleted:
                history.delete(ACCOUNT, history_item_id)
        more, after = page.has_more, ids[-1] if ids else None
    assert seen == [history_item_id for _, history_item_id in sorted(rows, reverse=descending)]
    db.close()


def timed_at(microseconds):
    """An id of `timed_id`, of another time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids.time, "time_ns", lambda: microseconds * 1000)
        return ids.timed_id()


async def test_items_of_other_accounts_do_not_exist(stored):
    item_id = await stored.add()
    with stored.db.begin() as tx:
        add_account(tx, Account("other", "Other", 0, 0.0))
    assert stored.history.list_page("other", HistoryFilter()).items == []
    for attempt in (
        lambda: stored.history.get("other", item_id),
        lambda: stored.history.delete("other", item_id),
        lambda: stored.history.list_recordings("other", [item_id], MP3),
    ):
        with pytest.raises(HistoryItemNotFound):
            attempt()
    assert stored.history.previous_texts("other", [stored.get(item_id).request_id]) == []


@pytest.mark.parametrize("history_item_id", ["", "unknown", "no id\x00", "../../etc/passwd", "x" * 10_000])
def test_an_unknown_item_is_not_found(stored, history_item_id):
    with pytest.raises(HistoryItemNotFound):
        stored.get(history_item_id)
    with pytest.raises(HistoryItemNotFound):
        stored.history.delete(ACCOUNT, history_item_id)


async def test_earlier_texts_come_in_the_order_asked_for_and_unknown_requests_are_left_out(stored):
    requests = [stored.get(await stored.add(text)).request_id for text in ("one", "two")]
    assert stored.history.previous_texts(ACCOUNT, [requests[1], "unknown", requests[0]]) == ["two", "one"]
    assert stored.history.previous_texts(ACCOUNT, []) == []


# Deleting


async def test_items_with_the_same_sound_share_it_until_the_last_is_deleted(stored, tmp_path):
    first, second = await stored.add(), await stored.add()
    assert len(files_below(tmp_path / "blobs")) == 1
    stored.history.delete(ACCOUNT, first)
    assert stored.audio(second).size == round(0.2 * RATE)
    stored.history.delete(ACCOUNT, second)
    assert files_below(tmp_path / "blobs") == []


async def test_no_item_loses_its_sound_while_others_with_the_same_sound_come_and_go(stored):
    async def come_and_go():
        for _ in range(8):
            item_id = await stored.add()
            assert (await asyncio.to_thread(stored.audio, item_id)).size == round(0.2 * RATE)
            await asyncio.to_thread(stored.history.delete, ACCOUNT, item_id)

    done = threading.Event()

    def sweep_all_the_time():
        while not done.is_set():
            sweep(stored.db, stored.blobs)

    sweeping = asyncio.create_task(asyncio.to_thread(sweep_all_the_time))
    try:
        await asyncio.gather(*(come_and_go() for _ in range(5)))
    finally:
        done.set()
        await sweeping
    assert list(stored.blobs.digests()) == []


# Crashes


def test_every_acknowledged_item_survives_ten_kills_with_its_sound(empty_sqlite, tmp_path):
    database = tmp_path / "sonant.db"
    database.write_bytes(empty_sqlite.read_bytes())
    recorder = Path(__file__).with_name("recorder.py")
    command = [sys.executable, recorder, f"sqlite:///{database}", tmp_path / "blobs", "10"]
    acknowledged = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert len(acknowledged) >= 20

    db = Database(f"sqlite:///{database}")
    stored = Stored(db, tmp_path / "blobs")
    with db.connect() as tx:
        assert tx.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    sweep(db, stored.blobs)
    items = stored.history.list_page(ACCOUNT, HistoryFilter(), page_size=10**6).items
    assert set(acknowledged) <= {item.history_item_id for item in items}
    for item in items:
        assert stored.audio(item.history_item_id).size == pytest.approx(item.duration * RATE)
    assert stored.accounts.balance(stored.caller).credits_used == sum(len(item.text) for item in items)
    assert len(files_below(tmp_path / "blobs")) == len({item.blob_digest for item in items})
    db.close()
