"""The table of places to which posts go, as SQLAlchemy Core knows it."""

from sqlalchemy import Column, DateTime, Index, Table, Text, text

from engine.adapters.postgres.tables import metadata, outbox

outbox_places = Table(
    "outbox_places",
    metadata,
    Column("place", Text, primary_key=True),
    Column("not_before", DateTime(timezone=True)),
)
"""Whoever sends a post holds the row of its place."""

Index(
    "outbox_in_order",
    outbox.c.place,
    outbox.c.id,
    postgresql_where=text("delivered_revision < revision AND dead_at IS NULL"),
)
Index("outbox_failing", outbox.c.failing_since, postgresql_where=text("failing_since IS NOT NULL"))
