"""What events told of datasets, jobs and runs, read from the state tables for other tools."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, TextClause

from engine.adapters.postgres import lineage_queries as queries
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.lineage_graph import PostgresLineageGraph, jsonb
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
    Moment,
    Namespace,
    Span,
    Wanted,
    Window,
    runs_of,
)

_Row: TypeAlias = Row[*tuple[Any, ...]]


class PostgresLineageMetadata:
    """Fulfils LineageMetadata; each question is one statement or a few."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accept(self, event: Json) -> bool:
        """INSERT the event and what it tells in one transaction, unless it is there already."""
        worded = json.dumps(event, sort_keys=True, separators=(",", ":"))
        run = _object(event, "run").get("runId")
        named = _object(event, "job") or _object(event, "dataset")
        values = {
            "event_type": event.get("eventType") or ("OTHER" if run else ""),
            "job": named.get("name"),
            "run": UUID(run) if isinstance(run, str) else None,
            "at": datetime.fromisoformat(str(event["eventTime"]).upper()),
            "event": jsonb(event),
            "producer": event["producer"],
            "fingerprint": hashlib.sha256(worded.encode()).hexdigest(),
        }
        async with self._database.begin() as connection:
            if await connection.scalar(queries.KEEP_EVENT, values) is None:
                return False
            await PostgresLineageGraph(connection).record(event)
            return True

    async def namespaces(self, window: Window) -> Sequence[Namespace]:
        """SELECT them from datasets and jobs."""
        rows = await self._rows(queries.NAMESPACES, name=None, **_part(window))
        return [Namespace(*row) for row in rows]

    async def namespace(self, name: str) -> Namespace | None:
        """SELECT it."""
        rows = await self._rows(queries.NAMESPACES, name=name, limit=1, offset=0)
        return next((Namespace(*row) for row in rows), None)

    async def datasets(self, namespace: str, window: Window) -> tuple[Sequence[KnownDataset], int]:
        """SELECT a page and the count."""
        total = await self._count(queries.COUNT_DATASETS, namespace=namespace)
        rows = await self._rows(queries.DATASETS, namespace=namespace, **_part(window))
        return [_dataset(row) for row in rows], total

    async def datasets_of(self, ids: Collection[DatasetId]) -> Sequence[KnownDataset]:
        """SELECT them by their keys."""
        rows = await self._rows(queries.DATASETS_OF, **_pairs(ids)) if ids else ()
        return [_dataset(row) for row in rows]

    async def writers(self, dataset: DatasetId, window: Window) -> Sequence[KnownRun]:
        """SELECT the completed runs of the jobs that write it now."""
        rows = await self._rows(
            queries.WRITERS, namespace=dataset.namespace, name=dataset.name, **_part(window)
        )
        return await self._runs_of([row[0] for row in rows])

    async def jobs(self, namespace: str, window: Window) -> tuple[Sequence[KnownJob], int]:
        """SELECT a page, what they read and write, and their last runs."""
        total = await self._count(queries.COUNT_JOBS, namespace=namespace)
        rows = await self._rows(queries.JOBS, namespace=namespace, **_part(window))
        return await self._filled([_job(row) for row in rows]), total

    async def jobs_of(self, ids: Collection[JobId]) -> Sequence[KnownJob]:
        """SELECT them by their keys, with the same."""
        rows = await self._rows(queries.JOBS_OF, **_pairs(ids)) if ids else ()
        return await self._filled([_job(row) for row in rows])

    async def runs(self, job: JobId, window: Window) -> Sequence[KnownRun]:
        """SELECT the ids of the newest, then their events."""
        rows = await self._rows(
            queries.RUNS, namespace=job.namespace, name=job.name, **_part(window)
        )
        return await self._runs_of([row[0] for row in rows])

    async def run(self, run_id: UUID) -> KnownRun | None:
        """SELECT its events."""
        return next(iter(await self._runs_of([run_id])), None)

    async def events(self, span: Span, window: Window) -> tuple[Sequence[Json], int]:
        """SELECT a page by time, and the count."""
        query = queries.OLDEST_EVENTS if span.oldest_first else queries.NEWEST_EVENTS
        times = {"after": span.after, "before": span.before}
        rows = await self._rows(query, **times, **_part(window))
        return [row[0] for row in rows], await self._count(queries.COUNT_EVENTS, **times)

    async def search(self, wanted: Wanted, window: Window) -> tuple[Sequence[Found], int]:
        """SELECT from datasets and jobs by their name, in any case."""
        query = queries.SEARCH_NEWEST if wanted.newest_first else queries.SEARCH
        filters = {
            "pattern": f"%{wanted.text}%",
            "datasets": wanted.datasets,
            "jobs": wanted.jobs,
            "namespace": wanted.namespace,
            "after": wanted.span.after,
            "before": wanted.span.before,
        }
        rows = await self._rows(query, **filters, **_part(window))
        found = [
            Found(JobId(*row[1:3]) if row.is_job else DatasetId(*row[1:3]), row.updated_at)
            for row in rows
        ]
        return found, await self._count(queries.COUNT_FOUND, **filters)

    async def tags(self, window: Window) -> Sequence[str]:
        """SELECT the keys of the tags facets."""
        return [row[0] for row in await self._rows(queries.TAGS, **_part(window))]

    async def sources(self, window: Window) -> Sequence[DataSource]:
        """SELECT the dataSource facets."""
        return [DataSource(*row) for row in await self._rows(queries.SOURCES, **_part(window))]

    async def flows(
        self, datasets: Collection[DatasetId], jobs: Collection[JobId]
    ) -> Collection[Flow]:
        """SELECT what touches them."""
        found = set[Flow]()
        for query, ids in ((queries.FLOWS_OF_DATASETS, datasets), (queries.FLOWS_OF_JOBS, jobs)):
            rows = await self._rows(query, **_pairs(ids)) if ids else ()
            found |= {_flow(row) for row in rows}
        return found

    async def columns(self, columns: Collection[ColumnId], forward: bool) -> Collection[ColumnEdge]:
        """SELECT the edges at one end of them; what acts on all rows is not of one column."""
        query = queries.COLUMNS_FORWARD if forward else queries.COLUMNS_BACK
        names = {"columns": [each.column for each in columns]}
        rows = await self._rows(query, **_pairs([each.dataset for each in columns]), **names)
        return {
            ColumnEdge(
                ColumnId(DatasetId(row.source_namespace, row.source_name), row.source_column),
                ColumnId(DatasetId(row.dataset_namespace, row.dataset_name), row.column_name),
                row.influence,
            )
            for row in rows
        }

    async def _filled(self, jobs: Sequence[KnownJob]) -> Sequence[KnownJob]:
        """The jobs with what they read and write, and their last run without its facets."""
        if not jobs:
            return jobs
        ids = [job.id for job in jobs]
        flows: dict[JobId, list[Flow]] = {}
        for flow in await self.flows((), ids):
            flows.setdefault(flow.job, []).append(flow)
        last = {run.job: run for run in await self._last_runs(ids)}
        return [
            KnownJob(
                job.id,
                job.created_at,
                job.updated_at,
                job.facets,
                _datasets(flows.get(job.id, ()), writes=False),
                _datasets(flows.get(job.id, ()), writes=True),
                (last[job.id],) if job.id in last else (),
            )
            for job in jobs
        ]

    async def _last_runs(self, ids: Sequence[JobId]) -> Sequence[KnownRun]:
        rows = await self._rows(queries.LAST_RUNS, **_pairs(ids))
        return runs_of(
            Moment(row.run, JobId(row.namespace, row.name), row.type, row.at) for row in rows
        )

    async def _runs_of(self, ids: Sequence[UUID]) -> Sequence[KnownRun]:
        rows = await self._rows(queries.RUN_EVENTS, ids=list(ids)) if ids else ()
        return runs_of(
            Moment(row.run, JobId(row.namespace, row.name), row.type, row.at, row.event)
            for row in rows
        )

    async def _rows(self, query: TextClause, **values: object) -> Sequence[_Row]:
        async with self._database.connect() as connection:
            return (await connection.execute(query, values)).all()

    async def _count(self, query: TextClause, **values: object) -> int:
        async with self._database.connect() as connection:
            return int(await connection.scalar(query, values) or 0)


def _object(event: Json, name: str) -> Json:
    found = event.get(name)
    return found if isinstance(found, Mapping) else {}


def _part(window: Window) -> dict[str, int]:
    return {"limit": window.limit, "offset": window.offset}


def _pairs(ids: Iterable[DatasetId | JobId]) -> dict[str, list[str]]:
    every = list(ids)
    return {"namespaces": [each.namespace for each in every], "names": [e.name for e in every]}


def _dataset(row: _Row) -> KnownDataset:
    return KnownDataset(DatasetId(*row[:2]), *row[2:])


def _job(row: _Row) -> KnownJob:
    return KnownJob(JobId(*row[:2]), *row[2:])


def _flow(row: _Row) -> Flow:
    return Flow(JobId(*row[:2]), DatasetId(*row[2:4]), row[4])


def _datasets(flows: Iterable[Flow], *, writes: bool) -> tuple[DatasetId, ...]:
    return tuple(sorted(flow.dataset for flow in flows if flow.writes == writes))
