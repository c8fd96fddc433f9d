"""What runs need from outside: a store with transactions, a warehouse, deliveries and locks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from engine.catalog.model import DatasetName, Model, Table
from engine.lineage.model import Field
from engine.lineage.ports import LineageLog
from engine.privacy.model import ColumnSample, Protection
from engine.quality.model import Verdict
from engine.runs.model import Counts, Run, RunStatus, Step

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class CopyFormat:
    """How a delivery's bytes are to be read by PostgreSQL's COPY."""

    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = False


class Delivery(Protocol):
    """One batch of raw rows that arrived: a file, or another database's table at this moment."""

    @property
    def name(self) -> str:
        """What people call it, such as `deliveries/2026-03-01/customers.csv`."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes when the content does."""
        ...

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of its columns in the order of its rows, as written there."""
        ...

    @property
    def format(self) -> CopyFormat:
        """How to read the chunks."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The rows as CSV, in pieces of any length; raises SourceUnreadable."""
        ...


class Deliveries(Protocol):
    """Where raw rows come from."""

    async def next_for(self, table: Table, loaded: Mapping[str, str]) -> Delivery | None:
        """The oldest delivery that is not among `loaded` (name → fingerprint), or None.

        Raises SourceUnreadable where there is one and it can't be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a delivery did, and how its columns differ from the declared ones."""

    rows: int
    extra: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reordered: bool = False


class Warehouse(Protocol):
    """The tables of bronze, silver and gold, within one transaction."""

    async def loaded(self, table: Table) -> Mapping[str, str]:
        """The deliveries that are in bronze already, name → fingerprint."""
        ...

    async def load(self, run: Run, table: Table, delivery: Delivery) -> Loaded:
        """Append a delivery to bronze and remember it; raises SourceUnreadable."""
        ...

    async def refine(self, run: Run, table: Table, protections: Sequence[Protection]) -> Counts:
        """Write the staged silver table from all of bronze, and what can't be cast to quarantine.

        Cleans, casts, deduplicates by key keeping the newest, and protects, reading each row once.
        """
        ...

    async def build(self, run: Run, model: Model) -> Counts:
        """Write the staged gold table from the model's SELECT."""
        ...

    async def publish(self, run: Run, dataset: DatasetName) -> Counts:
        """Put the staged table in place of the published one."""
        ...

    async def discard(self, run: Run, dataset: DatasetName) -> None:
        """Drop the staged table, if there is one."""
        ...

    async def columns(self, dataset: DatasetName) -> tuple[Field, ...]:
        """The columns of a dataset without Atlas's own; empty where it does not exist."""
        ...

    async def sample(
        self, dataset: DatasetName, columns: Sequence[str], size: int
    ) -> tuple[ColumnSample, ...]:
        """Up to `size` different values of each column, spread over the table."""
        ...


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs to list; None means any. A table's runs are those that work on it in any layer."""

    status: RunStatus | None = None
    pipeline: str | None = None
    table: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class RunStore(Protocol):
    """Runs and their steps, within one transaction."""

    async def add(self, run: Run, worker: str) -> None:
        """Store a new run, to be worked by that worker."""
        ...

    async def save(self, run: Run, steps: Sequence[Step] = ()) -> None:
        """Store the run's state and those of its steps; raises StaleAttempt for an old attempt."""
        ...

    async def get(self, run_id: str) -> Run | None:
        """The run of that id."""
        ...

    async def latest(self, wanted: RunFilter, limit: int) -> tuple[Run, ...]:
        """The newest runs that fit, newest first."""
        ...

    async def unfinished_of_dead_workers(self) -> tuple[Run, ...]:
        """The runs that no living process works on."""
        ...

    async def adopt(self, run_id: str, worker: str) -> bool:
        """Give a run of a dead worker to this one; False where another process was faster.

        One that was begun gets the next attempt number: its old worker can't write any more.
        """
        ...

    async def unfinished_of(self, worker: str) -> tuple[Run, ...]:
        """The runs of one worker that are not done."""
        ...


class StaleAttempt(Exception):  # tells a worker that it lost its run, no error for people
    """Another worker has taken the run over: nothing may be written for it any more."""


class VerdictLog(Protocol):
    """The verdicts of checks, within one transaction."""

    async def record(
        self, run: Run, dataset: DatasetName, verdicts: Sequence[Verdict], at: datetime
    ) -> None:
        """Keep the verdicts of one dataset."""
        ...


class RunTransaction(Protocol):
    """What a step commits together, or not at all."""

    @property
    def runs(self) -> RunStore:
        """Runs and steps."""
        ...

    @property
    def warehouse(self) -> Warehouse:
        """Data."""
        ...

    @property
    def lineage(self) -> LineageLog:
        """Lineage events."""
        ...

    @property
    def verdicts(self) -> VerdictLog:
        """Check results."""
        ...


class Transactions(Protocol[T_co]):
    """Begins transactions."""

    def begin(self) -> AbstractAsyncContextManager[T_co]:
        """A transaction: committed at the end of the block, rolled back when it raises."""
        ...


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that was put aside: where it came from and why; its values stay in the warehouse."""

    source: str
    row: int
    reasons: tuple[str, ...]
    run_id: str


class Quarantine(Protocol):
    """Rows that were put aside."""

    async def rows(self, table: Table, limit: int) -> tuple[int, tuple[QuarantinedRow, ...]]:
        """How many there are, and the first of them."""
        ...


class DatasetLocks(Protocol):
    """Keeps two runs, of any process, from writing one dataset at once."""

    def hold(self, datasets: Sequence[DatasetName]) -> AbstractAsyncContextManager[None]:
        """Wait for all of them in their order, and hold them for the block."""
        ...
