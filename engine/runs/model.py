"""A run, its steps and their states; every change of state is decided here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Self

from engine.catalog.model import DatasetName
from engine.people import Asker
from engine.privacy.model import Protection
from engine.quality.model import Outcome, Verdict


class RunStatus(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """Where a step is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class StepKind(StrEnum):
    """What a step does."""

    INGEST = "ingest"
    REFINE = "refine"
    BUILD = "build"
    CHECK = "check"
    PUBLISH = "publish"
    SCAN = "scan"


WRITING = frozenset({StepKind.INGEST, StepKind.PUBLISH})
"""The steps after which a dataset is another one for whoever reads it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a step did, in numbers; None where the number does not apply to it."""

    loaded: int | None = None
    rows_in: int | None = None
    published: int | None = None
    quarantined: int | None = None
    deduplicated: int | None = None
    protected: int | None = None
    built: int | None = None
    inserted: int | None = None
    updated: int | None = None
    unchanged: int | None = None
    deleted: int | None = None
    released: int | None = None
    """Rows that left quarantine with what was published."""

    def __add__(self, other: Self) -> "Counts":
        names = (each.name for each in fields(self))
        return Counts(*(_plus(getattr(self, name), getattr(other, name)) for name in names))


def _plus(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


@dataclass(frozen=True, slots=True)
class WentBy:
    """What a step went by: Atlas's version, and a digest of each part of its dataset's definition.

    Empty where a step of its sort does not go by that part, or nobody noted it.
    """

    version: str = ""
    declaration: str = ""
    """Of the source of a delivery, the columns of a table, the SQL of a model."""
    checks: str = ""
    privacy: str = ""


@dataclass(frozen=True, slots=True)
class Retyped:
    """A column that has another type than it had."""

    column: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """What changed, for people."""
        return f"{self.column} was {self.before} and is {self.after} now."


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a finished step has to tell."""

    counts: Counts = Counts()
    notes: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    protections: tuple[Protection, ...] = ()
    holds_back: str | None = None
    key_version: int | None = None
    """Of the key that its tokens were made with; None where none were made."""
    went_by: WentBy = WentBy()
    retyped: tuple[Retyped, ...] = ()
    """Columns of the published table that have another type than in the version before."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run: its kind, the dataset that it works on, and its state."""

    index: int
    kind: StepKind
    dataset: DatasetName
    status: StepStatus = StepStatus.QUEUED
    started_at: datetime | None = None
    finished_at: datetime | None = None
    report: StepReport = StepReport()
    error: str | None = None
    hint: str = ""

    @property
    def name(self) -> str:
        """The step as people call it, such as `refine silver.customers`."""
        return f"{self.kind} {self.dataset}"

    @property
    def done(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in {StepStatus.QUEUED, StepStatus.RUNNING}


class Priority(IntEnum):
    """Who goes first of those that came about the same time; `line.PATIENCE` says for how long."""

    SCHEDULE = 0
    BACKFILL = 5
    PERSON = 10


@dataclass(frozen=True, slots=True)
class Release:
    """Rows in quarantine that are to be judged anew: all, or those of one rule."""

    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was asked of a run beyond its pipeline and table.

    `start` and `end` are days, the end exclusive: only rows whose watermark lies between them.
    """

    full_refresh: bool = False
    start: date | None = None
    end: date | None = None
    accept_drift: bool = False
    taken_up: int = 0
    """The attempt at which somebody had it taken up again; 0 for a run that nobody retried."""
    release: Release | None = None


AS_USUAL = Parameters()


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a pipeline that somebody asked for."""

    id: str
    pipeline: str
    table: str | None
    asker: Asker
    steps: tuple[Step, ...]
    requested_at: datetime
    status: RunStatus = RunStatus.QUEUED
    attempt: int = 1
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None
    hint: str = ""
    parameters: Parameters = AS_USUAL
    priority: Priority = Priority.PERSON
    key: str | None = None
    """Given by whoever asked: asked again with the same key, it is the same run."""
    backfill: str | None = None
    """The backfill that it is a part of."""
    cancelled_by: str | None = None
    """Who asked to stop it."""

    @property
    def title(self) -> str:
        """The run as people call it, such as `bronze_to_silver for customers`."""
        return f"{self.pipeline} for {self.table}" if self.table else self.pipeline

    @property
    def done(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in {RunStatus.QUEUED, RunStatus.RUNNING}

    @property
    def counts(self) -> Counts:
        """The numbers of all steps that succeeded, added up."""
        total = Counts()
        for step in self.steps:
            total = total + step.report.counts
        return total

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of all check steps."""
        return tuple(verdict for step in self.steps for verdict in step.report.verdicts)

    @property
    def seconds(self) -> float | None:
        """How long it worked."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    def checks_that(self, outcome: Outcome) -> int:
        """How many checks ended so."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts)

    def publishes(self, dataset: DatasetName) -> bool:
        """Whether it writes the dataset; a check or a scan only looks at it."""
        return any(s.kind is StepKind.PUBLISH and s.dataset == dataset for s in self.steps)

    def targets(self) -> tuple[DatasetName, ...]:
        """The datasets that the run writes, sorted, so that two runs lock them in one order."""
        return tuple(sorted({s.dataset for s in self.steps if s.kind in WRITING}))


def staged_table(run: Run, dataset: DatasetName) -> str:
    """The name of the table that this run works on: its own staged one where it publishes."""
    return staged_name(run.id, dataset) if run.publishes(dataset) else dataset.table


def staged_name(run_id: str, dataset: DatasetName) -> str:
    """What a run calls its own table of a dataset that it publishes."""
    return f"{dataset.table}__{run_id.lower()}"


class IllegalTransition(Exception):  # a defect in the engine, not an error for people
    """A state can't follow the present one."""


_NEXT: Mapping[StepStatus, frozenset[StepStatus]] = {
    StepStatus.QUEUED: frozenset({StepStatus.RUNNING, StepStatus.SKIPPED, StepStatus.CANCELLED}),
    StepStatus.RUNNING: frozenset(
        {StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.CANCELLED, StepStatus.SKIPPED}
    ),
}


@dataclass(frozen=True, slots=True)
class StepChange:
    """What happened to a step."""

    status: StepStatus
    at: datetime
    report: StepReport = field(default=StepReport())
    error: str | None = None
    hint: str = ""


def advance(run: Run, index: int, change: StepChange) -> Run:
    """The run after a change of one step; raises IllegalTransition."""
    step = run.steps[index]
    if change.status not in _NEXT.get(step.status, frozenset()):
        message = f"{step.name}: {step.status} → {change.status}"
        raise IllegalTransition(message)
    running = change.status is StepStatus.RUNNING
    changed = replace(
        step,
        status=change.status,
        started_at=change.at if running else step.started_at,
        finished_at=None if running else change.at,
        report=change.report,
        error=change.error,
        hint=change.hint,
    )
    return replace(run, steps=(*run.steps[:index], changed, *run.steps[index + 1 :]))


def started(run: Run, at: datetime) -> Run:
    """The run once a worker took it; one that was begun before keeps the time of its beginning."""
    return replace(run, status=RunStatus.RUNNING, started_at=run.started_at or at)


def ended(run: Run, at: datetime) -> Run:
    """The run once none of its steps is left: failed where any step did."""
    broken = [step for step in run.steps if step.status is StepStatus.FAILED]
    if not broken:
        return replace(run, status=RunStatus.SUCCEEDED, finished_at=at)
    first = broken[0]
    return replace(run, status=RunStatus.FAILED, finished_at=at, error=first.error, hint=first.hint)


def failed(run: Run, at: datetime, error: str, hint: str = "") -> Run:
    """The run after something outside its steps broke; steps not done are cancelled."""
    return _stopped(run, RunStatus.FAILED, at, error, hint)


def cancelled(run: Run, at: datetime) -> Run:
    """The run after somebody asked to stop it; what it published before stays."""
    published = any(s.kind in WRITING and s.status is StepStatus.SUCCEEDED for s in run.steps)
    hint = (
        "What was published before stays; nothing half-done is left."
        if published
        else "Nothing was published."
    )
    return _stopped(run, RunStatus.CANCELLED, at, f"Cancelled by {run.cancelled_by}.", hint)


def _stopped(run: Run, status: RunStatus, at: datetime, error: str, hint: str) -> Run:
    steps = tuple(
        step if step.done else replace(step, status=StepStatus.CANCELLED, finished_at=at)
        for step in run.steps
    )
    return replace(run, status=status, steps=steps, finished_at=at, error=error, hint=hint)


def put_back(run: Run) -> Run:
    """The run without its worker: queued again, at its first step that was not committed.

    The next attempt number keeps the worker that it had from writing.
    """
    steps = tuple(anew(step) if step.status is StepStatus.RUNNING else step for step in run.steps)
    return replace(run, status=RunStatus.QUEUED, steps=steps, attempt=run.attempt + 1)


def retried(run: Run, kind: StepKind | None = None, lost: Collection[DatasetName] = ()) -> Run:
    """A run that ended, queued again for what did not succeed.

    With a kind, the datasets that were not finished begin again at that step already; those whose
    staged table is `lost` begin anew. What was published stays done.
    """
    again = {s.index for s in run.steps if s.status is not StepStatus.SUCCEEDED}
    open_ = {run.steps[index].dataset for index in again}
    for dataset in open_:
        own = [step.index for step in run.steps if step.dataset == dataset]
        first = min((i for i in own if dataset in lost or run.steps[i].kind is kind), default=None)
        again.update(index for index in own if first is not None and index >= first)
    steps = tuple(anew(step) if step.index in again else step for step in run.steps)
    return replace(
        put_back(run),
        steps=steps,
        started_at=None,
        finished_at=None,
        error=None,
        hint="",
        cancelled_by=None,
    )


def anew(step: Step) -> Step:
    """The step as if nobody had begun it."""
    return Step(step.index, step.kind, step.dataset)


def next_step(run: Run) -> Step | None:
    """The first step that nobody did yet."""
    return next((step for step in run.steps if not step.done), None)


def blocker(
    run: Run, step: Step, upstream: Mapping[DatasetName, Sequence[DatasetName]]
) -> Step | None:
    """The step whose failure means that this one must be skipped.

    That is a failed or skipped step of the same table, or of a dataset that this one reads.
    """
    needed = {step.dataset, *upstream.get(step.dataset, ())}
    lost = {StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED}
    earlier = run.steps[: step.index]
    return next((each for each in earlier if each.dataset in needed and each.status in lost), None)
