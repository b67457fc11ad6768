"""From the caller's text to passages: markup, language, pronunciation rules, normalization, sentences.

    text -> runs (markup) -> language -> sentences -> readings given by markup and rules -> normalization -> passages

Markup is looked at as a whole; the rest is done sentence by sentence, when a passage is asked for.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sonant.core.text import Passage, TracedText
from sonant.text.dictionaries import Rule, RuleSet
from sonant.text.language import LONGEST_SAMPLE, LanguageDetector, resolve_language
from sonant.text.normalize.normalizer import load_normalizer, normalizer_key
from sonant.text.reader import SentenceReader, Words, divide
from sonant.text.runs import Run
from sonant.text.sentences import Sentence
from sonant.text.ssml import parse_markup

_MOST_NORMALIZERS = 32
_MOST_RULE_SETS = 16
_CONTEXT = 40
"""Characters before a stretch of text that may decide how its beginning is read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is to be read.

    Attributes:
        native: BCP 47 tag of the voice.
        spoken: Primary tags that the voice can speak.
        language: Tag that the caller asks for, instead of finding it out.
        normalization: `off` leaves figures, signs and abbreviations as they are written. `auto` is `on`: each token
            that isn't understood stays as it is anyway.
        markup: Whether tags count; if not, every character is text.
        stage_directions: Whether words in brackets, such as "[whispers]", are not spoken.
        rules: Pronunciation rules in order of precedence. What is prepared for them serves the same objects again.
        previous_text: What was said before: a hint for the language, and for how the beginning is read.
        next_text: What will be said after: a hint for the language.
    """

    native: str
    spoken: frozenset[str]
    language: str | None = None
    normalization: Literal["auto", "on", "off"] = "auto"
    markup: bool = True
    stage_directions: bool = False
    rules: tuple[Rule, ...] = ()
    previous_text: str = ""
    next_text: str = ""


class TextPipeline:
    """Reads texts. One serves a whole process, any number of threads at a time.

    Normalizers, rule sets and the language model are made when they are first needed, and kept.
    """

    def __init__(self) -> None:
        self._detector = LanguageDetector()
        self._normalizer = lru_cache(_MOST_NORMALIZERS)(load_normalizer)
        self._rule_sets: OrderedDict[tuple[int, int, int], tuple[tuple[Rule, ...], RuleSet]] = OrderedDict()
        self._lock = threading.Lock()

    def passages(self, text: str, reading: Reading) -> Iterator[Passage]:
        """Cut a text into passages that are ready to be spoken.

        Errors come from this call; the passages are made one by one, when they are asked for.

        Args:
            text: The caller's.
            reading: How to read it.

        Returns:
            In order; they account for every character. Where nothing can be spoken (white space, punctuation, emoji), a
            passage's `spoken` is empty.

        Raises:
            MalformedMarkup: The text's markup can't be parsed.
            UnsupportedLanguage: The voice doesn't speak the language that the caller or the markup asks for.
            InvalidRequest: A pronunciation rule can't be applied.
        """
        runs = parse_markup(text, markup=reading.markup, stage_directions=reading.stage_directions)
        rules = self._rule_set(reading.rules) if reading.rules else None
        main = self._language(runs, reading)
        languages = {
            tag: main if tag is None else resolve_language(tag, reading.native, reading.spoken)
            for tag in {run.language for run in runs}
        }
        return self._make(runs, languages, reading, rules)

    def _language(self, runs: list[Run], reading: Reading) -> str:
        if reading.language:
            return resolve_language(reading.language, reading.native, reading.spoken)
        sample = ""
        for run in runs:
            if run.language is None:
                sample += run.text.text[: LONGEST_SAMPLE - len(sample)] + " "
            if len(sample) >= LONGEST_SAMPLE:
                break
        around = LONGEST_SAMPLE // 2 - len(sample)
        if around > 0:
            sample = f"{reading.previous_text[-around:]} {sample} {reading.next_text[:around]}"
        return self._detector.detect(sample, reading.native, reading.spoken)

    def _rule_set(self, rules: tuple[Rule, ...]) -> RuleSet:
        """The rule set of a tuple, made once.

        It is found by the identity of the first and last rule and then compared, which is quick for the same objects:
        to hash thousands of rules would take longer than to apply them.
        """
        key = (len(rules), id(rules[0]), id(rules[-1]))
        with self._lock:
            known = self._rule_sets.get(key)
            if known is not None and known[0] == rules:
                self._rule_sets.move_to_end(key)
                return known[1]
        made = RuleSet(rules)
        with self._lock:
            self._rule_sets[key] = (rules, made)
            while len(self._rule_sets) > _MOST_RULE_SETS:
                self._rule_sets.popitem(last=False)
        return made

    def _make(
        self, runs: list[Run], languages: dict[str | None, str], reading: Reading, rules: RuleSet | None
    ) -> Iterator[Passage]:
        before = reading.previous_text[-_CONTEXT:]
        position = 0
        for index, run in enumerate(runs):
            language = languages[run.language]
            normalizer = self._normalizer(*normalizer_key(language))
            reader = SentenceReader(run, normalizer, rules, normalize=reading.normalization != "off", before=before)
            for sentence, ends_run in _mark_last(reader.sentences()):
                end = run.source_end if ends_run else int(run.text.origins[sentence.end])
                pause = max(sentence.pause, run.pause) if ends_run else sentence.pause
                if ends_run and index == len(runs) - 1:
                    pause = run.pause
                yield from _passages_of(reader.read(sentence), (position, end), run, language, pause)
                position = end
            if position < run.source_end:
                yield Passage(TracedText.join(()), (position, run.source_end), language, (), run.delivery, run.pause)
                position = run.source_end
            before = run.text.text[-_CONTEXT:]


def _passages_of(words: Words, source: tuple[int, int], run: Run, language: str, pause: float) -> Iterator[Passage]:
    """The passages of a sentence: one, unless its words are too many."""
    if not words.spoken.text:
        yield Passage(words.spoken, source, language, (), run.delivery, pause if pause == run.pause else 0.0)
        return
    start = source[0]
    parts = divide(words)
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        end = source[1] if following is None else int(following.spoken.origins[0])
        yield Passage(
            part.spoken, (start, end), language, part.pronunciations, run.delivery, 0.0 if following else pause
        )
        start = end


def _mark_last(sentences: Iterable[Sentence]) -> Iterator[tuple[Sentence, bool]]:
    """Each sentence, and whether it is the last."""
    waiting: Sentence | None = None
    for sentence in sentences:
        if waiting is not None:
            yield waiting, False
        waiting = sentence
    if waiting is not None:
        yield waiting, True
