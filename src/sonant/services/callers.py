"""Who is calling, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a key may be allowed to do."""

    TEXT_TO_SPEECH = "text_to_speech"
    SPEECH_TO_TEXT = "speech_to_text"
    SPEECH_HISTORY_READ = "speech_history_read"
    SPEECH_HISTORY_WRITE = "speech_history_write"
    VOICES_READ = "voices_read"
    VOICES_WRITE = "voices_write"
    PRONUNCIATION_DICTIONARIES_READ = "pronunciation_dictionaries_read"
    PRONUNCIATION_DICTIONARIES_WRITE = "pronunciation_dictionaries_write"
    MODELS_READ = "models_read"
    USER_READ = "user_read"
    SINGLE_USE_TOKENS = "single_use_tokens"


EVERYTHING = frozenset(Scope)


class TokenPurpose(StrEnum):
    """What a single-use token is good for."""

    REALTIME_SCRIBE = "realtime_scribe"
    BATCH_SCRIBE = "batch_scribe"
    TTS_WEBSOCKET = "tts_websocket"

    @property
    def scope(self) -> Scope:
        """The only thing that its bearer may do."""
        return Scope.TEXT_TO_SPEECH if self is TokenPurpose.TTS_WEBSOCKET else Scope.SPEECH_TO_TEXT


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling.

    Attributes:
        account_id: Whose voices, history and dictionaries are meant.
        key_id: None where no keys are needed.
        scopes: What they may do.
        limited: Whether their key has a credit limit.
    """

    account_id: str
    key_id: str | None
    scopes: frozenset[Scope]
    limited: bool = False
