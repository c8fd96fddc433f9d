"""What incremental loads know from run to run, and what each delivery's columns were."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "watermarks",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("bronze_row", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.Text(), nullable=True),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dataset"),
        schema="atlas",
    )
    op.create_table(
        "increments",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "dataset"),
        schema="atlas",
    )
    columns: sa.Column[object] = sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=True)
    op.add_column("deliveries", columns, schema="atlas")
