"""The types that the columns of a delivery had in its source."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "deliveries", sa.Column("types", postgresql.ARRAY(sa.Text()), nullable=True), schema="atlas"
    )
