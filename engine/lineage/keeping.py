"""What is kept of jobs and datasets, and how an event changes it: the newest word on each thing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from engine.lineage.graph import DatasetId
from engine.lineage.told import Facets, Told, ToldDataset

KEPT_RUNS = 8
"""Of each job: enough for those that overlap."""

_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest form of each facet, and when it was told."""

    facets: Facets = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    """Moments in UTC, written so that they sort as text."""

    def heard(self, facets: Facets, at: datetime) -> "Facts":
        """With the facets that nobody told later; one that is told to be gone goes."""
        moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
        newer = {name: each for name, each in facets.items() if self.told.get(name, "") <= moment}
        if not newer:
            return self
        kept = {**self.facets, **newer}
        present = {name: each for name, each in kept.items() if not _is_deleted(each)}
        return Facts(present, {**self.told, **dict.fromkeys(newer, moment)})


def _is_deleted(facet: object) -> bool:
    return isinstance(facet, Mapping) and facet.get("_deleted") is True


@dataclass(frozen=True, slots=True)
class Flow:
    """What one run of a job read and wrote, so far."""

    run: str
    at: datetime
    """Of its newest event."""
    completed: datetime | None = None
    inputs: frozenset[DatasetId] = frozenset()
    outputs: frozenset[DatasetId] = frozenset()

    @property
    def rank(self) -> tuple[bool, datetime, str]:
        """Orders runs: the highest one is what the job does now."""
        return self.completed is not None, self.completed or self.at, self.run


@dataclass(frozen=True, slots=True)
class Flows:
    """The last runs of a job; the newest that completed is its current version."""

    runs: tuple[Flow, ...] = ()

    def heard(self, told: Told) -> "Flows":
        """With what an event says of its run, whose events are united."""
        before = next((each for each in self.runs if each.run == told.run), None)
        after = _united(before, told)
        others = tuple(each for each in self.runs if each.run != told.run)
        ordered = sorted((*others, after), key=lambda each: each.rank, reverse=True)
        return Flows(tuple(ordered[:KEPT_RUNS]))

    @property
    def current(self) -> Flow:
        """What the job reads and writes now."""
        return self.runs[0] if self.runs else Flow("", _BEGINNING)


def _united(before: Flow | None, told: Told) -> Flow:
    said = Flow(
        told.run,
        told.at,
        told.at if told.completes else None,
        _ids(told.inputs),
        _ids(told.outputs),
    )
    if before is None:
        return said
    if not told.run:
        # what a job declares is told as a whole each time
        return max(before, said, key=lambda flow: flow.at)
    completed = [each for each in (before.completed, said.completed) if each]
    return replace(
        said,
        at=max(before.at, said.at),
        completed=max(completed, default=None),
        inputs=before.inputs | said.inputs,
        outputs=before.outputs | said.outputs,
    )


def _ids(datasets: Iterable[ToldDataset]) -> frozenset[DatasetId]:
    return frozenset(each.id for each in datasets)
