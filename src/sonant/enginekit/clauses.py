"""What an engine speaks in one go, and the stretch of its sound that is handed on.

Engines of the kind that predict a whole utterance before its first sample are given a long sentence clause by clause,
and what they put around a clause is cut to what joins well. Such engines know no sentence that breaks off: where one
does, they get the word that comes next as well, so that the voice neither falls nor slows down, and it is cut away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sonant.core.speech import PhoneTiming, Utterance, WordTiming
from sonant.enginekit.english import Token, ends_sentence, is_question, split, tokens
from sonant.enginekit.phones import ipa_of

SHORTEST, LONGEST = 5, 40
_GLANCE = 40
LEAD, TAIL = 0.05, 0.15
ABRUPT_LEAD, ABRUPT_TAIL = 0.01, 0.0


@dataclass(frozen=True, slots=True)
class Clause:
    """A row of tokens to be spoken in one go.

    Attributes:
        spoken: Its tokens, at least one.
        following: The token that comes next, where its sentence isn't over.
        lead: Seconds of silence kept before it, where there is as much.
        tail: Seconds kept after it, where there is as much.
        rises: Ends with a rising voice.
    """

    spoken: Sequence[Token]
    following: Token | None
    lead: float
    tail: float
    rises: bool

    @property
    def given(self) -> Sequence[Token]:
        """What the engine is to speak."""
        return (*self.spoken, self.following) if self.following else self.spoken


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound as an engine reports it: ARPAbet in either case, and seconds from the start of what it was given.

    Attributes:
        stressed: Its syllable is stressed.
    """

    phone: str
    start: float
    end: float
    stressed: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of an engine's sound that is handed on, and the words in it.

    Attributes:
        begin: Its first sample.
        end: The sample after its last; the engine's sound may end before.
        words: Times from the start of the utterance.
    """

    begin: int
    end: int
    words: tuple[WordTiming, ...]


def clauses(utterance: Utterance, spoken: Sequence[Token]) -> Iterator[Clause]:
    """Cut an utterance's tokens where it is long, and say how each part begins and ends."""
    parts = list(split(spoken, SHORTEST, LONGEST))
    afterwards = tokens(utterance.next_text[:_GLANCE])[:1]
    lead = ABRUPT_LEAD if utterance.previous_text.rstrip()[-1:].isalnum() else LEAD
    for index, part in enumerate(parts):
        final = index == len(parts) - 1
        following = next(iter(afterwards if final else parts[index + 1]), None)
        if ends_sentence(part):
            following = None
        tail = ABRUPT_TAIL if following and "," not in part[-1].closing else TAIL
        yield Clause(part, following, lead, tail, rises=final and is_question(spoken))
        lead = ABRUPT_LEAD


def stretch(clause: Clause, sounds: Sequence[Sequence[Sound]], onset: int, sample_rate: int) -> Stretch:
    """Find what is heard of a clause.

    Args:
        clause: What was asked for.
        sounds: Of each token given, in order.
        onset: Samples of the utterance before this clause.
        sample_rate: Hz.
    """
    rows = sounds[: len(clause.spoken)]
    heard = [sound for row in rows for sound in row]
    if not heard:
        return Stretch(0, round(clause.tail * sample_rate), ())
    begin = max(0, round((heard[0].start - clause.lead) * sample_rate))
    end = round((heard[-1].end + clause.tail) * sample_rate)
    shift = (onset - begin) / sample_rate
    words = (_word(token, row, shift) for token, row in zip(clause.spoken, rows, strict=True) if row)
    return Stretch(begin, end, tuple(words))


def _word(token: Token, sounds: Sequence[Sound], shift: float) -> WordTiming:
    phones = tuple(PhoneTiming(ipa_of(sound.phone), sound.start + shift, sound.end + shift) for sound in sounds)
    return WordTiming(token.first, token.last, phones[0].start, phones[-1].end, phones)
