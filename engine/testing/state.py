"""What the in-memory fakes keep, in one place, so that a transaction can undo it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from engine.alerts.model import Brought, Post
from engine.catalog.model import DatasetName
from engine.findings.model import Finding
from engine.lineage.model import LineageEvent
from engine.quality.history import Point
from engine.quality.merging import Part
from engine.quality.model import Verdict
from engine.runs.backfill import Backfill
from engine.runs.model import Run
from engine.schedules.model import Schedule
from engine.testing.incidents import KeptIncidents


@dataclass(frozen=True, slots=True)
class MemoryTable:
    """Rows of text under column names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done to a dataset: `loaded`, `staged`, `published` or `discarded`."""

    what: str
    run_id: str
    dataset: DatasetName


@dataclass(frozen=True, slots=True)
class KeptPost:
    """A post in the outbox, with what is known of its delivery."""

    post: Post
    due_at: datetime
    revision: int = 1
    delivered_revision: int = 0
    receipt: str | None = None
    attempts: int = 0
    tried: bool = False
    failing_since: datetime | None = None
    reason: str = ""
    hint: str = ""
    dead: bool = False

    @property
    def waits(self) -> bool:
        """Whether its newest form was not delivered yet, and is not given up."""
        return self.delivered_revision < self.revision and not self.dead


@dataclass(frozen=True, slots=True)
class Ticket:
    """A run's turn, and the worker that drew it."""

    number: int
    worker: str = ""


@dataclass(frozen=True, slots=True)
class KeptMetric:
    """What a run measured of a metric."""

    point: Point


@dataclass(slots=True)
class MemoryState:
    """Everything that transactions change."""

    runs: dict[str, Run] = field(default_factory=dict)
    workers: dict[str, str] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    last_ticket: int = 0
    line_held: bool = False
    interrupted: list[str] = field(default_factory=list)
    tables: dict[DatasetName, MemoryTable] = field(default_factory=dict)
    staged: dict[tuple[str, DatasetName], MemoryTable] = field(default_factory=dict)
    deliveries: dict[str, Mapping[str, str]] = field(default_factory=dict)
    brought: dict[tuple[str, str], tuple[Brought, ...]] = field(default_factory=dict)
    last_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    lineage: list[LineageEvent] = field(default_factory=list)
    verdicts: dict[tuple[str, DatasetName], tuple[Verdict, ...]] = field(default_factory=dict)
    metrics: dict[tuple[str, DatasetName, str], KeptMetric] = field(default_factory=dict)
    metric_marks: dict[tuple[str, DatasetName], str] = field(default_factory=dict)
    parts: dict[tuple[str, DatasetName], Mapping[str, Part]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    posts: dict[str, KeptPost] = field(default_factory=dict)
    schedules: dict[int, Schedule] = field(default_factory=dict)
    schedules_made: int = 0
    backfills: dict[str, Backfill] = field(default_factory=dict)
    incidents: KeptIncidents = field(default_factory=KeptIncidents)

    def copy(self) -> Self:
        """The same, to be changed without changing this one; the values in it never change."""
        return type(self)(
            runs=dict(self.runs),
            workers=dict(self.workers),
            tickets=dict(self.tickets),
            last_ticket=self.last_ticket,
            line_held=self.line_held,
            interrupted=list(self.interrupted),
            tables=dict(self.tables),
            staged=dict(self.staged),
            deliveries=dict(self.deliveries),
            brought=dict(self.brought),
            last_columns=dict(self.last_columns),
            deeds=list(self.deeds),
            lineage=list(self.lineage),
            verdicts=dict(self.verdicts),
            metrics=dict(self.metrics),
            metric_marks=dict(self.metric_marks),
            parts=dict(self.parts),
            findings=list(self.findings),
            posts=dict(self.posts),
            schedules=dict(self.schedules),
            schedules_made=self.schedules_made,
            backfills=dict(self.backfills),
            incidents=self.incidents.copy(),
        )

    def deeds_of(self, run_id: str) -> tuple[tuple[str, DatasetName], ...]:
        """What a run did to which dataset, in order."""
        return tuple((deed.what, deed.dataset) for deed in self.deeds if deed.run_id == run_id)
