"""Everything that can go wrong, as one tree.

    SonantError                    status word
    ├── InvalidRequest             invalid_request
    │   ├── TextTooLong            max_character_limit_exceeded
    │   ├── EmptyText              empty_text
    │   ├── MalformedMarkup        invalid_ssml
    │   ├── UnsupportedLanguage    unsupported_language
    │   ├── UnsupportedFormat      invalid_output_format
    │   ├── UnknownModel           model_not_found
    │   └── UndecodableAudio       invalid_audio
    ├── NotFound                   not_found
    │   ├── VoiceNotFound          voice_not_found
    │   ├── HistoryItemNotFound    history_item_not_found
    │   └── DictionaryNotFound     pronunciation_dictionary_not_found
    ├── Unauthorized               invalid_api_key
    │   └── MissingKey             needs_authorization
    ├── Forbidden                  missing_permissions
    ├── QuotaExceeded              quota_exceeded
    ├── EngineBusy                 system_busy
    ├── EngineUnavailable          engine_unavailable    not installed, or weights missing
    └── EngineFailed               engine_failed         raised by the runtime only; the cause is logged, never sent

The status word and the message are for the caller, so a message never holds what the caller sent (text, keys, audio).
How an error becomes an HTTP status or a close code is known to `sonant.api.errors` alone.
"""


class SonantError(Exception):
    """Something a caller is told about, in words that are safe to send."""

    status = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by state: subclasses take other arguments than the message, and errors cross process boundaries."""
        return (_restored, (type(self), self.message, self.__dict__.copy()))


def _restored(kind: type["SonantError"], message: str, state: dict[str, object]) -> "SonantError":
    error = kind.__new__(kind, message)
    error.__dict__.update(state)
    return error


class InvalidRequest(SonantError):
    """The request can't be served as it was asked."""

    status = "invalid_request"


class TextTooLong(InvalidRequest):
    """The text has more characters than one request may have."""

    status = "max_character_limit_exceeded"

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"The text has {length} characters; one request may have {limit}.")
        self.length = length
        self.limit = limit


class EmptyText(InvalidRequest):
    """There is nothing to speak."""

    status = "empty_text"

    def __init__(self) -> None:
        super().__init__("The text is empty: there is nothing to speak.")


class MalformedMarkup(InvalidRequest):
    """The text's markup can't be parsed, or is refused."""

    status = "invalid_ssml"


class UnsupportedLanguage(InvalidRequest):
    """No installed engine speaks the language, or the model doesn't."""

    status = "unsupported_language"


class UnsupportedFormat(InvalidRequest):
    """The output format doesn't exist, or not for this operation."""

    status = "invalid_output_format"


class UnknownModel(InvalidRequest):
    """No model has this id, or it can't do what was asked of it."""

    status = "model_not_found"


class UndecodableAudio(InvalidRequest):
    """The upload isn't audio, is damaged, or is larger than the limits."""

    status = "invalid_audio"


class NotFound(SonantError):
    """What the caller named doesn't exist, or is another account's."""

    status = "not_found"


class VoiceNotFound(NotFound):
    """No voice has this id."""

    status = "voice_not_found"

    def __init__(self, voice_id: str) -> None:
        super().__init__(f"A voice with voice_id {voice_id} was not found.")


class HistoryItemNotFound(NotFound):
    """No history item has this id."""

    status = "history_item_not_found"

    def __init__(self, history_item_id: str) -> None:
        super().__init__(f"A history item with id {history_item_id} was not found.")


class DictionaryNotFound(NotFound):
    """No pronunciation dictionary, or no version of it, has this id."""

    status = "pronunciation_dictionary_not_found"

    def __init__(self, dictionary_id: str) -> None:
        super().__init__(f"A pronunciation dictionary with id {dictionary_id} was not found.")


class Unauthorized(SonantError):
    """The key or token is wrong, revoked, used up or expired."""

    status = "invalid_api_key"

    def __init__(self, message: str = "The API key is not valid.") -> None:
        super().__init__(message)


class MissingKey(Unauthorized):
    """There is neither a key nor a token."""

    status = "needs_authorization"

    def __init__(self) -> None:
        super().__init__("No API key was sent: put it into the xi-api-key header.")


class Forbidden(SonantError):
    """The key is good, but not for this."""

    status = "missing_permissions"


class QuotaExceeded(SonantError):
    """The key's credits don't cover the request."""

    status = "quota_exceeded"

    def __init__(self, needed: int, left: int) -> None:
        super().__init__(f"This request needs {needed} credits; the API key has {left} left.")


class EngineBusy(SonantError):
    """All of an engine's workers are occupied and its queue is full."""

    status = "system_busy"


class EngineUnavailable(SonantError):
    """The engine isn't installed here, or its weights are missing. The message names the fix."""

    status = "engine_unavailable"


class EngineFailed(SonantError):
    """An engine raised or crashed. The cause is in the log."""

    status = "engine_failed"

    def __init__(self, engine: str) -> None:
        super().__init__(f"The engine {engine} failed.")
        self.engine = engine
