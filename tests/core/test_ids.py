import time

import pytest

from sonant.core.ids import ALPHABET, is_id, made_at, new_id, timed_id


@pytest.mark.parametrize("length", [1, 11, 20, 40])
def test_ids_have_the_length_asked_for_and_need_no_escaping(length):
    made = {new_id(length) for _ in range(500)}

    assert {len(one) for one in made} == {length}
    assert set("".join(made)) <= set(ALPHABET)
    assert all(is_id(one) for one in made)


def test_ids_do_not_repeat_and_use_every_character_everywhere():
    made = [new_id() for _ in range(5000)]

    assert len(set(made)) == 5000
    assert all({one[place] for one in made} == set(ALPHABET) for place in range(20))


def test_timed_ids_sort_by_the_time_they_were_made():
    made = []
    for _ in range(50):
        made.append(timed_id())
        time.sleep(2e-6)

    assert [made_at(one) for one in made] == sorted(made_at(one) for one in made)
    assert made_at(made[-1]) == pytest.approx(time.time(), abs=1)


@pytest.mark.parametrize("text", ["", "../etc", "a b", "ä", "a" * 65, "a\n"])
def test_what_could_never_be_an_id_is_told_apart(text):
    assert not is_id(text)
