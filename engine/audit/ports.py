"""Where the trail is kept, how it is read, and who remembers how long it was."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Protocol

from engine.audit.model import AuditEntry, AuditRecord, Mark


class AuditLog(Protocol):
    """Takes what is to be recorded."""

    async def record(self, *entries: AuditEntry) -> None:
        """Append them in this order; they stand once the transaction does that they are part of.

        Raises DatabaseError: what can't be recorded must not be done.
        """
        ...


class AuditTrail(Protocol):
    """Reads what was recorded."""

    async def newest(self, since: datetime | None, limit: int) -> tuple[AuditRecord, ...]:
        """The newest records, newest first; none from before `since`."""
        ...

    async def count(self, since: datetime | None) -> int:
        """How many there are since then."""
        ...

    def batches(self) -> AsyncGenerator[Sequence[AuditRecord], None]:
        """All records from the first one on, some at a time; whoever stops early closes it."""
        ...


class Witness(Protocol):
    """Remembers outside of the database how far the trail had come."""

    def last(self) -> Mark | None:
        """The furthest mark that was seen; None where nothing was."""
        ...

    def saw(self, mark: Mark) -> None:
        """Remember a mark, unless a further one is known. Never raises: a witness may be away."""
        ...
