"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them, noun by noun."""
    _accounts()
    _blobs()
    _history()
    _voices()
    _pronunciation_dictionaries()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("credits_used", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("preview", sa.String(8), nullable=False),
        sa.Column("scopes", sa.JSON),
        sa.Column("credit_limit", sa.BigInteger),
        sa.Column("credits_used", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("revoked_at", sa.Double),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_api_keys_account_id"),
    )
    op.create_index("ix_api_keys_account_id", "api_keys", ["account_id"])
    op.create_table(
        "single_use_tokens",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(64)),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_single_use_tokens"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_single_use_tokens_account_id"),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.key_id"], name="fk_single_use_tokens_key_id"),
    )
    op.create_index("ix_single_use_tokens_expires_at", "single_use_tokens", ["expires_at"])


def _blobs() -> None:
    op.create_table(
        "blobs",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_blobs"),
    )


def _history() -> None:
    op.create_table(
        "history_items",
        sa.Column("history_item_id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("model_id", sa.String(64), nullable=False),
        sa.Column("voice_id", sa.String(64)),
        sa.Column("voice_name", sa.Text),
        sa.Column("voice_category", sa.String(16)),
        sa.Column("characters_from", sa.BigInteger, nullable=False),
        sa.Column("characters_to", sa.BigInteger, nullable=False),
        sa.Column("output_format", sa.String(32), nullable=False),
        sa.Column("blob_digest", sa.String(64)),
        sa.Column("sample_rate", sa.Integer, nullable=False),
        sa.Column("duration", sa.Double, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("settings", sa.JSON),
        sa.Column("dialogue", sa.JSON),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("alignments", sa.JSON),
        sa.PrimaryKeyConstraint("history_item_id", name="pk_history_items"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_history_items_account_id"),
        sa.ForeignKeyConstraint(["blob_digest"], ["blobs.digest"], name="fk_history_items_blob_digest"),
    )
    newest = ["created_at", "history_item_id"]
    op.create_index("ix_history_items_account_id_created_at_history_item_id", "history_items", ["account_id", *newest])
    op.create_index(
        "ix_history_items_account_id_voice_id_created_at_history_item_id",
        "history_items",
        ["account_id", "voice_id", *newest],
    )
    op.create_index("ix_history_items_account_id_request_id", "history_items", ["account_id", "request_id"])
    op.create_index("ix_history_items_blob_digest", "history_items", ["blob_digest"])


def _voices() -> None:
    op.create_table(
        "voice_settings",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("voice_id", sa.String(64), nullable=False),
        sa.Column("stability", sa.Double, nullable=False),
        sa.Column("similarity", sa.Double, nullable=False),
        sa.Column("style", sa.Double, nullable=False),
        sa.Column("speaker_boost", sa.Boolean, nullable=False),
        sa.Column("speed", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "voice_id", name="pk_voice_settings"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_voice_settings_account_id"),
    )


def _pronunciation_dictionaries() -> None:
    op.create_table(
        "pronunciation_dictionaries",
        sa.Column("dictionary_id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("latest_version_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sort_name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("archived_at", sa.Double),
        sa.PrimaryKeyConstraint("dictionary_id", name="pk_pronunciation_dictionaries"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name="fk_pronunciation_dictionaries_account_id"
        ),
    )
    for key in ("created_at", "sort_name"):
        op.create_index(
            f"ix_pronunciation_dictionaries_{key}",
            "pronunciation_dictionaries",
            ["account_id", key, "dictionary_id"],
        )
    op.create_table(
        "pronunciation_dictionary_versions",
        sa.Column("version_id", sa.String(64), nullable=False),
        sa.Column("dictionary_id", sa.String(64), nullable=False),
        sa.Column("rules_count", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("version_id", name="pk_pronunciation_dictionary_versions"),
        sa.ForeignKeyConstraint(
            ["dictionary_id"],
            ["pronunciation_dictionaries.dictionary_id"],
            name="fk_pronunciation_dictionary_versions_dictionary_id",
        ),
    )
    op.create_index(
        "ix_pronunciation_dictionary_versions_dictionary_id", "pronunciation_dictionary_versions", ["dictionary_id"]
    )
