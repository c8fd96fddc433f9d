"""What looks noted and is not over, in its state table."""

from collections.abc import Sequence

from sqlalchemy import Row, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.watching_tables import watched
from engine.cards import Severity
from engine.catalog.model import DatasetName
from engine.findings.looking import Standing
from engine.topics import Kind

_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('atlas watch', 0))")

_known = watched.c


class PostgresWatched:
    """It on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def alone(self) -> bool:
        """By an advisory lock, until the end of the transaction."""
        return bool(await self._connection.scalar(_ALONE))

    async def standing(self) -> tuple[Standing, ...]:
        """Every row."""
        rows = await self._connection.execute(select(watched).order_by(_known.fingerprint))
        return tuple(_standing(row) for row in rows)

    async def keep(self, standing: Sequence[Standing]) -> None:
        """INSERT, or UPDATE all but since when it stands."""
        rows = [
            {
                "fingerprint": each.fingerprint,
                "kind": each.kind,
                "dataset": str(each.dataset) if each.dataset else None,
                "severity": each.severity,
                "run_id": each.run_id,
                "since": each.since,
            }
            for each in standing
        ]
        if not rows:
            return
        entry = insert(watched)
        now = {name: entry.excluded[name] for name in ("kind", "dataset", "severity", "run_id")}
        await self._connection.execute(
            entry.on_conflict_do_update(index_elements=["fingerprint"], set_=now), rows
        )

    async def forget(self, fingerprints: Sequence[str]) -> None:
        """DELETE them."""
        if fingerprints:
            await self._connection.execute(
                delete(watched).where(_known.fingerprint.in_(fingerprints))
            )


def _standing(row: Row[tuple[object, ...]]) -> Standing:
    return Standing(
        row.fingerprint,
        Kind(row.kind),
        DatasetName.parse(row.dataset) if row.dataset else None,
        Severity(row.severity),
        row.run_id,
        row.since,
    )
