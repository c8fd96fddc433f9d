"""Lineage events in their state table, in OpenLineage's form."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.tables import lineage_events as table
from engine.lineage.model import LineageEvent

Rendered = Mapping[str, object]
"""An OpenLineage event as JSON values."""

Render = Callable[[LineageEvent], tuple[UUID, Rendered]]
"""Gives the OpenLineage run id, and the event."""

Noted = Callable[[Rendered], Awaitable[None]]
"""What else is written for an event, in the same transaction."""


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
            rows.append(
                {
                    "run_id": event.run_id,
                    "event_type": event.type,
                    "job": event.job,
                    "openlineage_run_id": run_id,
                    "event_time": event.at,
                    "event": body,
                }
            )
        key = (table.c.openlineage_run_id, table.c.event_type)
        once = insert(table).values(rows).on_conflict_do_nothing().returning(*key)
        new = {(row[0], row[1]) for row in await self._connection.execute(once)}
        for which, body in rendered.items():
            if which in new:
                await self._noted(body)

    def _version(self) -> str:
        """Of the server, as it said when the connection was opened; no query."""
        known = self._connection.sync_connection
        version = known.dialect.server_version_info if known is not None else None
        return ".".join(map(str, version)) if version else ""
