"""What looks noted, what schedules send, and the indexes by which both are read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    _watched()
    _digests()
    _indexes()


def _watched() -> None:
    op.create_table(
        "watched",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
        schema="atlas",
    )


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("schedule", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["schedule"], ["atlas.schedules.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("schedule"),
        schema="atlas",
    )


_PUBLISHED = sa.text("kind = 'publish' AND status = 'succeeded'")
_SUCCEEDED = sa.text("status = 'succeeded'")
_WAITING = sa.text("delivered_revision < revision")

_TITLE: tuple[str | sa.TextClause, ...] = (
    "pipeline",
    sa.text("coalesce(table_name, '')"),
    "finished_at",
)


def _indexes() -> None:
    """Of runs the one by which the same was run before, and the one by which a week is read."""
    _index("step_runs_published", "step_runs", ["dataset", "finished_at"], _PUBLISHED)
    _index("runs_succeeded", "runs", _TITLE, _SUCCEEDED)
    _index("runs_finished", "runs", ["finished_at"])
    _index("deliveries_newest", "deliveries", ["table_name", "loaded_at"])
    _index("outbox_waiting", "outbox", ["platform", "due_at"], _WAITING)


def _index(
    name: str,
    table: str,
    columns: Sequence[str | sa.TextClause],
    where: sa.TextClause | None = None,
) -> None:
    op.create_index(name, table, columns, schema="atlas", postgresql_where=where)
