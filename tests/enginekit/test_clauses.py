import pytest

from sonant.core.speech import Utterance
from sonant.enginekit.clauses import ABRUPT_LEAD, ABRUPT_TAIL, LEAD, TAIL, Clause, Sound, clauses, stretch
from sonant.enginekit.english import tokens

RATE = 1_000


def clauses_of(text: str, **context: str) -> list[Clause]:
    return list(clauses(Utterance(text, "en", "anybody", **context), tokens(text)))


def names(clause: Clause) -> list[str]:
    return [token.name for token in clause.given]


def test_a_sentence_is_one_clause() -> None:
    (clause,) = clauses_of("The dog sleeps.", next_text="The cat sleeps, too.")

    assert (clause.lead, clause.tail, clause.rises) == (LEAD, TAIL, False)
    assert names(clause) == ["The", "dog", "sleeps"]


def test_a_sentence_that_breaks_off_is_spoken_with_its_next_word_and_has_no_pause() -> None:
    (clause,) = clauses_of("The dog", next_text=" sleeps, it seems.")

    assert clause.tail == ABRUPT_TAIL
    assert names(clause) == ["The", "dog", "sleeps"]
    assert len(clause.spoken) == 2


def test_nothing_comes_after_the_last_text() -> None:
    (clause,) = clauses_of("The dog", next_text=" ")

    assert (clause.tail, names(clause)) == (TAIL, ["The", "dog"])


def test_a_comma_keeps_its_pause() -> None:
    (clause,) = clauses_of("The dog,", next_text="it seems, sleeps.")

    assert (clause.tail, names(clause)) == (TAIL, ["The", "dog", "it"])


def test_what_continues_a_sentence_begins_at_once() -> None:
    (continued,) = clauses_of("sleeps.", previous_text="The dog")
    (fresh,) = clauses_of("It sleeps.", previous_text="The dog.")

    assert (continued.lead, fresh.lead) == (ABRUPT_LEAD, LEAD)


def test_a_question_rises_in_its_last_clause_only() -> None:
    found = clauses_of("After all that they have told you, do you still want to go there?")

    assert [clause.rises for clause in found] == [False, True]
    assert [names(clause)[-1] for clause in found] == ["do", "there"]


def test_the_stretch_has_the_silence_that_was_asked_for() -> None:
    (clause,) = clauses_of("a dog")
    sounds = [[Sound("ax", 0.2, 0.25)], [Sound("d", 0.25, 0.3), Sound("ao", 0.3, 0.4, stressed=True)]]

    heard = stretch(clause, sounds, onset=1_000, sample_rate=RATE)

    assert (heard.begin, heard.end) == (150, 550)
    assert [(word.first, word.last) for word in heard.words] == [(0, 1), (2, 5)]
    assert heard.words[0].start == pytest.approx(1.05)
    assert heard.words[1].end == pytest.approx(1.25)
    assert [phone.symbol for phone in heard.words[1].phones] == ["d", "ɔ"]


def test_a_word_that_was_added_is_not_heard() -> None:
    (clause,) = clauses_of("a", next_text="dog")
    heard = stretch(clause, [[Sound("ax", 0.2, 0.3)], [Sound("ae", 0.5, 0.6)]], 0, RATE)

    assert heard.end == 300
    assert len(heard.words) == 1


def test_without_any_sound_there_is_a_pause_without_words() -> None:
    (clause,) = clauses_of("a")
    heard = stretch(clause, [[]], 0, RATE)

    assert (heard.begin, heard.end, heard.words) == (0, 150, ())
