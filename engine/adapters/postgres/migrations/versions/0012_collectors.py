"""Lineage events that wait for collectors, put aside in the transaction that writes them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_PUT_ASIDE = """CREATE FUNCTION atlas.put_aside_for_collectors() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO atlas.lineage_deliveries (event_id, collector, lane)
  SELECT NEW.id, name, NEW.run_id FROM atlas.collectors
  WHERE wanted_at > clock_timestamp() - interval '7 days';
  RETURN NULL;
END $$"""

# what other producers sent is kept, and not passed on
_TRIGGER = """CREATE TRIGGER lineage_events_put_aside
AFTER INSERT ON atlas.lineage_events
FOR EACH ROW WHEN (NEW.producer = '') EXECUTE FUNCTION atlas.put_aside_for_collectors()"""


def upgrade() -> None:
    """Apply."""
    _collectors()
    _deliveries()
    op.execute(_PUT_ASIDE)
    op.execute(_TRIGGER)
    # other tools ask for the runs of a job, and for one run, whoever produced its events
    for name, columns in (
        ("lineage_events_run", ["openlineage_run_id"]),
        ("lineage_events_job", ["job", "id"]),
    ):
        op.create_index(name, "lineage_events", columns, schema="atlas")


def _collectors() -> None:
    op.create_table(
        "collectors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        schema="atlas",
    )


def _deliveries() -> None:
    op.create_table(
        "lineage_deliveries",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("collector", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "collector"),
        sa.ForeignKeyConstraint(["event_id"], ["atlas.lineage_events.id"], ondelete="CASCADE"),
        schema="atlas",
    )
    for name, columns, where in (
        ("lineage_deliveries_waiting", ["collector", "event_id"], "settled_at IS NULL"),
        (
            "lineage_deliveries_postponed",
            ["collector", "due_at"],
            "settled_at IS NULL AND due_at IS NOT NULL",
        ),
        ("lineage_deliveries_refused", ["settled_at"], "refused IS NOT NULL"),
    ):
        op.create_index(
            name, "lineage_deliveries", columns, schema="atlas", postgresql_where=sa.text(where)
        )
