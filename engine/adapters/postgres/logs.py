"""What runs leave behind in the state tables: verdicts, findings, lineage events."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import tables
from engine.adapters.postgres.privacy_findings import keep_finding
from engine.catalog.model import DatasetName
from engine.findings.model import Finding, PersonalData
from engine.lineage.model import LineageEvent
from engine.privacy.model import ColumnFinding, Protection
from engine.quality.model import Verdict
from engine.runs.model import Run

Rendered = Mapping[str, object]
"""An OpenLineage event as JSON values."""


class PostgresVerdictLog:
    """Verdicts on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(
        self, run: Run, dataset: DatasetName, verdicts: Sequence[Verdict], at: datetime
    ) -> None:
        """INSERT one row a verdict."""
        rows = [
            {
                "run_id": run.id,
                "dataset": str(dataset),
                "check": each.check.text,
                "outcome": each.outcome,
                "value": each.value,
                "reason": each.reason,
                "at": at,
            }
            for each in verdicts
        ]
        if rows:
            await self._connection.execute(insert(tables.check_results), rows)


class PostgresFindingLog:
    """Findings on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(self, finding: Finding, at: datetime) -> bool:
        """INSERT the finding; whether it is the first of its fingerprint."""
        known = tables.findings.c.fingerprint == finding.fingerprint
        seen = await self._connection.scalar(select(exists().where(known)))
        await self._connection.execute(
            insert(tables.findings).values(
                fingerprint=finding.fingerprint,
                kind=finding.kind,
                dataset=str(finding.dataset),
                severity=finding.severity,
                run_id=finding.run_id,
                at=at,
            )
        )
        if isinstance(finding.evidence, PersonalData):
            await self._personal(finding, finding.evidence.protection, at)
        return not seen

    async def _personal(self, finding: Finding, found: Protection, at: datetime) -> None:
        await self._connection.execute(
            insert(tables.pii_findings).values(
                dataset=str(finding.dataset),
                column=found.column,
                entity=found.entity or "",
                operator=found.operator,
                reasons=list(found.reasons),
                run_id=finding.run_id,
                at=at,
            )
        )
        known = ColumnFinding(
            finding.dataset, found.column, found.entity or "", found.cells, found.share, at, at,
            finding.run_id,
        )  # fmt: skip
        await keep_finding(self._connection, known)


class PostgresLineageLog:
    """Lineage events on one connection, in OpenLineage's form."""

    def __init__(
        self,
        connection: AsyncConnection,
        render: Callable[[LineageEvent], tuple[UUID, Rendered]],
    ) -> None:
        self._connection = connection
        self._render = render

    async def append(self, event: LineageEvent) -> None:
        """INSERT the event, once."""
        # in a thread: the first event imports OpenLineage's classes, which takes most of a second
        run_id, rendered = await asyncio.to_thread(self._render, event)
        await self._connection.execute(
            insert_once(tables.lineage_events)
            .values(
                run_id=event.run_id,
                event_type=event.type,
                job=event.job,
                openlineage_run_id=run_id,
                event_time=event.at,
                event=rendered,
            )
            .on_conflict_do_nothing()
        )
