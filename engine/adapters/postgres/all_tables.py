"""Every table of schema atlas, whichever module knows it: `metadata` is whole from here."""

from engine.adapters.postgres import (
    collector_tables,
    conversation_tables,
    grants_tables,
    inbox_tables,
    incident_tables,
    lineage_tables,
    outbox_tables,
    reading_tables,
    routing_tables,
    watching_tables,
)
from engine.adapters.postgres.tables import metadata

__all__ = [
    "collector_tables",
    "conversation_tables",
    "grants_tables",
    "inbox_tables",
    "incident_tables",
    "lineage_tables",
    "metadata",
    "outbox_tables",
    "reading_tables",
    "routing_tables",
    "watching_tables",
]
