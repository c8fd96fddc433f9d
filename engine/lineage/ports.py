"""What lineage needs from outside: a log that belongs to a transaction, and ways to collectors."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from engine.lineage.delivery import Answer, Collector, Parcel, Silence
from engine.lineage.graph import ColumnId, DatasetId, JobId
from engine.lineage.metadata import (
    ColumnEdge,
    DataSource,
    Flow,
    Found,
    Json,
    KnownDataset,
    KnownJob,
    KnownRun,
    Namespace,
    Span,
    Wanted,
    Window,
)
from engine.lineage.model import LineageEvent


class LineageLog(Protocol):
    """Keeps events in the transaction of the step that they tell of."""

    async def append(self, *events: LineageEvent) -> None:
        """Write events in their order; a start or an end that is there already is written once."""
        ...


class CollectorClient(Protocol):
    """The way to collectors."""

    async def send(self, collector: Collector, event: Mapping[str, object]) -> Answer | Silence:
        """Send one event, with an end to the patience; never raises for what a collector does."""
        ...


class DeliveryQueue(Protocol):
    """Events that wait for collectors, across all processes; each may raise DatabaseError."""

    async def want(self, name: str) -> None:
        """From now on put Atlas's own events aside for that collector, for some days at least."""
        ...

    async def hold(self, name: str, seconds: float) -> bool:
        """Serve that collector alone for so long; False where another process does."""
        ...

    async def due(self, name: str, now: datetime, limit: int) -> Sequence[Parcel]:
        """What waits, the oldest first, without the lanes that have to wait longer."""
        ...

    async def delivered(self, name: str, event: int, at: datetime) -> bool:
        """Note that it arrived; False where that is known already."""
        ...

    async def refused(self, name: str, event: int, reason: str, at: datetime) -> bool:
        """Keep it as undeliverable; False where it is settled already."""
        ...

    async def postponed(self, name: str, event: int, until: datetime) -> None:
        """Let it, and what follows it in its lane, wait till then."""
        ...

    async def revive(self, name: str) -> None:
        """Let everything be due again: its collector is back."""
        ...


class LineageMetadata(Protocol):
    """All that events told, for other tools to read; each may raise DatabaseError."""

    async def accept(self, event: Json) -> bool:
        """Keep an event of another producer and what it tells; False where it was there already."""
        ...

    async def namespaces(self, window: Window) -> Sequence[Namespace]:
        """Namespaces by name."""
        ...

    async def namespace(self, name: str) -> Namespace | None:
        """The namespace of that name."""
        ...

    async def datasets(self, namespace: str, window: Window) -> tuple[Sequence[KnownDataset], int]:
        """Datasets of a namespace by name, and how many there are in all."""
        ...

    async def datasets_of(self, ids: Collection[DatasetId]) -> Sequence[KnownDataset]:
        """Those of them that are known, by id."""
        ...

    async def writers(self, dataset: DatasetId, window: Window) -> Sequence[KnownRun]:
        """The runs that wrote a dataset and completed, the newest first."""
        ...

    async def jobs(self, namespace: str, window: Window) -> tuple[Sequence[KnownJob], int]:
        """Jobs of a namespace by name, each with its last run in short, and how many there are."""
        ...

    async def jobs_of(self, ids: Collection[JobId]) -> Sequence[KnownJob]:
        """Those of them that are known, by id, each with its last run in short."""
        ...

    async def runs(self, job: JobId, window: Window) -> Sequence[KnownRun]:
        """Runs of a job, the newest first."""
        ...

    async def run(self, run_id: UUID) -> KnownRun | None:
        """The run of that id."""
        ...

    async def events(self, span: Span, window: Window) -> tuple[Sequence[Json], int]:
        """Events of any producer by their time, and how many there are in that span."""
        ...

    async def search(self, wanted: Wanted, window: Window) -> tuple[Sequence[Found], int]:
        """Datasets and jobs by a part of their name, and how many there are."""
        ...

    async def tags(self, window: Window) -> Sequence[str]:
        """Tags that datasets or fields have, by name."""
        ...

    async def sources(self, window: Window) -> Sequence[DataSource]:
        """Where datasets are kept, by name."""
        ...

    async def flows(
        self, datasets: Collection[DatasetId], jobs: Collection[JobId]
    ) -> Collection[Flow]:
        """What those datasets and those jobs have to do with each other and with others."""
        ...

    async def columns(self, columns: Collection[ColumnId], forward: bool) -> Collection[ColumnEdge]:
        """What those columns are made from, or, forward, what is made from them."""
        ...
