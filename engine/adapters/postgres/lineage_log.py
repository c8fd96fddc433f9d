"""Lineage events in their state table, in OpenLineage's form."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import driver
from engine.adapters.postgres.lineage_graph import jsonb
from engine.lineage.model import LineageEvent

Rendered = Mapping[str, object]
"""An OpenLineage event as JSON values."""

Render = Callable[[LineageEvent], tuple[UUID, Rendered]]
"""Gives the OpenLineage run id, and the event."""

Noted = Callable[[Rendered], Awaitable[None]]
"""What else is written for an event, in the same transaction."""


_APPEND = """INSERT INTO atlas.lineage_events
  (run_id, event_type, job, openlineage_run_id, event_time, event)
SELECT run_id, event_type, job, openlineage_run_id, event_time, event::jsonb
FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[])
  told(run_id, event_type, job, openlineage_run_id, event_time, event)
ON CONFLICT DO NOTHING RETURNING openlineage_run_id, event_type"""
"""One text for any number of events, so that neither we nor PostgreSQL have to make it anew."""


async def _nothing(event: Rendered) -> None:
    """Nobody else wants to know."""


class PostgresLineageLog:
    """Lineage events on one connection; `noted` hears of each that was not there before."""

    def __init__(
        self, connection: AsyncConnection, render: Render, noted: Noted = _nothing
    ) -> None:
        self._connection = connection
        self._render = render
        self._noted = noted

    async def append(self, *events: LineageEvent) -> None:
        """INSERT events in their order with one statement; those that are there stay."""
        if not events:
            return
        version = self._version()
        rendered = {}
        rows = []
        for event in events:
            run_id, body = self._render(replace(event, engine_version=version))
            rendered[run_id, str(event.type)] = body
            rows.append((event.run_id, event.type, event.job, run_id, event.at, jsonb(body)))
        raw = await driver(self._connection)
        added = await raw.fetch(_APPEND, *zip(*rows, strict=True))
        new = {(row["openlineage_run_id"], row["event_type"]) for row in added}
        for which, body in rendered.items():
            if which in new:
                await self._noted(body)

    def _version(self) -> str:
        """Of the server, as it said when the connection was opened; no query."""
        known = self._connection.sync_connection
        version = known.dialect.server_version_info if known is not None else None
        return ".".join(map(str, version)) if version else ""
