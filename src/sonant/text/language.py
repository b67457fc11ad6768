"""Which language a text is in: by its script, then by its commonest words, then by a statistical model."""

import re
import threading
import tomllib
from collections import Counter
from collections.abc import Set as AbstractSet
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from sonant.core.errors import UnsupportedLanguage
from sonant.text.scripts import count_scripts
from sonant.text.tags import normal_tag, primary_of, same_languages

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LONGEST_SAMPLE = 500
"""Characters of a text that are looked at."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|\b\w+\.(?:com|org|net|io)\b\S*")
_FEWEST_WORDS = 3
_FEWEST_LETTERS = 12
"""A shorter text is taken to be in the voice's language, if it is in its script or in the Latin one."""

_SURE = 0.98
"""How probable another language must be, of it and the voice's own together."""

_FEWEST_SHARE = 0.3
"""How probable it must be of all languages that the model knows."""

_OWN_SHARE, _OTHER_SHARE = 0.15, 0.25
"""Function words among all words that settle a language without the model."""

_WORD_LISTS = files("sonant.text").joinpath("function_words.toml")

_OF_SCRIPT = {
    "Greek": "el grc",
    "Cyrillic": "ru uk bg sr be mk kk ky tt ba mn tg cv",
    "Armenian": "hy hyw",
    "Hebrew": "he yi",
    "Arabic": "ar fa ur ps ug sd ku",
    "Devanagari": "hi mr ne sa kok",
    "Bengali": "bn as bpy",
    "Gurmukhi": "pa",
    "Gujarati": "gu",
    "Oriya": "or",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Sinhala": "si",
    "Thai": "th",
    "Lao": "lo",
    "Myanmar": "my shn",
    "Georgian": "ka",
    "Hangul": "ko",
    "Ethiopic": "am ti",
    "Cherokee": "chr",
    "Khmer": "km",
    "Kana": "ja",
    "Han": "zh cmn yue ja hak",
}
_NOT_LATIN = frozenset(language for languages in _OF_SCRIPT.values() for language in languages.split()) - {
    "sr",
    "ku",
    "uz",
}
_DENSE = {"Han": 3, "Kana": 2, "Hangul": 2, "Thai": 1}
"""How many letters of an alphabet a character is worth."""


def resolve_language(tag: str, native: str, spoken: AbstractSet[str]) -> str:
    """The tag under which a voice speaks a language that was asked for.

    Args:
        tag: BCP 47, or a three-letter code.
        native: The voice's own tag. It stays if the language is the same, whatever the region: so does the accent.
        spoken: Primary tags that the voice can speak.

    Raises:
        UnsupportedLanguage: It doesn't speak the language.

    >>> resolve_language("eng", "en-GB", {"en"}), resolve_language("pt_br", "en-GB", {"en", "pt"})
    ('en-GB', 'pt-BR')
    """
    primary = primary_of(tag)
    same = same_languages(primary)
    if primary_of(native) in same:
        return native
    if primary in spoken:
        return normal_tag(tag)
    found = sorted(same & spoken)
    if not found:
        raise UnsupportedLanguage("The voice doesn't speak the language that was asked for.")
    return found[0]


