import io
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.history_fixture import ACCOUNT, ADA, RATE, Stored, chunk_of
from sonant.codecs.format import AudioFormat
from sonant.core.errors import HistoryItemNotFound
from sonant.services.playback import zipped

MP3 = AudioFormat.parse("mp3_44100_128")


@pytest.fixture
def stored(db, tmp_path):
    return Stored(db, tmp_path / "blobs")


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_recordings_come_back_in_the_format_asked_for(stored):
    item_id = await stored.add(chunks=[chunk_of(6.5), chunk_of(0.1)])
    (recording,) = stored.history.list_recordings(ACCOUNT, [item_id], AudioFormat.parse("pcm_22050"))
    content = b"".join([piece async for piece in recording.pieces()])
    np.testing.assert_array_equal(np.frombuffer(content, "<i2") / 32768, stored.audio(item_id))


async def test_wave_is_at_the_rate_of_the_recording(stored):
    item_id = await stored.add()
    (recording,) = stored.history.list_recordings(ACCOUNT, [item_id], None)
    content = b"".join([piece async for piece in recording.pieces()])
    assert content[:4] == b"RIFF"
    assert int.from_bytes(content[24:28], "little") == RATE


async def test_recordings_are_handed_out_once_each_in_the_order_given(stored):
    ids = [await stored.add(text) for text in ("one", "two", "three")]
    asked = [ids[2], ids[0], ids[2]]
    assert [r.item.text for r in stored.history.list_recordings(ACCOUNT, asked, MP3)] == ["three", "one"]
    with pytest.raises(HistoryItemNotFound):
        stored.history.list_recordings(ACCOUNT, [ids[0], "unknown"], MP3)


async def test_a_recording_deleted_before_it_is_read_is_not_found(stored):
    item_id = await stored.add()
    (recording,) = stored.history.list_recordings(ACCOUNT, [item_id], MP3)
    stored.history.delete(ACCOUNT, item_id)
    with pytest.raises(HistoryItemNotFound):
        await anext(recording.pieces())


async def test_a_reader_who_stops_leaves_no_file_open(stored):
    item_id = await stored.add(chunks=[chunk_of(6.0)] * 3)
    (recording,) = stored.history.list_recordings(ACCOUNT, [item_id], MP3)
    before = open_files()
    pieces = recording.pieces()
    await anext(pieces)
    assert open_files() == before + 1
    await pieces.aclose()
    assert open_files() == before


async def test_a_zip_file_holds_each_recording_under_its_date_and_voice(stored):
    ids = [await stored.add(voice=replace(ADA, name="Ada / Ж ../x"), chunks=[chunk_of(s)]) for s in (0.2, 7.0)]
    recordings = stored.history.list_recordings(ACCOUNT, ids, None)
    content = b"".join([piece async for piece in zipped(recordings)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        sizes = [entry.file_size for entry in archive.infolist()]
    assert sizes == [44 + 2 * round(seconds * RATE) for seconds in (0.2, 7.0)]
    for name, item_id in zip(names, ids, strict=True):
        date, voice, rest = name.split("T", 1)[0], name.split("_", 3)[3], name.rsplit("_", 1)[1]
        assert date == time.strftime("%Y-%m-%d", time.gmtime(stored.get(item_id).created_at))
        assert voice.startswith("Ada_Ж_x_")
        assert rest == f"{item_id}.wav"
