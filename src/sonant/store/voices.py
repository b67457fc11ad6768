"""What accounts keep with voices: their settings."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update

from sonant.core.speech import VoiceSettings
from sonant.store.schema import voice_settings

_ADD = text(
    "INSERT INTO voice_settings (account_id, voice_id, stability, similarity, style, speaker_boost, speed)"
    " VALUES (:account_id, :voice_id, :stability, :similarity, :style, :speaker_boost, :speed)"
    " ON CONFLICT (account_id, voice_id) DO NOTHING"
)
_OF_ACCOUNT = select(voice_settings).where(voice_settings.c.account_id == bindparam("owner"))
_OF_VOICE = _OF_ACCOUNT.where(voice_settings.c.voice_id == bindparam("of"))


def list_settings(tx: Connection, account_id: str) -> Mapping[str, VoiceSettings]:
    """All settings that an account has stored, by voice."""
    return {row.voice_id: _settings(row) for row in tx.execute(_OF_ACCOUNT, {"owner": account_id})}


def claim_settings(tx: Connection, account_id: str, voice_id: str, initial: VoiceSettings) -> VoiceSettings:
    """An account's settings of a voice, which nobody else changes until the transaction ends.

    Args:
        tx: A transaction that writes.
        account_id: Whose.
        voice_id: Of which voice.
        initial: Stored if there are none.
    """
    tx.execute(_ADD, {"account_id": account_id, "voice_id": voice_id, **asdict(initial)})
    return _settings(tx.execute(_OF_VOICE.with_for_update(), {"owner": account_id, "of": voice_id}).one())


def put_settings(tx: Connection, account_id: str, voice_id: str, settings: VoiceSettings) -> None:
    """Change settings that `claim_settings` gave."""
    of_voice = (voice_settings.c.account_id == account_id) & (voice_settings.c.voice_id == voice_id)
    tx.execute(update(voice_settings).where(of_voice).values(**asdict(settings)))


def _settings(row: Any) -> VoiceSettings:
    return VoiceSettings(row.stability, row.similarity, row.style, row.speaker_boost, row.speed)
