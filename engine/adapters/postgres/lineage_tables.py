"""The graph of what feeds what in schema atlas, as SQLAlchemy Core knows it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.adapters.postgres.tables import metadata

lineage_datasets = Table(
    "lineage_datasets",
    metadata,
    Column("namespace", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    # the newest form of each facet, such as schema, ownership, tags, columnLineage
    Column("facets", JSONB, nullable=False),
    # when the facet of each name was told, and the word of whoever told it decides no more before
    Column("told", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    # the transaction that changed something which the graph in memory holds
    Column("changed", BigInteger, nullable=False),
    Index("lineage_datasets_changed", "changed"),
)

lineage_jobs = Table(
    "lineage_jobs",
    metadata,
    Column("namespace", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("producer", Text, nullable=False),
    Column("facets", JSONB, nullable=False),
    Column("told", JSONB, nullable=False),
    # what its last runs read and wrote, of which one is the current version
    Column("runs", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("changed", BigInteger, nullable=False),
    Index("lineage_jobs_changed", "changed"),
)

lineage_job_io = Table(
    "lineage_job_io",
    metadata,
    Column("job_namespace", Text, primary_key=True),
    Column("job_name", Text, primary_key=True),
    # input or output
    Column("role", Text, primary_key=True),
    Column("dataset_namespace", Text, primary_key=True),
    Column("dataset_name", Text, primary_key=True),
    ForeignKeyConstraint(
        ["job_namespace", "job_name"],
        ["atlas.lineage_jobs.namespace", "atlas.lineage_jobs.name"],
        ondelete="CASCADE",
    ),
    Index("lineage_job_io_dataset", "dataset_namespace", "dataset_name", "role"),
)

lineage_columns = Table(
    "lineage_columns",
    metadata,
    Column("dataset_namespace", Text, primary_key=True),
    Column("dataset_name", Text, primary_key=True),
    # empty where the source acts on all rows
    Column("column_name", Text, primary_key=True),
    Column("source_namespace", Text, primary_key=True),
    Column("source_name", Text, primary_key=True),
    Column("source_column", Text, primary_key=True),
    # IDENTITY, AGGREGATION, FILTER, …: engine.lineage.columns.Influence
    Column("influence", Text, primary_key=True),
    Column("masking", Boolean, nullable=False),
    Index("lineage_columns_source", "source_namespace", "source_name", "source_column"),
)
