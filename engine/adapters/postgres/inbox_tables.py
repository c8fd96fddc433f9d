"""The state table of what arrived from chat platforms, as SQLAlchemy Core knows it."""

from sqlalchemy import Column, DateTime, Index, Table, Text, text

from engine.adapters.postgres.tables import metadata

inbox = Table(
    "inbox",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("said", Text),
    Column("payload", Text),
    Column("taken_by", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("done_at", DateTime(timezone=True)),
    Index("inbox_waiting", "platform", "received_at", postgresql_where=text("done_at IS NULL")),
    Index("inbox_received", "received_at"),
)
