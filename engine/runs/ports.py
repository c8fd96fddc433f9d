"""What runs need from outside: a store with transactions, a warehouse, deliveries and locks."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from engine.audit.ports import AuditLog
from engine.catalog.model import DatasetName, Model, Table
from engine.lineage.model import Field
from engine.lineage.ports import LineageLog
from engine.privacy.coverage import Coverage, Spotted
from engine.privacy.gold import Unwanted
from engine.privacy.model import ColumnSample
from engine.privacy.recognition import STANDARD, Recognition
from engine.quality.history import MetricStore
from engine.quality.model import Verdict
from engine.runs.arrivals import Arrived
from engine.runs.arrivals import CopyFormat as CopyFormat  # noqa: PLC0414  # a word of this port
from engine.runs.arrivals import Delivery as Delivery  # noqa: PLC0414  # as above
from engine.runs.backfill import Backfill, Day
from engine.runs.model import Counts, Run, RunStatus, Step
from engine.runs.quarantine import Aside, Quarantined

T_co = TypeVar("T_co", covariant=True)


class Deliveries(Protocol):
    """Where raw rows come from."""

    async def next_for(
        self, table: Table, loaded: Mapping[str, str], since: str | None = None
    ) -> Arrived:
        """The oldest delivery that is not among `loaded` (name → fingerprint), if there is one.

        Of a database's table only rows whose watermark is at least `since`, where it is given.
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


@dataclass(frozen=True, slots=True)
class Refinement:
    """What refining did, and what it found within the values of columns that are not personal."""

    counts: Counts
    spotted: tuple[Spotted, ...] = ()


@dataclass(frozen=True, slots=True)
class Leftover:
    """A table by whose name a run of that id staged it."""

    dataset: DatasetName
    run_id: str


class Warehouse(Protocol):
    """The tables of bronze, silver and gold, within one transaction."""

    async def loaded(self, table: Table) -> Mapping[str, str]:
        """The deliveries that are in bronze already, name → fingerprint."""
        ...

    async def read_since(self, table: Table) -> str | None:
        """From which watermark on a database is read again; None for all of its rows."""
        ...

    async def load(self, run: Run, table: Table, delivery: Delivery) -> Loaded:
        """Append a delivery to bronze and remember it.

        Raises SourceUnreadable, and DriftQuestion where it lacks a column that others had.
        """
        ...

    async def refine(
        self,
        run: Run,
        table: Table,
        coverages: Sequence[Coverage],
        recognition: Recognition = STANDARD,
    ) -> Refinement:
        """Stage silver from bronze, or from what is new in it; what can't be cast is put aside.

        Cleans, casts, deduplicates by key keeping the newest, and protects, reading each row once.
        """
        ...

    async def build(self, run: Run, model: Model) -> Counts:
        """Write the staged gold table from the model's SELECT."""
        ...

    async def redact(self, run: Run, model: Model, unwanted: Unwanted) -> Mapping[str, int]:
        """Take out of the staged gold table what may not stand there: how many cells, by column."""
        ...

    async def publish(self, run: Run, dataset: DatasetName) -> Counts:
        """Put what is staged in place of the published table, or merge it into that.

        Raises DriftQuestion, SwapRefused or TableBusy.
        """
        ...

    async def discard(self, run: Run, dataset: DatasetName) -> None:
        """Drop what is staged, if anything is."""
        ...

    async def leftovers(self, dataset: DatasetName | None = None) -> tuple[Leftover, ...]:
        """What looks staged, of one dataset or of all, whether its run is over or not."""
        ...

    async def columns(self, dataset: DatasetName) -> tuple[Field, ...]:
        """The columns of a dataset without Atlas's own; empty where it does not exist."""
        ...

    async def longest(self, dataset: DatasetName, columns: Sequence[str]) -> Mapping[str, int]:
        """How many bytes the longest value of each column has, by column."""
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
    statuses: tuple[RunStatus, ...] = ()
    """Any of these; empty for all."""


@dataclass(frozen=True, slots=True)
class RunCursor:
    """A place in the list of runs, newest first: that of a run, which may be gone meanwhile."""

    requested_at: datetime
    run_id: str


