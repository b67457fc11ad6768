"""What a voice looks like to clients.

The shape is the API's, whole. What has no use here yet (fine-tuning, sharing, verification) is documented for the
clients that are generated from the documentation, and sent as null.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sonant.core.speech import VoiceSettings

VoiceCategory = Literal["generated", "cloned", "premade", "professional", "famous", "high_quality"]


class VoiceSettingsView(BaseModel):
    """How a voice speaks where a request says nothing."""

    stability: float | None = 0.5
    use_speaker_boost: bool | None = True
    similarity_boost: float | None = 0.75
    style: float | None = 0
    speed: float | None = 1

    @classmethod
    def of(cls, settings: VoiceSettings) -> "VoiceSettingsView":
        """The view of settings."""
        return cls(
            stability=settings.stability,
            use_speaker_boost=settings.speaker_boost,
            similarity_boost=settings.similarity,
            style=settings.style,
            speed=settings.speed,
        )


class UtteranceView(BaseModel):
    """When somebody speaks in a sample, in seconds."""

    start: float
    end: float


class SpeakerView(BaseModel):
    """Somebody who speaks in a sample."""

    speaker_id: str
    duration_secs: float
    utterances: list[UtteranceView] | None = None


class SpeakerSeparationView(BaseModel):
    """Who speaks in a sample."""

    voice_id: str
    sample_id: str
    status: Literal["not_started", "pending", "completed", "failed"]
    speakers: dict[str, SpeakerView] | None = None
    selected_speaker_ids: list[str] | None = None


class SampleView(BaseModel):
    """A recording that a voice was made from."""

    sample_id: str
    file_name: str
    mime_type: str
    size_bytes: int
    hash: str
    duration_secs: float | None = None
    remove_background_noise: bool | None = None
    has_isolated_audio: bool | None = None
    has_isolated_audio_preview: bool | None = None
    speaker_separation: SpeakerSeparationView | None = None
    trim_start: int | None = None
    trim_end: int | None = None


class RecordingView(BaseModel):
    """What was said to verify a voice."""

    recording_id: str
    mime_type: str
    size_bytes: int
    upload_date_unix: int
    transcription: str


class VerificationAttemptView(BaseModel):
    """An attempt to show that a voice is the caller's own."""

    text: str
    date_unix: int
    accepted: bool
    similarity: float
    levenshtein_distance: float
    recording: RecordingView | None = None


class VerificationFileView(BaseModel):
    """A document that supports a verification."""

    file_id: str
    file_name: str
    mime_type: str
    size_bytes: int
    upload_date_unix: int


class ManualVerificationView(BaseModel):
    """A verification by people."""

    extra_text: str
    request_time_unix: int
    files: list[VerificationFileView]


class FineTuningView(BaseModel):
    """How far a model was trained on a voice."""

    is_allowed_to_fine_tune: bool
    state: dict[str, Literal["not_started", "queued", "fine_tuning", "fine_tuned", "failed", "delayed"]]
    verification_failures: list[str]
    verification_attempts_count: int
    manual_verification_requested: bool
    language: str | None = None
    progress: dict[str, float] | None = None
    message: dict[str, str] | None = None
    dataset_duration_seconds: float | None = None
    verification_attempts: list[VerificationAttemptView] | None = None
    slice_ids: list[str] | None = None
    manual_verification: ManualVerificationView | None = None
    max_verification_attempts: int | None = None
    next_max_verification_attempts_reset_unix_ms: int | None = None
    finetuning_state: Any = None


class ModerationCheckView(BaseModel):
    """What a check of a shared voice found."""

    date_checked_unix: int | None = None
    name_value: str | None = None
    name_check: bool | None = None
    description_value: str | None = None
    description_check: bool | None = None
    sample_ids: list[str] | None = None
    sample_checks: list[float] | None = None
    captcha_ids: list[str] | None = None
    captcha_checks: list[float] | None = None


class ReaderResourceView(BaseModel):
    """Where a shared voice may be read aloud."""

    resource_type: Literal["read", "collection"]
    resource_id: str


class VoiceSharingView(BaseModel):
    """How a voice is shared."""

    status: Literal["enabled", "disabled", "copied", "copied_disabled"]
    history_item_sample_id: str | None = None
    date_unix: int
    whitelisted_emails: list[str]
    public_owner_id: str
    original_voice_id: str
    financial_rewards_enabled: bool
    free_users_allowed: bool
    live_moderation_enabled: bool
    rate: float | None = None
    fiat_rate: float | None = None
    notice_period: int
    disable_at_unix: int | None = None
    voice_mixing_allowed: bool
    featured: bool
    category: VoiceCategory
    reader_app_enabled: bool | None = None
    image_url: str | None = None
    ban_reason: str | None = None
    liked_by_count: int
    cloned_by_count: int
    name: str
    description: str | None = None
    labels: dict[str, str]
    review_status: Literal["not_requested", "pending", "declined", "allowed", "allowed_with_changes"]
    review_message: str | None = None
    enabled_in_library: bool
    instagram_username: str | None = None
    twitter_username: str | None = None
    youtube_username: str | None = None
    tiktok_username: str | None = None
    moderation_check: ModerationCheckView | None = None
    reader_restricted_on: list[ReaderResourceView] | None = None


class VoiceVerificationView(BaseModel):
    """Whether a voice was shown to be the caller's own."""

    requires_verification: bool
    is_verified: bool
    verification_failures: list[str]
    verification_attempts_count: int
    language: str | None = None
    verification_attempts: list[VerificationAttemptView] | None = None


class VerifiedLanguageView(BaseModel):
    """A language that a voice speaks natively."""

    model_config = ConfigDict(protected_namespaces=())

    language: str
    model_id: str
    accent: str | None = None
    locale: str | None = None
    preview_url: str | None = None


class VoiceView(BaseModel):
    """A voice."""

    voice_id: str
    name: str
    samples: list[SampleView] | None = None
    category: VoiceCategory
    fine_tuning: FineTuningView | None = None
    labels: dict[str, str]
    description: str | None
    preview_url: str | None
    available_for_tiers: list[str] = []
    settings: VoiceSettingsView | None
    sharing: VoiceSharingView | None = None
    high_quality_base_model_ids: list[str]
    verified_languages: list[VerifiedLanguageView] | None
    safety_control: Literal["NONE", "BAN", "CAPTCHA", "ENTERPRISE_BAN", "ENTERPRISE_CAPTCHA"] | None = None
    voice_verification: VoiceVerificationView | None = None
    permission_on_resource: str | None = None
    is_owner: bool | None = False
    is_legacy: bool = False
    is_mixed: bool = False
    favorited_at_unix: int | None = None
    created_at_unix: int | None = None
    licence: str | None = Field(None, description="Of the recordings behind the voice. An addition of this server's.")


class VoicesView(BaseModel):
    """All voices."""

    voices: list[VoiceView]


class VoicesPageView(BaseModel):
    """Some of the voices."""

    voices: list[VoiceView]
    has_more: bool
    total_count: int
    next_page_token: str | None = None
