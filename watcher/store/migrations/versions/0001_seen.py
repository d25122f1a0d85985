"""What is seen: sources, polls, documents, entries, observations, claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Build the tables."""
    source()
    poll()
    poll_day()
    document()
    entry()
    absence()
    observation()
    ruling()
    claim()


def source() -> None:
    """Table and indexes."""
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("declared", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("first_tried_at", sa.BigInteger(), nullable=True),
        sa.Column("last_tried_at", sa.BigInteger(), nullable=True),
        sa.Column("last_good_at", sa.BigInteger(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("newest_entry_at", sa.BigInteger(), nullable=True),
        sa.Column("gone_since", sa.BigInteger(), nullable=True),
        sa.Column("gone_polls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "source_due",
        "source",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_index("source_parent", "source", ["parent"], unique=False)
    op.create_index("source_signal", "source", ["signal"], unique=False)


def poll() -> None:
    """Table and indexes."""
    op.create_table(
        "poll",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "at"),
        sqlite_with_rowid=False,
    )
    op.create_index("poll_at", "poll", ["at"], unique=False)


def poll_day() -> None:
    """Table and indexes."""
    op.create_table(
        "poll_day",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("ok", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day"),
        sqlite_with_rowid=False,
    )
    op.create_index("poll_day_day", "poll_day", ["day"], unique=False)


def document() -> None:
    """Table and indexes."""
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("final_url", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("cited", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index(
        "document_body",
        "document",
        ["fetched_at"],
        unique=False,
        sqlite_where=sa.text("body IS NOT NULL"),
        postgresql_where=sa.text("body IS NOT NULL"),
    )


def entry() -> None:
    """Table and indexes."""
    op.create_table(
        "entry",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("observation", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("missing_since", sa.BigInteger(), nullable=True),
        sa.Column("missing_reads", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key"),
        sqlite_with_rowid=False,
    )


def absence() -> None:
    """Table and indexes."""
    op.create_table(
        "absence",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key", "since"),
        sqlite_with_rowid=False,
    )


def observation() -> None:
    """Table and indexes."""
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=True),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("observation_document", "observation", ["document"], unique=False)
    op.create_index("observation_entry", "observation", ["source", "key", "revision"], unique=True)
    op.create_index("observation_seen", "observation", ["seen_at"], unique=False)


def ruling() -> None:
    """Table and indexes."""
    op.create_table(
        "ruling",
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("signal"),
    )


def claim() -> None:
    """Table and indexes."""
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("track", sa.String(), nullable=False),
        sa.Column("observation", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["observation"],
            ["observation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("claim_observation", "claim", ["observation"], unique=False)
    op.create_index("claim_signal", "claim", ["signal", "id"], unique=False)
