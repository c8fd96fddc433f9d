"""The tables of what waits for collectors, as SQLAlchemy Core knows them."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, Integer, Table, Text, text

from engine.adapters.postgres.tables import lineage_events, metadata

collectors = Table(
    "collectors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("wanted_at", DateTime(timezone=True), nullable=False),
    Column("held_by", Text),
    Column("held_until", DateTime(timezone=True)),
)

lineage_deliveries = Table(
    "lineage_deliveries",
    metadata,
    Column(
        "event_id",
        BigInteger,
        ForeignKey("atlas.lineage_events.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("collector", Text, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
    Column("refused", Text),
    Index(
        "lineage_deliveries_waiting",
        "collector",
        "event_id",
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index(
        "lineage_deliveries_postponed",
        "collector",
        "due_at",
        postgresql_where=text("settled_at IS NULL AND due_at IS NOT NULL"),
    ),
    Index("lineage_deliveries_refused", "settled_at", postgresql_where=text("refused IS NOT NULL")),
)
"""Filled by a trigger on atlas.lineage_events, for each collector that is wanted."""

Index("lineage_events_run", lineage_events.c.openlineage_run_id)
Index("lineage_events_job", lineage_events.c.job, lineage_events.c.id)
