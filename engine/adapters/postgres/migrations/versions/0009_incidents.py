"""Incidents, and in whose thread a post belongs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "incidents",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("storm", sa.BigInteger(), nullable=True),
        sa.Column("datasets", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("runs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("fingerprints", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("places", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        schema="atlas",
    )
    for column in ("datasets", "runs", "fingerprints"):
        op.create_index(
            f"incidents_{column}",
            "incidents",
            [column],
            schema="atlas",
            postgresql_using="gin",
            postgresql_where=sa.text("merged_into IS NULL"),
        )
    op.create_index("incidents_created", "incidents", ["created_at"], schema="atlas")
    op.create_index("incidents_status", "incidents", ["status", "number"], schema="atlas")
    op.create_index(
        "incidents_storm",
        "incidents",
        ["storm"],
        schema="atlas",
        postgresql_where=sa.text("storm IS NOT NULL"),
    )
    op.create_index(
        "incidents_watched",
        "incidents",
        ["number"],
        schema="atlas",
        postgresql_where=sa.text("watched"),
    )
    op.add_column("outbox", sa.Column("thread", sa.Text(), nullable=True), schema="atlas")
