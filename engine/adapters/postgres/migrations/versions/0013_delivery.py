"""Places to which one post after the other is sent, and why some posts don't arrive."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "outbox_places",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("place"),
        schema="atlas",
    )
    for name in ("tried_at", "failing_since", "dead_at"):
        op.add_column(
            "outbox", sa.Column(name, sa.DateTime(timezone=True), nullable=True), schema="atlas"
        )
    for name in ("reason", "hint"):
        op.add_column(
            "outbox", sa.Column(name, sa.Text(), server_default="", nullable=False), schema="atlas"
        )
    for name, columns, where in (
        ("outbox_in_order", ["place", "id"], "delivered_revision < revision AND dead_at IS NULL"),
        ("outbox_failing", ["failing_since"], "failing_since IS NOT NULL"),
    ):
        op.create_index(name, "outbox", columns, schema="atlas", postgresql_where=sa.text(where))
