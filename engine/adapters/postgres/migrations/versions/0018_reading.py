"""Free text that is read in chunks, and what was found in it; neither survives a server's crash."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "text_chunks",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_page", sa.BigInteger(), nullable=False),
        sa.Column("end_page", sa.BigInteger(), nullable=False),
        sa.Column("after_row", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "table_name", "number"),
        schema="atlas",
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "text_findings",
        sa.Column("imprint", sa.LargeBinary(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column(
            "read_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("imprint"),
        schema="atlas",
        prefixes=["UNLOGGED"],
    )
    op.create_index("text_findings_read_at", "text_findings", ["read_at"], schema="atlas")
