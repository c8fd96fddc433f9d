"""What digests need from outside: numbers of the past, and the incidents that are open."""

from collections.abc import Sequence
from typing import Protocol

from engine.alerts.ports import OutboxTransaction
from engine.digests.model import NewPersonalData, OpenOf, Period, PipelineTally
from engine.schedules.ports import ScheduleTransaction


class DigestNumbers(Protocol):
    """What happened, in numbers; both raise DatabaseError."""

    async def pipelines(self, period: Period) -> Sequence[PipelineTally]:
        """The runs that ended in the period or in the one before, by pipeline and table."""
        ...

    async def personal(self, period: Period) -> Sequence[NewPersonalData]:
        """What was found in the period for the first time."""
        ...


class OpenIncidents(Protocol):
    """Knows which incidents are not resolved."""

    async def by_owner(self) -> Sequence[OpenOf]:
        """How many there are, by owner; an owner without any is left out."""
        ...


class DigestTransaction(ScheduleTransaction, OutboxTransaction, Protocol):
    """What sending digests needs of a transaction."""
