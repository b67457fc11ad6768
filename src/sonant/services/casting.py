"""Who speaks a passage, and how: a voice and its settings resolved to an engine's own terms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sonant.core.errors import UnsupportedLanguage
from sonant.core.speech import Speaker, Utterance, Voice, VoiceSettings
from sonant.core.text import Delivery, Passage
from sonant.services.narration import Line
from sonant.text.tags import primary_of

NATURAL_SIMILARITY = VoiceSettings().similarity
"""The similarity at which a voice's transform applies as it was designed."""


def delivery(settings: VoiceSettings) -> Delivery:
    """Voice settings in physical terms.

    Stability 0.5 is the speaker's natural liveliness: 0 widens the pitch range by a half, 1 halves it. Style widens it
    further. What stability leaves free is also how much renderings with different seeds differ.
    """
    return Delivery(
        rate=settings.speed,
        pitch_range=(1.5 - settings.stability) * (1.0 + 0.6 * settings.style),
        variability=1.0 - settings.stability,
        presence=settings.speaker_boost,
    )


@dataclass(frozen=True, slots=True)
class Casting:
    """A voice, cast for one text.

    Attributes:
        voice: Who speaks.
        settings: How.
        seed: Of every utterance.
        previous_text: What was said before, for context.
        next_text: What will be said after.
    """

    voice: Voice
    settings: VoiceSettings
    seed: int = 0
    previous_text: str = ""
    next_text: str = ""

    def speaker(self, language: str) -> Speaker:
        """Who speaks a language in this voice.

        Raises:
            UnsupportedLanguage: Nobody does.
        """
        if primary_of(language) == primary_of(self.voice.language):
            return self.voice.speaker
        if self.voice.abroad is None:
            raise UnsupportedLanguage(f"This voice doesn't speak the language {language}.")
        return self.voice.abroad

    def lines(self, passages: Iterator[Passage], part: int = 0) -> Iterator[Line]:
        """The passages as lines. Each is handed out when its successor is known, which is its context."""
        before, held = self.previous_text, next(passages, None)
        while held is not None:
            following = next(passages, None)
            after = self.next_text if following is None else following.spoken.text
            yield self._line(held, part, before, after)
            before, held = held.spoken.text, following

    def _line(self, passage: Passage, part: int, before: str, after: str) -> Line:
        speaker = self.speaker(passage.language)
        if not passage.spoken.text.strip():
            return Line(part, passage, speaker.engine, None)
        own, asked = delivery(self.settings), passage.delivery
        manner = own.with_prosody(
            rate=asked.rate, pitch=asked.pitch, pitch_range=asked.pitch_range, volume_db=asked.volume_db
        )
        timbre = speaker.timbre.scaled(self.settings.similarity / NATURAL_SIMILARITY)
        utterance = Utterance(
            text=passage.spoken.text,
            language=passage.language,
            speaker=speaker.name,
            timbre=timbre,
            delivery=manner,
            pronunciations=passage.pronunciations,
            seed=self.seed,
            previous_text=before,
            next_text=after,
        )
        return Line(part, passage, speaker.engine, utterance)


def with_gap(lines: Iterator[Line], seconds: float) -> Iterator[Line]:
    """The same lines with a longer pause after the last."""
    held = next(lines, None)
    while held is not None:
        following = next(lines, None)
        if following is None:
            held = replace(held, passage=replace(held.passage, pause=held.passage.pause + seconds))
        yield held
        held = following