class LanguageDetector:
    """Tells which of a voice's languages a text is in.

    The statistical model is loaded when it is first needed: 0.7 s and about 75 MB. Script and common words settle most
    texts without it.
    """

    def __init__(self) -> None:
        self._loading = threading.Lock()

    def detect(self, text: str, native: str, spoken: AbstractSet[str]) -> str:
        """The tag of a text's language: the voice's own unless another is clearly more likely.

        Args:
            text: A few hundred characters of it are enough.
            native: The voice's own tag.
            spoken: Primary tags that the voice can speak.
        """
        own = primary_of(native)
        home = same_languages(own)
        if spoken <= home:
            return native
        sample = _ADDRESS.sub(" ", text[:LONGEST_SAMPLE])
        script = _main_script(sample)
        if script is None:
            return native
        candidates = [language for language in _written_in(script, spoken) if language not in home]
        at_home = _is_written_in(own, script)
        if not candidates or ((at_home or script == "Latin") and _is_short(sample, script)):
            return native
        if len(candidates) == 1 and not at_home:
            return candidates[0]
        rival = own if at_home else ""
        found = self._by_words(sample, rival, candidates) or self._by_model(sample, rival, candidates)
        if found is None:
            return native if at_home else candidates[0]
        return native if found == own else found

    def _by_words(self, sample: str, own: str, candidates: list[str]) -> str | None:
        """The language whose function words are most frequent; None if the count settles nothing."""
        words = [word.lower() for word in _WORD.findall(sample)]
        hits = Counter(language for word in words for language in self._languages_of_word.get(word, ()))
        listed = self._listed_languages
        others = [*sorted((hits[language] for language in candidates if language in listed), reverse=True), 0, 0]
        if own in listed and hits[own] > others[0] and hits[own] >= _OWN_SHARE * len(words):
            return own
        clear = (
            others[0] >= max(3, 2 * hits[own] + 2)
            and others[0] >= _OTHER_SHARE * len(words)
            and others[1] < 0.75 * others[0]
        )
        if not clear or (own and own not in listed):
            return None
        return max(candidates, key=lambda language: hits[language])

    def _by_model(self, sample: str, own: str, candidates: list[str]) -> str | None:
        """The most probable language; None if the voice's own may be meant, or none is probable."""
        probability: Counter[str] = Counter()
        known = {same: language for language in [*candidates, own] if language for same in same_languages(language)}
        for label, share in self._model.rank(sample):
            if label in known:
                probability[known[label]] += share
        if own and own not in probability:
            return None
        best = max(candidates, key=lambda language: probability[language])
        if probability[best] < _FEWEST_SHARE:
            return None
        return best if probability[best] >= _SURE * (probability[best] + probability[own]) else None

    @cached_property
    def _languages_of_word(self) -> dict[str, tuple[str, ...]]:
        words: dict[str, tuple[str, ...]] = {}
        for language, listed in tomllib.loads(_WORD_LISTS.read_text("utf-8")).items():
            for word in set(listed.split()):
                words[word] = (*words.get(word, ()), language)
        return words

    @cached_property
    def _listed_languages(self) -> frozenset[str]:
        return frozenset(language for languages in self._languages_of_word.values() for language in languages)

    @property
    def _model(self) -> "LanguageIdentifier":
        with self._loading:
            return self._loaded_model

    @cached_property
    def _loaded_model(self) -> "LanguageIdentifier":
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - slow and large

        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _main_script(sample: str) -> str | None:
    """The script of most of a text, weighted by how much a character says; None without letters."""
    if sample.isascii():
        return "Latin" if any(map(str.isalpha, sample)) else None
    counts = count_scripts(sample)
    weights = {script: count * _DENSE.get(script, 1) for script, count in counts.items()}
    if not weights:
        return None
    script = max(weights, key=lambda name: weights[name])
    return "Kana" if script == "Han" and counts["Kana"] * 10 > counts["Han"] else script


def _written_in(script: str, spoken: AbstractSet[str]) -> list[str]:
    """The languages of a voice that are written in a script, the likeliest first."""
    if script == "Latin":
        return sorted(spoken - _NOT_LATIN, key=lambda language: (language != "en", language))
    return [language for language in _OF_SCRIPT.get(script, "").split() if language in spoken]


def _is_written_in(language: str, script: str) -> bool:
    if script == "Latin":
        return language not in _NOT_LATIN
    return language in _OF_SCRIPT.get(script, "").split()


def _is_short(sample: str, script: str) -> bool:
    """Whether a text is too short to tell its language by; names of three words are, too."""
    if script in _DENSE:
        return len(sample.strip()) < _FEWEST_LETTERS // 2
    words = set(_WORD.findall(sample))
    if len(words) < _FEWEST_WORDS or sum(map(len, words)) < _FEWEST_LETTERS:
        return True
    return len(words) == _FEWEST_WORDS and sum(word[0].islower() for word in words) < _FEWEST_WORDS - 1
