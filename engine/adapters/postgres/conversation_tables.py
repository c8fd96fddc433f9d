"""The table of conversations on chat platforms that Atlas may speak in."""

from sqlalchemy import Column, DateTime, Table, Text

from engine.adapters.postgres.tables import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("service_url", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("bot", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("team_name", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)
