"""What alerts need from outside: an outbox in the transaction, and a way to each platform."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from engine.alerts.model import Due, Post
from engine.catalog.model import DatasetName
from engine.errors import EngineError
from engine.findings.ports import FindingLog
from engine.lineage.model import Field
from engine.runs.ports import BackfillStore


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


class AlertTransaction(OutboxTransaction, Protocol):
    """What announcing needs of a transaction."""

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
    """The other end of the outbox, across all processes."""

    def claim(
        self, platforms: Collection[str], now: datetime
    ) -> AbstractAsyncContextManager["Claim | None"]:
        """The oldest post due on those platforms, kept from other processes for the block."""
        ...


class Claim(Protocol):
    """One post in the hands of this process."""

    @property
    def due(self) -> Due:
        """The post and what is known of its delivery."""
        ...

    async def delivered(self, receipt: str) -> None:
        """Note that this revision arrived."""
        ...

    async def postponed(self, until: datetime) -> None:
        """Note that it did not, and when to try again."""
        ...


class DeliveryFailed(EngineError):
    """A platform did not take a message."""


class Sender(Protocol):
    """Brings a card to a platform."""

    async def send(self, post: Post, receipt: str | None) -> str:
        """Post it, or edit the message of that receipt; the new receipt. Raises DeliveryFailed."""
        ...
