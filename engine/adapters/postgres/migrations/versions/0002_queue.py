"""The queue of runs: procrastinate's tables, and what a run needs to stand in line."""

from typing import cast

import asyncpg
import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql
from sqlalchemy.util import await_only

revision = "0002"
down_revision = "0001"

# procrastinate's functions name their tables without a schema: each gets its own search_path, so
# that they work in any session, also in the middle of another transaction
_SETTLE = """
DO $$
DECLARE each regprocedure;
BEGIN
  FOR each IN SELECT oid::regprocedure FROM pg_proc
    WHERE pronamespace = 'atlas'::regnamespace AND proname LIKE 'procrastinate\\_%'
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = atlas, pg_temp', each);
  END LOOP;
END $$
"""

_TARGETS = """
UPDATE atlas.runs SET targets = coalesce((
  SELECT array_agg(DISTINCT dataset ORDER BY dataset) FROM atlas.step_runs
  WHERE run_id = runs.id AND kind IN ('ingest', 'publish')), '{}')
"""


def upgrade() -> None:
    """Apply."""
    _install_procrastinate()
    op.create_table(
        "backfills",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=True),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("asker_platform", sa.Text(), nullable=False),
        sa.Column("asker_person", sa.Text(), nullable=False),
        sa.Column("asker_name", sa.Text(), nullable=False),
        sa.Column("asker_channel", sa.Text(), nullable=False),
        sa.Column("asker_thread", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="atlas",
    )
    _add_to_runs()
    # what was begun before goes on from its first step that was not committed
    op.execute(
        "UPDATE atlas.runs SET status = 'queued', attempt = attempt + 1 WHERE status = 'running'"
    )
    op.execute("UPDATE atlas.step_runs SET status = 'queued' WHERE status = 'running'")
    op.create_index(
        "lineage_events_once",
        "lineage_events",
        ["openlineage_run_id", "event_type", "job"],
        unique=True,
        schema="atlas",
    )


def _add_to_runs() -> None:
    for column in (
        sa.Column("parameters", postgresql.JSONB(), nullable=False, server_default="{}"),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="10"),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("backfill", sa.Text(), nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.Column("targets", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
    ):
        op.add_column("runs", column, schema="atlas")
    op.alter_column("runs", "worker", server_default="", schema="atlas")
    op.create_unique_constraint("runs_key_key", "runs", ["key"], schema="atlas")
    op.create_index(
        "runs_unfinished",
        "runs",
        ["status"],
        schema="atlas",
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_index(
        "runs_requested",
        "runs",
        [sa.text("requested_at DESC"), sa.text("id DESC")],
        schema="atlas",
    )
    op.create_index(
        "runs_backfill",
        "runs",
        ["backfill"],
        schema="atlas",
        postgresql_where=sa.text("backfill IS NOT NULL"),
    )
    op.execute(_TARGETS)


def _install_procrastinate() -> None:
    """Its own schema file, of the version that pyproject.toml holds."""
    connection = op.get_bind()
    connection.exec_driver_sql("SET LOCAL search_path = atlas")
    raw = cast("asyncpg.Connection[asyncpg.Record]", connection.connection.driver_connection)
    await_only(raw.execute(SchemaManager.get_schema()))
    connection.exec_driver_sql(_SETTLE)
    connection.exec_driver_sql('SET LOCAL search_path = "$user", public')
