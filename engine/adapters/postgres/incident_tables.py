"""The tables of incidents and of their members: documents, and what they are found by."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.adapters.postgres.tables import metadata

incidents = Table(
    "incidents",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("status", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("merged_into", BigInteger),
    Column("storm", BigInteger),
    Column("places", ARRAY(Text), nullable=False),
    Column("document", JSONB, nullable=False),
    Column("totals", JSONB, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
    Column("snoozed_until", DateTime(timezone=True)),
    Column("watched", Boolean, nullable=False),
    Index("incidents_begun", "begun_at"),
    Index("incidents_status", "status", "number"),
    Index("incidents_storm", "storm", postgresql_where=text("storm IS NOT NULL")),
    Index("incidents_watched", "number", postgresql_where=text("watched")),
)
"""`watched` are those with which time alone may have to do something."""

incident_members = Table(
    "incident_members",
    metadata,
    Column("incident", BigInteger, ForeignKey(incidents.c.number, ondelete="CASCADE")),
    Column("fingerprint", Text),
    Column("dataset", Text),
    Column("runs", ARRAY(Text), nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("is_over", Boolean, nullable=False),
    Column("document", JSONB, nullable=False),
    PrimaryKeyConstraint("incident", "fingerprint"),
    Index("incident_members_order", "incident", "is_over", "first_at", "fingerprint"),
    Index("incident_members_dataset", "dataset", postgresql_where=text("dataset IS NOT NULL")),
    Index("incident_members_fingerprint", "fingerprint"),
    Index(
        "incident_members_runs",
        "runs",
        postgresql_using="gin",
        postgresql_where=text("dataset IS NULL"),
    ),
)
"""By its runs is found what is about no dataset."""
