import pytest

from services.history_fixture import RATE, Stored
from sonant.services.blobs import sweep


@pytest.fixture
def stored(db, tmp_path):
    return Stored(db, tmp_path / "blobs")


async def test_sweeping_deletes_what_a_crash_left_and_nothing_else(stored, tmp_path):
    item_id = await stored.add()
    orphan = stored.blobs.writer()
    orphan.write(b"orphan")
    orphan.seal()
    orphan.commit()
    assert sweep(stored.db, stored.blobs) == 1
    assert sweep(stored.db, stored.blobs) == 0
    assert stored.audio(item_id).size == round(0.2 * RATE)
    assert len([path for path in tmp_path.rglob("*") if path.parent.parent.name == "blobs"]) == 1
