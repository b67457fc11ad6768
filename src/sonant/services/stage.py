"""Where scripts are performed: one narration per request, paid for and recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from sonant.core.ids import new_id, timed_id
from sonant.runtime.host import EngineHost
from sonant.services.accounts import Accounts, Caller
from sonant.services.casting import Casting
from sonant.services.history import DialogueLine, Generation, History
from sonant.services.meter import Meter
from sonant.services.narration import Line, Narrator, Stream
from sonant.services.reading import Manner


@dataclass(frozen=True, slots=True)
class Narration:
    """What a request became.

    Attributes:
        request_id: For the caller's records, and for later requests that continue this one.
        history_item_id: None if nothing is kept.
        characters: Of the caller's texts.
        credits: What it costs.
        engine: Which engine speaks its first line.
        sample_rate: Hz of the chunks.
        chunks: The sound. Whoever takes it closes it.
    """

    request_id: str
    history_item_id: str | None
    characters: int
    credits: int
    engine: str
    sample_rate: int
    chunks: Stream


@dataclass(frozen=True, slots=True)
class Script:
    """Who says what.

    Attributes:
        lines: In order; read once.
        texts: The caller's texts, that the lines' parts index.
        casts: Who speaks each of the texts.
        sample_rate: Hz of the narration; None is what loses nothing.
    """

    lines: Iterator[Line]
    texts: Sequence[str]
    casts: Sequence[Casting]
    sample_rate: int | None = None

    def dialogue(self) -> tuple[DialogueLine, ...]:
        """The turns, where there is more than one."""
        if len(self.texts) == 1:
            return ()
        return tuple(
            DialogueLine(cast.voice.voice_id, cast.voice.name, text)
            for cast, text in zip(self.casts, self.texts, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Performance:
    """A request that was checked and looked up, ready to be performed."""

    generation: Generation
    opening: Line
    script: Script
    sample_rate: int


class Stage:
    """Performs scripts.

    Args:
        engines: Where the engines run.
        narrator: Turns lines into sound.
        accounts: Keeps the credits.
        history: Keeps what was spoken.
        meter: Measures narrations.
    """

    def __init__(
        self, engines: EngineHost, narrator: Narrator, accounts: Accounts, history: History, meter: Meter
    ) -> None:
        self._engines = engines
        self._narrator = narrator
        self._accounts = accounts
        self._history = history
        self._meter = meter

    def rehearse(
        self, caller: Caller, script: Script, manner: Manner, *, price: int, output_format: str
    ) -> Performance:
        """Check that the caller can pay, and look at the first line.

        Args:
            caller: Who pays.
            script: What is said by whom.
            manner: What applies to the whole request.
            price: Credits.
            output_format: What the caller gets, for the record.

        Raises:
            QuotaExceeded: The key's credits don't suffice.
        """
        opening = next(script.lines)
        generation = Generation(
            caller=caller,
            request_id=new_id(),
            history_item_id=timed_id(),
            voice=script.casts[0].voice,
            model_id=manner.model_id,
            text=" ".join(script.texts),
            settings=script.casts[0].settings,
            credits=price,
            output_format=output_format,
            logged=manner.logged,
            dialogue=script.dialogue(),
        )
        self._accounts.check(caller, price)
        return Performance(generation, opening, script, script.sample_rate or self._sample_rate(opening, script))

    def _sample_rate(self, opening: Line, script: Script) -> int:
        """The rate that loses nothing of any of the voices."""
        engines = self._engines.engines()
        voices = {cast.voice.speaker.engine for cast in script.casts} if len(script.casts) > 1 else set()
        return max(engines[name].sample_rate for name in {opening.engine, *voices} if name in engines)

    def perform(self, performance: Performance, *, aligned: bool) -> Narration:
        """Begin the narration. The engine starts when its chunks are first asked for."""
        generation, script = performance.generation, performance.script
        lines = chain([performance.opening], script.lines)
        chunks = self._narrator.narrate(lines, script.texts, performance.sample_rate, aligned=aligned)
        return Narration(
            request_id=generation.request_id,
            history_item_id=generation.history_item_id if generation.logged else None,
            characters=sum(map(len, script.texts)),
            credits=generation.credits,
            engine=performance.opening.engine,
            sample_rate=performance.sample_rate,
            chunks=self._history.record(generation, self._meter.measured(performance.opening.engine, chunks)),
        )
