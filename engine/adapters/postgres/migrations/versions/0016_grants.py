"""Roles that were granted in chat, and commands that wait to be confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "grants",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        # a later grant takes the place of the earlier one
        sa.PrimaryKeyConstraint("person", "pipeline", "channel"),
        schema="atlas",
    )
    op.create_table(
        "confirmations",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("slots", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asker_platform", sa.Text(), nullable=False),
        sa.Column("asker_person", sa.Text(), nullable=False),
        sa.Column("asker_name", sa.Text(), nullable=False),
        sa.Column("asker_channel", sa.Text(), nullable=False),
        sa.Column("asker_thread", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
        schema="atlas",
    )
