import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sonant.core.engine import Capability, EngineInfo
from sonant.core.errors import EngineUnavailable, InvalidRequest, VoiceNotFound
from sonant.core.speech import Speaker, Voice, VoiceSettings
from sonant.services import voices as module
from sonant.services.accounts import HOME_ACCOUNT_ID as HOME
from sonant.services.accounts import Accounts
from sonant.services.voices import VoiceFilter, VoiceOrder, Voices
from sonant.store.accounts import Account, add_account
from sonant.store.schema import voice_settings

FLITE = EngineInfo("flite", Capability.SYNTHESIS, 16_000, ("en",), "MIT")
ESPEAK = EngineInfo("espeak", Capability.SYNTHESIS, 22_050, ("en", "de"), "GPL-3.0")
OPENJTALK = EngineInfo("openjtalk", Capability.SYNTHESIS, 48_000, ("ja",), "MIT")
ANNA = Voice(
    "anna0000000000000000",
    "Anna",
    "en-US",
    Speaker("flite", "slt"),
    Speaker("espeak", "gmw/en"),
    description="A warm narrator.",
    labels={"gender": "female", "age": "young", "accent": "american", "use_case": "narration", "language": "en"},
    settings=VoiceSettings(stability=0.6),
)
BORIS = Voice(
    "boris000000000000000",
    "boris",
    "de-DE",
    Speaker("espeak", "gmw/de"),
    labels={"gender": "male", "age": "old", "accent": "standard", "use_case": "news", "language": "de"},
)
CHIYO = Voice("chiyo000000000000000", "Chiyo", "ja-JP", Speaker("openjtalk", "mei"), Speaker("espeak", "jpx/ja"))
PREMADE = {voice.voice_id: voice for voice in (BORIS, ANNA, CHIYO)}
ALIASES = {"21m00Tcm4TlvDq8ikWAM": ANNA.voice_id, "EXAVITQu4vr4xnSDxMaL": ANNA.voice_id}
RACHEL = "21m00Tcm4TlvDq8ikWAM"


class Installed:
    """What is installed."""

    def __init__(self, *engines):
        self._engines = {engine.name: engine for engine in engines}

    def engines(self):
        return self._engines

    def missing(self):
        return {"openjtalk": "Install it: pip install sonant[japanese]."}


class NoPreviews:
    """Nobody listens."""


def voices(db=None, engines=(FLITE, ESPEAK), premade=PREMADE):
    return Voices(db, Installed(*engines), premade, ALIASES, NoPreviews())


@pytest.fixture
def home(db):
    Accounts(db).prepare()
    return db


def names(page):
    return [voice.name for voice in page.voices]


# Looking up


def test_a_voice_is_found_with_its_own_settings(home):
    assert voices(home).get(HOME, ANNA.voice_id) == ANNA


def test_one_of_the_vendors_ids_gets_the_local_voice_under_the_id_that_was_asked_for(home):
    assert voices(home).get(HOME, RACHEL) == replace(ANNA, voice_id=RACHEL)


@pytest.mark.parametrize("voice_id", ["nobody", "", "../etc/passwd", "\0", "x" * 5_000])
def test_an_unknown_voice_is_not_found(voice_id):
    with pytest.raises(VoiceNotFound):
        voices().get(HOME, voice_id)


def test_a_voice_whose_engines_are_missing_says_how_to_install_them():
    with pytest.raises(EngineUnavailable, match=r"sonant\[japanese\]"):
        voices().get(HOME, CHIYO.voice_id)


def test_who_speaks_abroad_also_speaks_at_home_where_nobody_else_can(home):
    anna = voices(home, engines=[ESPEAK]).get(HOME, ANNA.voice_id)

    assert anna.speaker == anna.abroad == ANNA.abroad


def test_a_voice_stays_at_home_where_its_speaker_for_abroad_is_missing(home):
    assert voices(home, engines=[FLITE]).get(HOME, ANNA.voice_id).abroad is None


def test_a_voice_is_looked_up_without_the_database_once_its_settings_are_known(home):
    found = voices(home)
    found.get(HOME, ANNA.voice_id)
    home.close()
    found._db = None

    started = time.perf_counter()
    for _ in range(1_000):
        found.get(HOME, RACHEL)
    assert (time.perf_counter() - started) / 1_000 < 0.0002


