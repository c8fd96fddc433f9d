"""The table of incidents: the whole of each as a document, and what they are found by."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.adapters.postgres.tables import metadata

_APART = text("merged_into IS NULL")

incidents = Table(
    "incidents",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("status", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("merged_into", BigInteger),
    Column("storm", BigInteger),
    Column("datasets", ARRAY(Text), nullable=False),
    Column("runs", ARRAY(Text), nullable=False),
    Column("fingerprints", ARRAY(Text), nullable=False),
    Column("places", ARRAY(Text), nullable=False),
    Column("document", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
    Column("snoozed_until", DateTime(timezone=True)),
    Column("watched", Boolean, nullable=False),
    Index("incidents_datasets", "datasets", postgresql_using="gin", postgresql_where=_APART),
    Index("incidents_runs", "runs", postgresql_using="gin", postgresql_where=_APART),
    Index(
        "incidents_fingerprints", "fingerprints", postgresql_using="gin", postgresql_where=_APART
    ),
    Index("incidents_created", "created_at"),
    Index("incidents_status", "status", "number"),
    Index("incidents_storm", "storm", postgresql_where=text("storm IS NOT NULL")),
    Index("incidents_watched", "number", postgresql_where=text("watched")),
)
"""`watched` are those with which time alone may have to do something."""
