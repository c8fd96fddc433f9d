"""What runs leave behind in the state tables: verdicts and findings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import tables
from engine.adapters.postgres.privacy_findings import keep_finding
from engine.catalog.model import DatasetName
from engine.findings.model import Finding, PersonalData
from engine.privacy.model import ColumnFinding, Protection
from engine.quality.model import Verdict
from engine.runs.model import Run


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
                dataset=str(finding.dataset or ""),
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
                dataset=str(finding.dataset or ""),
                column=found.column,
                entity=found.entity or "",
                operator=found.operator,
                reasons=list(found.reasons),
                run_id=finding.run_id,
                at=at,
            )
        )
        known = ColumnFinding(
            finding.on, found.column, found.entity or "", found.cells, found.share, at, at,
            finding.run_id,
        )  # fmt: skip
        await keep_finding(self._connection, known)
