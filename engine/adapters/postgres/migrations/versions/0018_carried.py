"""What the next gate carries on of the numbers of a table that is loaded incrementally."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "watermarks",
        sa.Column("carried", postgresql.JSONB(), server_default="{}", nullable=False),
        schema="atlas",
    )
