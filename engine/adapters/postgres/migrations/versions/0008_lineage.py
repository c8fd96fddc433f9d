"""The graph of what feeds what, and lineage events of other producers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_ONCE = "producer = '' AND event_type <> 'RUNNING'"


def upgrade() -> None:
    """Apply."""
    _nodes("lineage_datasets")
    _nodes(
        "lineage_jobs",
        sa.Column("producer", sa.Text(), nullable=False),
        sa.Column("runs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    )
    _flows()
    _columns()
    _foreign_events()


def _nodes(name: str, *more: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("namespace", "name"),
        schema="atlas",
    )
    op.create_index(f"{name}_changed", name, ["changed"], schema="atlas")


def _flows() -> None:
    op.create_table(
        "lineage_job_io",
        sa.Column("job_namespace", sa.Text(), nullable=False),
        sa.Column("job_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("dataset_namespace", sa.Text(), nullable=False),
        sa.Column("dataset_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "job_namespace", "job_name", "role", "dataset_namespace", "dataset_name"
        ),
        sa.ForeignKeyConstraint(
            ["job_namespace", "job_name"],
            ["atlas.lineage_jobs.namespace", "atlas.lineage_jobs.name"],
            ondelete="CASCADE",
        ),
        schema="atlas",
    )
    op.create_index(
        "lineage_job_io_dataset",
        "lineage_job_io",
        ["dataset_namespace", "dataset_name", "role"],
        schema="atlas",
    )


def _columns() -> None:
    key = (
        "dataset_namespace",
        "dataset_name",
        "column_name",
        "source_namespace",
        "source_name",
        "source_column",
        "influence",
    )
    op.create_table(
        "lineage_columns",
        *(sa.Column(name, sa.Text(), nullable=False) for name in key),
        sa.Column("masking", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(*key),
        schema="atlas",
    )
    op.create_index(
        "lineage_columns_source",
        "lineage_columns",
        ["source_namespace", "source_name", "source_column"],
        schema="atlas",
    )


def _foreign_events() -> None:
    """Those of other producers have no run of ours, and perhaps no run at all.

    One of ours is kept once for each state of a run, except that it goes on; one of somebody
    else's once for each wording.
    """
    op.add_column(
        "lineage_events",
        sa.Column("producer", sa.Text(), server_default="", nullable=False),
        schema="atlas",
    )
    op.add_column(
        "lineage_events", sa.Column("fingerprint", sa.Text(), nullable=True), schema="atlas"
    )
    op.alter_column("lineage_events", "openlineage_run_id", nullable=True, schema="atlas")
    op.drop_index("lineage_events_once", "lineage_events", schema="atlas")
    op.create_index(
        "lineage_events_once",
        "lineage_events",
        ["openlineage_run_id", "event_type", "job"],
        unique=True,
        postgresql_where=sa.text(_ONCE),
        schema="atlas",
    )
    op.create_index(
        "lineage_events_worded", "lineage_events", ["fingerprint"], unique=True, schema="atlas"
    )
    op.create_index("lineage_events_time", "lineage_events", ["event_time"], schema="atlas")
