"""What checks measured, what of it somebody expected, and a quick way to past verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "metrics",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="atlas",
    )
    op.create_index(
        "metrics_once", "metrics", ["run_id", "dataset", "metric"], unique=True, schema="atlas"
    )
    op.create_index("metrics_history", "metrics", ["dataset", "metric", "at"], schema="atlas")
    op.create_table(
        "metric_marks",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "dataset"),
        schema="atlas",
    )
    op.create_index("check_results_history", "check_results", ["dataset", "at"], schema="atlas")
