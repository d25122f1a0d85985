"""An outbox that stays quick whatever was sent, claims in the order they are read, and subscribers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Change indexes, add a table."""
    op.drop_index("claim_signal", "claim")
    op.create_index("claim_standing", "claim", ["signal", "observation", "id"])
    op.drop_index("delivery_state", "delivery")
    op.create_index("delivery_state", "delivery", ["state"])
    for name, column in (("delivery_next", "next_at"), ("delivery_lease", "lease_until")):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "delivery", [column], sqlite_where=there, postgresql_where=there)
    op.create_table(
        "subscriber",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("signals", sa.String(), nullable=False),
        sa.Column("pace", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address"),
    )
    op.create_index("subscriber_created", "subscriber", ["created_at"])
