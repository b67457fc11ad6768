"""The tables, by noun. Instants are Unix seconds (UTC).

A migration in `migrations/versions` says the same; `tests/store/test_migrations.py` compares them. Ids are made by
`sonant.core.ids`. Whatever names a blob does so by a foreign key, so that the database itself refuses to forget a
blob that is still in use.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Accounts -------------------------------------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("credits_used", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("key_hash", LargeBinary(32), nullable=False, unique=True),  # SHA-256 of the key
    Column("preview", String(8), nullable=False),  # the key's last characters, for people
    Column("scopes", JSON(none_as_null=True)),  # null: all, also those of later versions
    Column("credit_limit", BigInteger),  # null: no limit
    Column("credits_used", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
)

single_use_tokens = Table(
    "single_use_tokens",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),  # SHA-256 of the token
    Column("purpose", String(32), nullable=False),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False),
    Column("key_id", ForeignKey("api_keys.key_id")),  # null: made where no keys are needed
    Column("expires_at", Double, nullable=False, index=True),
)

# Blobs ----------------------------------------------------------------------------------------------------------------

blobs = Table(
    "blobs",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 in hexadecimal
    Column("size_bytes", BigInteger, nullable=False),
)

# History --------------------------------------------------------------------------------------------------------------

history_items = Table(
    "history_items",
    metadata,
    Column("history_item_id", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("source", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("model_id", String(64), nullable=False),
    Column("voice_id", String(64)),  # null: several voices, see dialogue
    Column("voice_name", Text),
    Column("voice_category", String(16)),
    Column("characters_from", BigInteger, nullable=False),  # the account's credits used before and after
    Column("characters_to", BigInteger, nullable=False),
    Column("output_format", String(32), nullable=False),
    Column("blob_digest", ForeignKey("blobs.digest"), index=True),  # FLAC; null: nothing was to be heard
    Column("sample_rate", Integer, nullable=False),  # Hz
    Column("duration", Double, nullable=False),  # seconds
    Column("created_at", Double, nullable=False),
    Column("settings", JSON(none_as_null=True)),
    Column("dialogue", JSON(none_as_null=True)),
    Column("text", Text, nullable=False),
    Column("search_text", Text, nullable=False),  # case-folded, what `search` looks in
    Column("alignments", JSON(none_as_null=True)),  # last, for lists don't read it
    Index(None, "account_id", "created_at", "history_item_id"),
    Index(None, "account_id", "voice_id", "created_at", "history_item_id"),
    Index(None, "account_id", "request_id"),
)

# Voices ---------------------------------------------------------------------------------------------------------------

voice_settings = Table(
    "voice_settings",
    metadata,
    Column("account_id", ForeignKey("accounts.account_id"), primary_key=True),
    Column("voice_id", String(64), primary_key=True),  # no foreign key: premade voices have no rows
    Column("stability", Double, nullable=False),
    Column("similarity", Double, nullable=False),
    Column("style", Double, nullable=False),
    Column("speaker_boost", Boolean, nullable=False),
    Column("speed", Double, nullable=False),
)

# Pronunciation dictionaries -------------------------------------------------------------------------------------------

pronunciation_dictionaries = Table(
    "pronunciation_dictionaries",
    metadata,
    Column("dictionary_id", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False),
    Column("latest_version_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("sort_name", Text, nullable=False),  # case-folded
    Column("description", Text),
    Column("created_at", Double, nullable=False),
    Column("archived_at", Double),  # null while it is listed
    Index("ix_pronunciation_dictionaries_created_at", "account_id", "created_at", "dictionary_id"),
    Index("ix_pronunciation_dictionaries_sort_name", "account_id", "sort_name", "dictionary_id"),
)

pronunciation_dictionary_versions = Table(
    "pronunciation_dictionary_versions",
    metadata,
    Column("version_id", String(64), primary_key=True),
    Column("dictionary_id", ForeignKey("pronunciation_dictionaries.dictionary_id"), nullable=False, index=True),
    Column("rules_count", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("rules", JSON, nullable=False),  # never changed
)
