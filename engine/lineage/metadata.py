"""What events told of datasets, jobs and runs, as other tools read it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID, uuid5

from engine.lineage.graph import ColumnId, DatasetId, JobId

Json: TypeAlias = Mapping[str, object]

_VERSIONS = UUID("b7d5ad0e-7f0e-5a39-8f0b-0f4f3c4b1f52")


class RunState(StrEnum):
    """How a run stands."""

    NEW = "NEW"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    ABORTED = "ABORTED"


_STATES = {
    "START": RunState.RUNNING,
    "RUNNING": RunState.RUNNING,
    "COMPLETE": RunState.COMPLETED,
    "FAIL": RunState.FAILED,
    "ABORT": RunState.ABORTED,
}
_OVER = frozenset({RunState.COMPLETED, RunState.FAILED, RunState.ABORTED})


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted."""

    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Events between two moments; without one of them there is no such border."""

    after: datetime | None = None
    before: datetime | None = None
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace that holds datasets or jobs."""

    name: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where datasets are kept, such as a database."""

    name: str
    address: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run of a job in any system, folded from its events."""

    id: UUID
    job: JobId
    state: RunState
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    facets: Json = field(default_factory=dict)
    job_facets: Json = field(default_factory=dict)
    inputs: tuple[DatasetId, ...] = ()
    outputs: tuple[DatasetId, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownDataset:
    """A dataset with the newest form of each facet."""

    id: DatasetId
    created_at: datetime
    updated_at: datetime
    facets: Json
    written_by: KnownRun | None = None
    """The last run that wrote it, where that was asked for."""


@dataclass(frozen=True, slots=True)
class KnownJob:
    """A job with what it reads and writes now, and its last runs, the newest first."""

    id: JobId
    created_at: datetime
    updated_at: datetime
    facets: Json
    inputs: tuple[DatasetId, ...] = ()
    outputs: tuple[DatasetId, ...] = ()
    runs: tuple[KnownRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A dataset or a job whose name fits what was looked for."""

    id: DatasetId | JobId
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for by name."""

    text: str
    datasets: bool = True
    jobs: bool = True
    namespace: str | None = None
    newest_first: bool = False
    span: Span = field(default_factory=Span)


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """A job reads a dataset, or writes it."""

    job: JobId
    dataset: DatasetId
    writes: bool


@dataclass(frozen=True, slots=True, order=True)
class ColumnEdge:
    """A column is made from another one."""

    source: ColumnId
    made: ColumnId
    how: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What one event tells of a run."""

    run: UUID
    job: JobId
    type: str
    at: datetime
    event: Json = field(default_factory=dict)


def runs_of(moments: Iterable[Moment]) -> tuple[KnownRun, ...]:
    """The runs that the moments belong to, in any order, the newest run first."""
    found: dict[UUID, list[Moment]] = {}
    for moment in moments:
        found.setdefault(moment.run, []).append(moment)
    runs = [_folded(each) for each in found.values()]
    return tuple(sorted(runs, key=lambda run: (run.created_at, run.id), reverse=True))


def _folded(moments: Sequence[Moment]) -> KnownRun:
    """One run: whatever comes after its end, or at the same moment, does not open it again."""
    ordered = sorted(moments, key=lambda each: (each.at, _state(each) in _OVER))
    ends = [each for each in ordered if _state(each) in _OVER]
    starts = [each.at for each in ordered if each.type == "START"]
    last = ends[-1] if ends else ordered[-1]
    facets = [_part(each.event, "run", "facets") for each in ordered]
    job_facets = [_part(each.event, "job", "facets") for each in ordered]
    return KnownRun(
        id=last.run,
        job=last.job,
        state=_state(last),
        created_at=ordered[0].at,
        updated_at=ordered[-1].at,
        started_at=starts[0] if starts else None,
        ended_at=last.at if ends else None,
        facets=_united(facets),
        job_facets=_united(job_facets),
        inputs=_datasets(ordered, "inputs"),
        outputs=_datasets(ordered, "outputs"),
    )


def _state(moment: Moment) -> RunState:
    return _STATES.get(moment.type, RunState.NEW)


def _united(facets: Iterable[Json]) -> Json:
    return {name: facet for each in facets for name, facet in each.items()}


def _datasets(moments: Iterable[Moment], role: str) -> tuple[DatasetId, ...]:
    named = (dataset for moment in moments for dataset in datasets_in(moment.event, role))
    return tuple(dict.fromkeys(named))


def datasets_in(event: Json, role: str) -> Iterator[DatasetId]:
    """The datasets of an event under `inputs` or `outputs`; what has no name is left out."""
    for each in objects(event.get(role)):
        namespace, name = each.get("namespace"), each.get("name")
        if isinstance(namespace, str) and isinstance(name, str):
            yield DatasetId(namespace, name)


def _part(event: Json, *way: str) -> Json:
    """An object within an event; empty where there is none."""
    found: object = event
    for name in way:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def objects(found: object) -> Iterator[Json]:
    """The objects in a list of anything that somebody sent."""
    yield from (each for each in (found if isinstance(found, list) else ()) if _is_object(each))


def _is_object(found: object) -> bool:
    return isinstance(found, Mapping)


def facet(facets: Json, name: str) -> Json:
    """A facet by its name; empty where there is none."""
    return _part(facets, name)


def text_of(found: object) -> str | None:
    """A text that somebody sent; None for anything else."""
    return found if isinstance(found, str) else None


def version_of(dataset: DatasetId, run: UUID) -> UUID:
    """The version of a dataset that a run wrote."""
    return uuid5(_VERSIONS, f"{dataset.namespace}\n{dataset.name}\n{run}")


def job_version(job: KnownJob) -> UUID:
    """The version of a job: another one as soon as it reads or writes something else."""
    flows = sorted([("in", *_pair(each)) for each in job.inputs])
    flows += sorted([("out", *_pair(each)) for each in job.outputs])
    return uuid5(_VERSIONS, repr((job.id.namespace, job.id.name, flows)))


def _pair(dataset: DatasetId) -> tuple[str, str]:
    return dataset.namespace, dataset.name
