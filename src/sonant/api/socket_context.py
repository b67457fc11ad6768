"""One stream of text over a socket: what waits is cut into phrases, and each phrase is spoken in turn."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from sonant.api.bodies import locators_of
from sonant.api.socket_messages import ClientMessage, GenerationConfig, SocketQuery, audio_message
from sonant.codecs.encode import encoder_for
from sonant.core.errors import EmptyText, InvalidRequest, TextTooLong
from sonant.services.encoding import encode, flush
from sonant.services.narration import NarratedChunk
from sonant.services.phrasing import Phrase, PhraseBuffer
from sonant.services.reading import Manner
from sonant.services.speech import Context, SettingsChange, SpeechRequest
from sonant.services.stage import Narration

MORE_TO_COME = "…"
"""Stands for the text that will follow a phrase but hasn't arrived: the phrase isn't the end of its sentence."""

Speak = Callable[[SpeechRequest], Awaitable[Narration]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Casting:
    """What a context's opening message fixes."""

    request: SpeechRequest
    schedule: tuple[float, ...]

    @classmethod
    def from_messages(cls, voice_id: str, query: SocketQuery, opening: ClientMessage) -> "Casting":
        """Put the query and the opening message together."""
        manner = Manner(
            model_id=query.model_id,
            language=query.language_code,
            locators=locators_of(opening.pronunciation_dictionary_locators),
            seed=query.seed,
            normalization=query.apply_text_normalization,
            markup=query.enable_ssml_parsing,
            logged=query.enable_logging,
        )
        settings = opening.voice_settings.change() if opening.voice_settings else SettingsChange()
        schedule = (opening.config() or GenerationConfig()).chunk_length_schedule
        rate = query.audio_format().sample_rate  # phrases in different languages may come from different engines
        request = SpeechRequest(voice_id, "", manner, settings, output_format=query.output_format, sample_rate=rate)
        return cls(request, tuple(schedule))


class SpokenContext:
    """Text in, messages out.

    Args:
        speak: Begins to speak a request.
        casting: In which voice and manner.
        query: The socket's query.
        send: Takes each message. It must not fail when the client has left.
        most_characters: How many may wait.
    """

    def __init__(self, speak: Speak, casting: Casting, query: SocketQuery, send: Send, most_characters: int) -> None:
        self._speak_request = speak
        self._casting = casting
        self._synchronized = query.sync_alignment
        self._send = send
        self._most_characters = most_characters
        self._encoder = encoder_for(query.audio_format())
        self._buffer = PhraseBuffer(casting.schedule, automatic=query.auto_mode, markup=query.enable_ssml_parsing)
        self._due: asyncio.Queue[Phrase | None] = asyncio.Queue()
        self._waiting_characters = 0
        self._previous_text = ""

    def take(self, message: ClientMessage) -> None:
        """Take a message's text.

        Raises:
            InvalidRequest: It changes what the opening message fixed.
            TextTooLong: More text waits than one request may have.
        """
        self._check_unchanged(message)
        phrases = self._buffer.add(message.text or "", trigger=message.try_trigger_generation)
        if message.flush:
            phrases += self._buffer.flush()
        self._enqueue(phrases)
        waiting = self._waiting_characters + len(self._buffer)
        if waiting > self._most_characters:
            raise TextTooLong(waiting, self._most_characters)

    def end(self) -> None:
        """No more text will come: speak what waits, then finish."""
        self._enqueue(self._buffer.flush())
        self._due.put_nowait(None)

    async def run(self) -> None:
        """Speak phrases until the end, then send the last message.

        Raises:
            SonantError: What a request with the same text would be refused with.
        """
        while (phrase := await self._due.get()) is not None:
            self._waiting_characters -= len(phrase.text)
            try:
                await self._speak(phrase)
            except EmptyText:  # a dash or a smiley between sentences is no reason to end the conversation
                continue
        if content := await flush(self._encoder):
            await self._send(audio_message(content, None, synchronized=self._synchronized))
        await self._send({"audio": None, "isFinal": True})

    def _enqueue(self, phrases: list[Phrase]) -> None:
        for phrase in phrases:
            self._waiting_characters += len(phrase.text)
            self._due.put_nowait(phrase)

    def _check_unchanged(self, message: ClientMessage) -> None:
        request = self._casting.request
        if message.voice_settings is not None and message.voice_settings.change() != request.settings:
            raise InvalidRequest("voice_settings can't change after the first message.")
        config = message.config()
        if config is not None and tuple(config.chunk_length_schedule) != self._casting.schedule:
            raise InvalidRequest("The generation settings can't change after the first message.")

    async def _speak(self, phrase: Phrase) -> None:
        context = Context(self._previous_text, "" if phrase.last else MORE_TO_COME)
        request = replace(self._casting.request, text=phrase.text, context=context)
        narration = await self._speak_request(request)
        self._previous_text = phrase.text
        async with aclosing(narration.chunks) as chunks:
            async for chunk in chunks:
                await self._send_chunk(chunk)

    async def _send_chunk(self, chunk: NarratedChunk) -> None:
        content = await encode(self._encoder, chunk.audio)
        if content or chunk.alignment is not None or chunk.normalized_alignment is not None:
            await self._send(audio_message(content, chunk, synchronized=self._synchronized))