# Settings


def test_edited_settings_keep_what_is_not_changed(home):
    found = voices(home)

    found.edit_settings(HOME, ANNA.voice_id, lambda settings: replace(settings, speed=1.1))
    edited = found.edit_settings(HOME, ANNA.voice_id, lambda settings: replace(settings, style=0.3))

    assert edited == VoiceSettings(stability=0.6, style=0.3, speed=1.1)
    assert found.get(HOME, ANNA.voice_id).settings == edited
    assert voices(home).get(HOME, ANNA.voice_id).settings == edited


def test_all_ids_of_a_voice_share_its_settings(home):
    found = voices(home)

    found.edit_settings(HOME, RACHEL, lambda settings: replace(settings, speed=0.8))

    assert found.get(HOME, ANNA.voice_id).settings.speed == 0.8
    assert found.get(HOME, "EXAVITQu4vr4xnSDxMaL").settings.speed == 0.8
    assert {voice.settings.speed for voice in found.list(HOME).voices} == {0.8, 1.0}


def test_settings_of_one_account_are_not_anothers(home):
    with home.begin() as tx:
        add_account(tx, Account("other", "Other", 0, 0.0))
    found = voices(home)

    found.edit_settings("other", ANNA.voice_id, lambda settings: replace(settings, speed=0.8))

    assert found.get(HOME, ANNA.voice_id).settings == ANNA.settings


def test_settings_of_unknown_voices_are_not_stored(home):
    with pytest.raises(VoiceNotFound):
        voices(home).edit_settings(HOME, "nobody", lambda settings: settings)

    with home.connect() as tx:
        assert tx.execute(select(voice_settings)).all() == []


def test_an_edit_of_another_process_applies_after_a_moment(home, monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    here, there = voices(home), voices(home)
    here.get(HOME, ANNA.voice_id)

    there.edit_settings(HOME, ANNA.voice_id, lambda settings: replace(settings, speed=0.8))
    now[0] += module.REMEMBER_SECONDS

    assert here.get(HOME, ANNA.voice_id).settings.speed == 0.8


def test_settings_that_were_read_before_an_edit_are_not_remembered_after_it(home):
    found = voices(home)
    read, edited = threading.Event(), threading.Event()

    class Slow:
        """A database that is read just before an edit."""

        def connect(self):
            connection = home.connect()

            class Held:
                def __enter__(self):
                    return connection.__enter__()

                def __exit__(self, *exception):
                    read.set()
                    assert edited.wait(5)
                    return connection.__exit__(*exception)

            return Held()

    found._db = Slow()
    reader = threading.Thread(target=found.get, args=(HOME, ANNA.voice_id))
    reader.start()
    assert read.wait(5)
    found._db = home
    found.edit_settings(HOME, ANNA.voice_id, lambda settings: replace(settings, speed=0.8))
    edited.set()
    reader.join()

    assert found.get(HOME, ANNA.voice_id).settings.speed == 0.8


def test_edits_at_the_same_time_all_count(home):
    found = voices(home)
    edits = [{"stability": 0.1}, {"similarity": 0.2}, {"style": 0.3}, {"speaker_boost": False}, {"speed": 0.9}]

    def edit(change):
        found.edit_settings(HOME, BORIS.voice_id, lambda old: replace(old, **change))

    with ThreadPoolExecutor(len(edits)) as threads:
        list(threads.map(edit, edits))

    assert found.get(HOME, BORIS.voice_id).settings == VoiceSettings(0.1, 0.2, 0.3, False, 0.9)


# Lists


def test_voices_are_listed_in_their_own_order_if_somebody_can_speak_them(home):
    assert names(voices(home).list(HOME)) == ["boris", "Anna"]
    assert names(voices(home, engines=[FLITE, ESPEAK, OPENJTALK]).list(HOME)) == ["boris", "Anna", "Chiyo"]
    assert names(voices(home, engines=[]).list(HOME)) == []


def test_names_sort_without_regard_to_case(home):
    assert names(voices(home).list(HOME, order=VoiceOrder("name"))) == ["Anna", "boris"]
    assert names(voices(home).list(HOME, order=VoiceOrder("name", descending=True))) == ["boris", "Anna"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (VoiceFilter(search="WARM"), ["Anna"]),
        (VoiceFilter(search="news boris"), ["boris"]),
        (VoiceFilter(search="premade"), ["boris", "Anna"]),
        (VoiceFilter(search="warm news"), []),
        (VoiceFilter(voice_type="default"), ["boris", "Anna"]),
        (VoiceFilter(voice_type="non-default"), []),
        (VoiceFilter(voice_type="personal"), []),
        (VoiceFilter(voice_type="community"), []),
        (VoiceFilter(voice_type="workspace"), []),
        (VoiceFilter(category="premade"), ["boris", "Anna"]),
        (VoiceFilter(category="cloned"), []),
        (VoiceFilter(labels={"gender": ["female"]}), ["Anna"]),
        (VoiceFilter(labels={"language": ["de", "fr"], "gender": []}), ["boris"]),
        (VoiceFilter(labels={"gender": ["male"], "use_case": ["narration"]}), []),
        (VoiceFilter(voice_ids=[ANNA.voice_id, CHIYO.voice_id, "nobody"]), ["Anna"]),
        (VoiceFilter(voice_ids=()), []),
    ],
)
def test_a_filter_lets_through_what_it_says(home, wanted, found):
    page = voices(home).list(HOME, wanted)

    assert names(page) == found
    assert page.total == len(found)


