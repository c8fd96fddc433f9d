"""Which message confirmed a command: where it comes again, its work was cut off."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply."""
    column = sa.Column("confirmed_by", sa.Text(), nullable=True)
    op.add_column("confirmations", column, schema="atlas")
