"""What arrived from chat platforms: kept until it was worked, its key for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "inbox",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("platform", "key"),
        schema="atlas",
    )
    op.create_index(
        "inbox_waiting",
        "inbox",
        ["platform", "received_at"],
        schema="atlas",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("inbox_received", "inbox", ["received_at"], schema="atlas")
