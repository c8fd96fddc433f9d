"""What the next gate carries on of the numbers of a table that is loaded incrementally."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "watermarks",
        sa.Column("carried", postgresql.JSONB(), server_default="{}", nullable=False),
        schema="atlas",
    )
