"""An audit log in memory."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from engine.audit.model import BEGINNING, AuditEntry, AuditRecord, Mark
from engine.audit.seals import Seals
from engine.testing.faults import Faults


class MemoryAudit:
    """Keeps records in a list that a test may change as nobody should."""

    def __init__(self, seals: Seals | None = None) -> None:
        self._seals = seals or Seals()
        self.records: list[AuditRecord] = []
        self.faults = Faults()

    @property
    def entries(self) -> tuple[AuditEntry, ...]:
        """What was recorded, oldest first."""
        return tuple(record.entry for record in self.records)

    async def record(self, *entries: AuditEntry) -> None:
        """Append them."""
        self.faults.reach("record")
        for entry in entries:
            newest = self.records[-1] if self.records else None
            self._seals.require_key_after(newest.key_version if newest else 0)
            after = newest.mark if newest else BEGINNING
            self.records.append(self._seals.sealed(after, entry))

    async def newest(self, since: datetime | None, limit: int) -> tuple[AuditRecord, ...]:
        """The newest records, newest first."""
        return tuple(self._since(since)[::-1][:limit])

    async def count(self, since: datetime | None) -> int:
        """How many there are since then."""
        return len(self._since(since))

    async def batches(self) -> AsyncGenerator[Sequence[AuditRecord], None]:
        """All records, two at a time."""
        for start in range(0, len(self.records), 2):
            yield self.records[start : start + 2]

    def _since(self, since: datetime | None) -> list[AuditRecord]:
        return [each for each in self.records if since is None or each.entry.at >= since]


class MemoryWitness:
    """Remembers one mark."""

    def __init__(self, mark: Mark | None = None) -> None:
        self.mark = mark

    def last(self) -> Mark | None:
        """The furthest mark."""
        return self.mark

    def saw(self, mark: Mark) -> None:
        """Remember it, unless a further one is known."""
        if self.mark is None or self.mark.number < mark.number:
            self.mark = mark