def test_voices_of_the_vendors_ids_are_listed_under_these(home):
    page = voices(home).list(HOME, VoiceFilter(voice_ids=[RACHEL, RACHEL, ANNA.voice_id]))

    assert sorted(voice.voice_id for voice in page.voices) == [RACHEL, ANNA.voice_id]


def many(*all_names):
    return {f"v{index}": replace(ANNA, voice_id=f"v{index}", name=name) for index, name in enumerate(all_names)}


ONE_DATABASE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@ONE_DATABASE
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=3), max_size=12),
    st.sampled_from(["name", "created_at_unix"]),
    st.booleans(),
    st.integers(1, 5),
)
def test_pages_joined_are_the_whole_list(home, all_names, by, descending, page_size):
    found = voices(home, premade=many(*all_names))
    whole = found.list(HOME, order=VoiceOrder(by, descending)).voices

    joined, token = [], None
    while True:
        page = found.list(HOME, order=VoiceOrder(by, descending), page_size=page_size, token=token)
        assert page.total == len(all_names)
        assert len(page.voices) <= page_size
        joined += page.voices
        if (token := page.next_token) is None:
            break

    assert joined == list(whole)
    assert sorted(voice.voice_id for voice in joined) == sorted(many(*all_names))


@ONE_DATABASE
@given(st.sets(st.integers(0, 9)), st.booleans())
def test_a_list_goes_on_in_the_right_place_after_voices_are_gone(home, gone, descending):
    everybody = many(*"jihgfedcba")

    first = voices(home, premade=everybody).list(HOME, order=VoiceOrder("name", descending), page_size=4)
    left = {voice_id: voice for index, (voice_id, voice) in enumerate(everybody.items()) if index not in gone}
    rest = voices(home, premade=left).list(HOME, token=first.next_token)

    seen = {voice.voice_id for voice in first.voices}
    assert {voice.voice_id for voice in rest.voices} == set(left) - seen


def test_a_token_keeps_the_order_of_its_page(home):
    found = voices(home, premade=many("c", "a", "b"))
    first = found.list(HOME, order=VoiceOrder("name", descending=True), page_size=1)

    assert names(first) == ["c"]
    assert names(found.list(HOME, token=first.next_token)) == ["b", "a"]


@pytest.mark.parametrize("token", ["", "x", "AAAA", "W10", "é", "bnVsbA", "eyJhIjoxfQ", "WzEsMiwzXQ=="])
def test_a_token_of_somebody_elses_is_refused(token):
    with pytest.raises(InvalidRequest, match="page token"):
        voices().list(HOME, token=token)
