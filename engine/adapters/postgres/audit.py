"""The audit log in its state table: one record after the other, however many append at once."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlalchemy import Row, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.tables import audit_log as table
from engine.audit.model import BEGINNING, AuditEntry, AuditRecord, Mark, Told
from engine.audit.ports import Witness
from engine.audit.seals import PLAIN, Seals

BATCH = 2_000

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('atlas audit', 0))")

# a statement of its own: one that waited for the lock would not see what was committed meanwhile
_HEAD = select(table.c.id, table.c.hash, table.c.key_version).order_by(table.c.id.desc()).limit(1)


class PostgresAuditLog:
    """Appends on one connection, in the transaction of whoever holds it.

    Whoever else appends waits for the end of that transaction, so append as its last act.
    """

    def __init__(self, connection: AsyncConnection, seals: Seals) -> None:
        self._connection = connection
        self._seals = seals

    async def record(self, *entries: AuditEntry) -> None:
        """INSERT them behind the newest record."""
        await self.append(*entries)

    async def append(self, *entries: AuditEntry) -> Mark | None:
        """The same, and the mark of the last one."""
        if not entries:
            return None
        await self._connection.execute(_ALONE)
        mark, version = await self._head()
        self._seals.require_key_after(version)
        records = []
        for entry in entries:
            records.append(self._seals.sealed(mark, entry))
            mark = records[-1].mark
        await self._connection.execute(insert(table), [_row(each) for each in records])
        return mark

    async def _head(self) -> tuple[Mark, int]:
        newest = (await self._connection.execute(_HEAD)).first()
        if newest is None:
            return BEGINNING, PLAIN
        return Mark(newest.id, newest.hash), newest.key_version


class GatheredAudit:
    """Gathers what a long transaction did, so that nobody waits for it before it is over."""

    def __init__(self) -> None:
        self._entries: list[AuditEntry] = []

    async def record(self, *entries: AuditEntry) -> None:
        """Keep them for the end of the transaction."""
        self._entries += entries

    async def written(self, connection: AsyncConnection, seals: Seals) -> Mark | None:
        """INSERT them, just before the transaction is committed; the mark of the last one."""
        entries, self._entries = self._entries, []
        return await PostgresAuditLog(connection, seals).append(*entries)


class PostgresAudit:
    """The log and the trail of one database; each call is a transaction of its own."""

    def __init__(
        self,
        database: Database,
        seals: Seals,
        witness: Witness | None = None,
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._batch = batch
        self._seals = seals
        self._witness = witness

    async def record(self, *entries: AuditEntry) -> None:
        """INSERT them, and tell the witness once they are committed."""
        async with self._database.begin() as connection:
            mark = await PostgresAuditLog(connection, self._seals).append(*entries)
        self.committed(mark)

    async def gathered(self, connection: AsyncConnection, audit: GatheredAudit) -> Mark | None:
        """INSERT what a transaction gathered, as its last act; the mark for after its commit."""
        return await audit.written(connection, self._seals)

    def committed(self, mark: Mark | None) -> None:
        """Tell the witness how far the log has come."""
        if mark is not None and self._witness is not None:
            self._witness.saw(mark)

    async def newest(self, since: datetime | None, limit: int) -> tuple[AuditRecord, ...]:
        """SELECT the newest, which its index on the time finds."""
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if since is not None:
            query = query.where(table.c.at >= since)
        async with self._read() as connection:
            return tuple(_record(row) for row in await connection.execute(query))

    async def count(self, since: datetime | None) -> int:
        """SELECT how many."""
        query = select(func.count()).select_from(table)
        if since is not None:
            query = query.where(table.c.at >= since)
        async with self._read() as connection:
            return int(await connection.scalar(query) or 0)

    async def batches(self) -> AsyncGenerator[Sequence[AuditRecord], None]:
        """SELECT page after page by the primary key, so that memory holds one of them."""
        query = select(table).order_by(table.c.id).limit(self._batch)
        async with self._read() as connection:
            rows = (await connection.execute(query)).all()
            while rows:
                yield [_record(row) for row in rows]
                behind = query.where(table.c.id > rows[-1].id)
                rows = (await connection.execute(behind)).all()

    def _read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._database.connect()


def _row(record: AuditRecord) -> dict[str, object]:
    entry = record.entry
    return {
        "id": record.number,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": dict(entry.detail),
        "key_version": record.key_version,
        "previous": record.previous,
        "hash": record.hash,
    }


def _record(row: Row[tuple[object, ...]]) -> AuditRecord:
    detail = {name: _told(value) for name, value in row.detail.items()}
    entry = AuditEntry(row.at, row.actor, row.action, row.subject, detail)
    return AuditRecord(row.id, entry, row.key_version, row.previous, row.hash)


def _told(value: object) -> Told:
    """As it was, and anything else that somebody put there unchanged, so that it can be seen."""
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]  # as above
