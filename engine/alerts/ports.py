"""What alerts need from outside: an outbox in the transaction, and a way to each platform."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from engine.alerts.model import Brought, Dead, Due, Later, Post, Undelivered
from engine.catalog.model import DatasetName
from engine.errors import EngineError
from engine.findings.ports import FindingLog
from engine.lineage.model import Field
from engine.runs.ports import BackfillStore, RunStore


class Outbox(Protocol):
    """Keeps posts in the transaction of what they tell of, until they were delivered."""

    async def put(self, post: Post) -> None:
        """Keep a post, or the newer form of one with the same key."""
        ...


class OutboxTransaction(Protocol):
    """A transaction in which posts can be put."""

    @property
    def outbox(self) -> Outbox:
        """Posts on their way out."""
        ...


class PublishedTables(Protocol):
    """What can be read at this moment."""

    async def columns(self, dataset: DatasetName) -> Sequence[Field]:
        """The columns of a dataset; empty where nothing of it was published."""
        ...

    async def brought(
        self, runs: Collection[str], datasets: Collection[DatasetName]
    ) -> Sequence[Brought]:
        """The deliveries that those runs loaded for the tables of those datasets, newest first."""
        ...


class AlertTransaction(OutboxTransaction, Protocol):
    """What telling of findings needs of a transaction."""

    @property
    def runs(self) -> RunStore:
        """Runs so far."""
        ...

    @property
    def warehouse(self) -> PublishedTables:
        """The published tables."""
        ...

    @property
    def findings(self) -> FindingLog:
        """Findings seen so far."""
        ...


class BackfillTransaction(OutboxTransaction, Protocol):
    """What telling of backfills needs of a transaction."""

    @property
    def backfills(self) -> BackfillStore:
        """Backfills."""
        ...


class OutboxQueue(Protocol):
    """The other end of the outbox, across all processes; each may raise DatabaseError."""

    async def places(
        self, platforms: Collection[str], now: datetime, without: Collection[str] = ()
    ) -> Sequence[str]:
        """Places on those platforms for which something is due, the longest waiting first."""
        ...

    def hold(self, place: str, now: datetime) -> AbstractAsyncContextManager["Held | None"]:
        """The place, kept from other processes for the block; None where it has to wait."""
        ...


class Held(Protocol):
    """A place in the hands of this process."""

    async def next(self, now: datetime) -> Due | None:
        """The first post due there; that it is tried is known from now on, whatever happens."""
        ...

    async def delivered(self, due: Due, receipt: str, now: datetime) -> None:
        """Note that this revision arrived."""
        ...

    async def failed(
        self, due: Due, error: "DeliveryFailed", verdict: Later | Dead, now: datetime
    ) -> None:
        """Note that it did not, and what becomes of it."""
        ...

    async def rest(self, until: datetime) -> None:
        """Send nothing there until then."""
        ...


class UndeliveredPosts(Protocol):
    """What does not arrive."""

    async def undelivered(self, limit: int) -> Sequence[Undelivered]:
        """Posts that were given up or tried in vain, the newest trouble first."""
        ...


class DeliveryFailed(EngineError):
    """A platform did not take a message.

    One that is `permanent` is refused whenever it is sent; one with `retry_after` is welcome after
    so many seconds. Of any other it is not known whether it arrived all the same.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        retry_after: float | None = None,
        permanent: bool = False,
    ) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after
        self.permanent = permanent

    @property
    def unclear(self) -> bool:
        """Whether the message may have arrived."""
        return self.retry_after is None and not self.permanent


class Sender(Protocol):
    """Brings a card to a platform."""

    async def send(self, due: Due) -> str:
        """Post it, or edit the message of its receipt; the new receipt. Raises DeliveryFailed.

        One that is doubtful is looked for by its key first, so that people don't see it twice.
        """
        ...
