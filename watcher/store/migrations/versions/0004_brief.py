"""The present verdict in brief beside its signal: news of one signal need not read all that proves where the others stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add two columns; they are filled with the next verdict, and where they are of another one the verdict itself is read."""
    op.add_column("present", sa.Column("brief", sa.String(), nullable=True))
    op.add_column("present", sa.Column("brief_of", sa.Integer(), nullable=True))
