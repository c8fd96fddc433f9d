"""A quick way to the newest verdict of a check."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Apply."""
    # the text of a check may be longer than an index takes
    by = sa.text('md5("check")')
    op.create_index("check_results_newest", "check_results", ["dataset", by, "id"], schema="atlas")
