"""What the in-memory fakes keep, in one place, so that a transaction can undo it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from engine.alerts.model import Post
from engine.catalog.model import DatasetName
from engine.findings.model import Finding
from engine.lineage.model import LineageEvent
from engine.quality.model import Verdict
from engine.runs.model import Run


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

    @property
    def waits(self) -> bool:
        """Whether its newest form was not delivered yet."""
        return self.delivered_revision < self.revision


@dataclass(slots=True)
class MemoryState:
    """Everything that transactions change."""

    runs: dict[str, Run] = field(default_factory=dict)
    workers: dict[str, str] = field(default_factory=dict)
    tables: dict[DatasetName, MemoryTable] = field(default_factory=dict)
    staged: dict[tuple[str, DatasetName], MemoryTable] = field(default_factory=dict)
    deliveries: dict[str, Mapping[str, str]] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    lineage: list[LineageEvent] = field(default_factory=list)
    verdicts: dict[tuple[str, DatasetName], tuple[Verdict, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    posts: dict[str, KeptPost] = field(default_factory=dict)

    def copy(self) -> Self:
        """The same, to be changed without changing this one; the values in it never change."""
        return type(self)(
            runs=dict(self.runs),
            workers=dict(self.workers),
            tables=dict(self.tables),
            staged=dict(self.staged),
            deliveries=dict(self.deliveries),
            deeds=list(self.deeds),
            lineage=list(self.lineage),
            verdicts=dict(self.verdicts),
            findings=list(self.findings),
            posts=dict(self.posts),
        )

    def deeds_of(self, run_id: str) -> tuple[tuple[str, DatasetName], ...]:
        """What a run did to which dataset, in order."""
        return tuple((deed.what, deed.dataset) for deed in self.deeds if deed.run_id == run_id)
