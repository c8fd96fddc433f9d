"""A quick way to the newest verdict of a check at any moment."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Apply."""
    op.drop_index("check_results_newest", "check_results", schema="atlas")
    # the text of a check may be longer than an index takes
    by = sa.text('md5("check")')
    op.create_index(
        "check_results_newest", "check_results", ["dataset", by, "at", "id"], schema="atlas"
    )
