"""Lineage in memory: what events told, what waits for collectors, and a collector to send it to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from engine.lineage.delivery import Answer, Collector, Parcel, Silence
from engine.lineage.graph import ColumnFrom, ColumnId, DatasetId, JobId
from engine.lineage.metadata import (
    ColumnEdge,
    DataSource,
    Flow,
    Found,
    Json,
    KnownDataset,
    KnownJob,
    KnownRun,
    Moment,
    Namespace,
    RunState,
    Span,
    Wanted,
    Window,
    facet,
    objects,
    runs_of,
    text_of,
)
from engine.lineage.told import Told, columns_told, told_by
from engine.testing.faults import Faults

T = TypeVar("T")


class MemoryLineage:
    """A LineageMetadata that works everything out of the events, each time anew."""

    def __init__(self) -> None:
        self.told: list[Json] = []
        self.faults = Faults()

    async def accept(self, event: Json) -> bool:
        """Keep it, unless it is there."""
        self.faults.reach("accept")
        is_new = event not in self.told
        if is_new:
            self.told.append(event)
        return is_new

    async def namespaces(self, window: Window) -> Sequence[Namespace]:
        """By name."""
        ids = {each.id.namespace for each in self._nodes()}
        return _part([self._namespace(name) for name in sorted(ids)], window)

    async def namespace(self, name: str) -> Namespace | None:
        """That one."""
        every = await self.namespaces(Window(1000))
        return next((each for each in every if each.name == name), None)

    def _namespace(self, name: str) -> Namespace:
        here = [each for each in self._nodes() if each.id.namespace == name]
        return Namespace(
            name, min(each.created_at for each in here), max(each.updated_at for each in here)
        )

    async def datasets(self, namespace: str, window: Window) -> tuple[Sequence[KnownDataset], int]:
        """By name."""
        here = [each for each in self._datasets() if each.id.namespace == namespace]
        return _part(here, window), len(here)

    async def datasets_of(self, ids: Collection[DatasetId]) -> Sequence[KnownDataset]:
        """Those that are known."""
        return [each for each in self._datasets() if each.id in ids]

    async def writers(self, dataset: DatasetId, window: Window) -> Sequence[KnownRun]:
        """The newest first."""
        return _part(
            [
                run
                for run in self._runs()
                if dataset in run.outputs and run.state is RunState.COMPLETED
            ],
            window,
        )

    async def jobs(self, namespace: str, window: Window) -> tuple[Sequence[KnownJob], int]:
        """By name."""
        here = [each for each in self._jobs() if each.id.namespace == namespace]
        return _part(here, window), len(here)

    async def jobs_of(self, ids: Collection[JobId]) -> Sequence[KnownJob]:
        """Those that are known."""
        return [each for each in self._jobs() if each.id in ids]

    async def runs(self, job: JobId, window: Window) -> Sequence[KnownRun]:
        """The newest first."""
        return _part([run for run in self._runs() if run.job == job], window)

    async def run(self, run_id: UUID) -> KnownRun | None:
        """That one."""
        return next((run for run in self._runs() if run.id == run_id), None)

    async def events(self, span: Span, window: Window) -> tuple[Sequence[Json], int]:
        """By their time."""
        at = {id(event): told.at for event, told in self._understood()}
        here = [event for event in self.told if id(event) in at and _within(at[id(event)], span)]
        here.sort(key=lambda event: at[id(event)], reverse=not span.oldest_first)
        return _part(here, window), len(here)

    async def search(self, wanted: Wanted, window: Window) -> tuple[Sequence[Found], int]:
        """By a part of the name, in any case."""
        nodes = (
            *(self._datasets() if wanted.datasets else ()),
            *(self._jobs() if wanted.jobs else ()),
        )
        found = [
            Found(each.id, each.updated_at)
            for each in nodes
            if wanted.text.lower() in each.id.name.lower()
            and wanted.namespace in {None, each.id.namespace}
            and _within(each.updated_at, wanted.span)
        ]
        return _part(sorted(found, key=lambda each: each.id.name), window), len(found)

    async def tags(self, window: Window) -> Sequence[str]:
        """By name."""
        keys = {
            text_of(tag.get("key"))
            for each in self._datasets()
            for tag in objects(facet(each.facets, "tags").get("tags"))
        }
        return _part(sorted(key for key in keys if key), window)

    async def sources(self, window: Window) -> Sequence[DataSource]:
        """By name."""
        found = {
            name: DataSource(
                name, text_of(source.get("uri")) or "", each.created_at, each.updated_at
            )
            for each in self._datasets()
            if (name := text_of((source := facet(each.facets, "dataSource")).get("name")))
        }
        return _part([found[name] for name in sorted(found)], window)

    async def flows(
        self, datasets: Collection[DatasetId], jobs: Collection[JobId]
    ) -> Collection[Flow]:
        """What touches them."""
        every = {
            Flow(job.id, dataset, writes)
            for job in self._jobs()
            for writes, named in ((False, job.inputs), (True, job.outputs))
            for dataset in named
        }
        return {flow for flow in every if flow.dataset in datasets or flow.job in jobs}

    async def columns(self, columns: Collection[ColumnId], forward: bool) -> Collection[ColumnEdge]:
        """The edges at one end of them."""
        return {
            ColumnEdge(each.source, made, str(each.influence))
            for made, each in self._origins()
            if (each.source if forward else made) in columns
        }

    def _origins(self) -> Iterable[tuple[ColumnId, ColumnFrom]]:
        for known in self._datasets():
            for column, origins in columns_told(known.facets).origins.items():
                yield from ((ColumnId(known.id, column), each) for each in origins)

    def _nodes(self) -> list[KnownDataset | KnownJob]:
        return [*self._datasets(), *self._jobs()]

    def _understood(self) -> list[tuple[Json, Told]]:
        return [(event, told) for event in self.told if (told := told_by(event)) is not None]

    def _datasets(self) -> list[KnownDataset]:
        found: dict[DatasetId, KnownDataset] = {}
        for _, told in sorted(self._understood(), key=lambda each: each[1].at):
            for each in told.datasets:
                before = found.get(each.id) or KnownDataset(each.id, told.at, told.at, {})
                facets = {**before.facets, **each.facets}
                found[each.id] = replace(before, updated_at=told.at, facets=facets)
        return sorted(found.values(), key=lambda each: each.id)

    def _jobs(self) -> list[KnownJob]:
        found: dict[JobId, KnownJob] = {}
        for _, told in sorted(self._understood(), key=lambda each: each[1].at):
            if told.job is None:
                continue
            before = found.get(told.job) or KnownJob(told.job, told.at, told.at, {})
            inputs = (*before.inputs, *(each.id for each in told.inputs))
            outputs = (*before.outputs, *(each.id for each in told.outputs))
            found[told.job] = replace(
                before,
                updated_at=told.at,
                facets={**before.facets, **(told.job_facets or {})},
                inputs=tuple(sorted(set(inputs))),
                outputs=tuple(sorted(set(outputs))),
            )
        runs = self._runs()
        return [
            replace(job, runs=tuple(run for run in runs if run.job == job.id)[:1])
            for job in sorted(found.values(), key=lambda each: each.id)
        ]

    def _runs(self) -> Sequence[KnownRun]:
        return runs_of(
            Moment(UUID(told.run), told.job, told.type, told.at, event)
            for event, told in self._understood()
            if told.run and told.job is not None
        )


def _part(found: Sequence[T], window: Window) -> Sequence[T]:
    return found[window.offset : window.offset + window.limit]


def _within(at: datetime, span: Span) -> bool:
    return (span.after is None or at > span.after) and (span.before is None or at < span.before)


@dataclass(slots=True)
class Kept:
    """A parcel in memory, and what became of it."""

    parcel: Parcel
    due_at: datetime | None = None
    settled: int = 0
    refused: str | None = None


@dataclass(slots=True)
class MemoryDeliveries:
    """A DeliveryQueue for one collector."""

    kept: list[Kept] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    held: bool = False
    """Whether another process has the collector."""
    faults: Faults = field(default_factory=Faults)

    def put(self, lane: str, event: Mapping[str, object]) -> None:
        """Let an event wait."""
        self.kept.append(Kept(Parcel(len(self.kept) + 1, lane, 0, event)))

    async def want(self, name: str) -> None:
        """Note it."""
        self.wanted.append(name)

    async def hold(self, name: str, seconds: float) -> bool:  # noqa: ARG002  # the port's; there is one collector, and nobody reads when
        """Unless another process has it."""
        return not self.held

    async def due(self, name: str, now: datetime, limit: int) -> Sequence[Parcel]:  # noqa: ARG002  # the port's; there is one collector, and nobody reads when
        """What waits, without the lanes that have to wait longer."""
        self.faults.reach("due")
        waits = [each for each in self.kept if not each.settled]
        later = {each.parcel.lane for each in waits if each.due_at and each.due_at > now}
        return [each.parcel for each in waits if each.parcel.lane not in later][:limit]

    async def delivered(self, name: str, event: int, at: datetime) -> bool:  # noqa: ARG002  # the port's; there is one collector, and nobody reads when
        """Count it."""
        self.faults.reach("delivered")
        self._of(event).settled += 1
        return True

    async def refused(self, name: str, event: int, reason: str, at: datetime) -> bool:  # noqa: ARG002  # the port's; there is one collector, and nobody reads when
        """Keep the reason."""
        self._of(event).refused = reason
        self._of(event).settled += 1
        return True

    async def postponed(self, name: str, event: int, until: datetime) -> None:  # noqa: ARG002  # the port's; there is one collector, and nobody reads when
        """Keep the time."""
        kept = self._of(event)
        kept.due_at = until
        kept.parcel = replace(kept.parcel, attempts=kept.parcel.attempts + 1)

    async def revive(self, name: str) -> None:  # noqa: ARG002  # the port's; there is one collector, and nobody reads when
        """Forget the times."""
        for each in self.kept:
            each.due_at = None

    def _of(self, event: int) -> Kept:
        return self.kept[event - 1]


@dataclass(slots=True)
class ScriptedCollector:
    """A CollectorClient that answers what it was told to, and 201 otherwise."""

    answers: list[Answer | Silence] = field(default_factory=list)
    """The next ones, in their order."""
    always: Answer | Silence | None = None
    sent: list[Mapping[str, object]] = field(default_factory=list)

    async def send(self, collector: Collector, event: Mapping[str, object]) -> Answer | Silence:  # noqa: ARG002  # the port's; there is one collector, and nobody reads when
        """Keep the event, and answer."""
        self.sent.append(event)
        if self.answers:
            return self.answers.pop(0)
        return self.always or Answer(201)