class RunStore(Protocol):
    """Runs and their steps, within one transaction."""

    async def add(self, run: Run) -> int:
        """Store a new run; how many wait already."""
        ...

    async def save(self, run: Run, steps: Sequence[Step] = ()) -> None:
        """Store how far the run and its steps are; raises StaleAttempt for an old attempt.

        What was asked of it stays as it is, also a wish to stop it that came meanwhile.
        """
        ...

    async def wish_stopped(self, run: Run, by: str) -> None:
        """Note who wants the run stopped."""
        ...

    async def move(self, run: Run, attempt: int) -> None:
        """Store all of a run under its new attempt number; raises StaleAttempt unless `attempt`
        is the present one."""
        ...

    async def get(self, run_id: str) -> Run | None:
        """The run of that id."""
        ...

    async def held(self, run_id: str) -> Run | None:
        """The run of that id, kept from changes by others until the transaction ends."""
        ...

    async def with_key(self, key: str) -> Run | None:
        """The run that was asked for with that key; others with the same key wait for the end
        of this transaction."""
        ...

    async def latest(self, wanted: RunFilter, limit: int) -> tuple[Run, ...]:
        """The newest runs that fit, newest first."""
        ...

    async def page(self, wanted: RunFilter, after: RunCursor | None, limit: int) -> tuple[Run, ...]:
        """The newest runs that fit and come after that place, newest first."""
        ...


class RunQueue(Protocol):
    """The line of runs that wait for a worker, within one transaction.

    A run stands aside while another one that is before it in line writes one of its datasets.
    """

    async def join(self, run: Run) -> None:
        """Put a queued run in line."""
        ...

    async def leave(self, run: Run) -> None:
        """Take out a run that ended."""
        ...

    async def let_in(self) -> bool:
        """Let all those go that wait for nobody; False, and nothing done, while another does so."""
        ...

    async def again(self, run: Run) -> None:
        """Hand a run that has its place already to whichever worker is free."""
        ...

    async def claim(self, run_id: str, ticket: int, worker: str) -> Run | None:
        """Give a run to the worker that drew this ticket; None where the ticket is void."""
        ...

    async def ahead(self, run: Run) -> Run | None:
        """The run that a waiting one stands aside for; None where it waits for a worker only."""
        ...

    async def interrupt(self, run: Run) -> None:
        """Tell the worker of a run to stop it."""
        ...

    async def silent_workers(self, silent: float) -> frozenset[str]:
        """Who has a run, and is gone or was not heard of for so many seconds; locks nothing."""
        ...

    async def left_behind(self, silent: float) -> tuple[Run, ...]:
        """The runs of such workers, and those whose ticket is lost; kept from changes by others."""
        ...

    async def drop_void(self, silent: float) -> None:
        """Forget the tickets of such workers that stand for no run any more."""
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


class BackfillStore(Protocol):
    """Backfills, within one transaction."""

    async def add(self, backfill: Backfill) -> None:
        """Store a new backfill."""
        ...

    async def held(self, backfill_id: str) -> Backfill | None:
        """The backfill of that id, kept from others until the transaction ends."""
        ...

    async def days(self, backfill_id: str) -> tuple[Day, ...]:
        """The days that were ordered, in order."""
        ...


class RunTransaction(Protocol):
    """What a step commits together, or not at all."""

    @property
    def backfills(self) -> BackfillStore:
        """Backfills."""
        ...

    @property
    def runs(self) -> RunStore:
        """Runs and steps."""
        ...

    @property
    def queue(self) -> RunQueue:
        """The line of runs."""
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

    @property
    def audit(self) -> AuditLog:
        """Who read and protected what; recorded as the transaction's last act."""
        ...

    @property
    def metrics(self) -> MetricStore:
        """What checks measured."""
        ...


class Transactions(Protocol[T_co]):
    """Begins transactions."""

    def begin(self, run_id: str | None = None) -> AbstractAsyncContextManager[T_co]:
        """A transaction: committed at the end of the block, rolled back when it raises.

        Sessions can end those that work for a run.
        """
        ...


class Sessions(Protocol):
    """What works in the warehouse at this moment."""

    async def end(self, run_id: str) -> None:
        """End whatever works there for a run, on any machine."""
        ...

    async def end_worker(self, worker: str) -> None:
        """End whatever works there for a worker that was not heard of."""
        ...


class Quarantine(Protocol):
    """Rows that were put aside."""

    async def look(self, table: Table, aside: Aside, limit: int) -> Quarantined:
        """Those that are meant: how many, why, and the newest; values of tellable columns only."""
        ...

    async def count(self, table: Table, aside: Aside) -> int:
        """How many are meant."""
        ...

    async def delete(self, table: Table, aside: Aside) -> int:
        """Forget those that are meant, all or none of them; how many they were.

        Raises TableBusy while a run works on the table.
        """
        ...
