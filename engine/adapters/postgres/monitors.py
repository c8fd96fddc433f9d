"""Reads what one look at everything needs: a few statements, each by an index."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.schedules import PostgresScheduleStore
from engine.alerts.places import FLEETING
from engine.catalog.model import DatasetName, Project
from engine.findings.ports import Backlogs, Files, Volume
from engine.findings.rhythm import freshness_of
from engine.findings.sight import (
    AtWork,
    Backlog,
    Delivered,
    Deliveries,
    Planned,
    Publications,
    Published,
    Room,
    Sight,
)
from engine.runs.model import StepKind
from engine.runs.plan import plan
from engine.schedules.model import Schedule

REMEMBERED = 400
"""Publications of a dataset that tell what is usual."""

_AT_WORK = text(
    """SELECT runs.id, runs.pipeline, runs.table_name, runs.status = 'queued' AS queued,
  runs.started_at, coalesce(greatest(
    runs.requested_at, runs.started_at, steps.moved_at), runs.requested_at) AS moved_at,
  here.kind, here.dataset, earlier.seconds,
  session.pid IS NOT NULL AS session,
  CASE WHEN session.state LIKE 'idle%' OR session.wait_event_type = 'Lock'
    THEN session.state_change END AS silent_since,
  runs.status = 'queued' AND EXISTS (SELECT FROM atlas.runs other
    WHERE other.status = 'running') AS ahead
FROM atlas.runs
CROSS JOIN LATERAL (SELECT greatest(max(started_at), max(finished_at)) AS moved_at
  FROM atlas.step_runs WHERE run_id = runs.id) steps
CROSS JOIN LATERAL (SELECT kind, dataset FROM atlas.step_runs WHERE run_id = runs.id
  ORDER BY status NOT IN ('running', 'queued'), status <> 'running', position LIMIT 1) here
CROSS JOIN LATERAL (SELECT array_agg(seconds) AS seconds FROM (
  SELECT extract(epoch FROM finished_at - started_at)::float8 AS seconds FROM atlas.runs past
  WHERE past.pipeline = runs.pipeline
    AND coalesce(past.table_name, '') = coalesce(runs.table_name, '')
    AND past.status = 'succeeded' AND past.parameters = runs.parameters
  ORDER BY finished_at DESC LIMIT 20) past) earlier
LEFT JOIN LATERAL (SELECT pid, state, state_change, wait_event_type FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE '% ' || runs.id
  ORDER BY state LIKE 'idle%' LIMIT 1) session ON true
WHERE runs.status IN ('queued', 'running') AND (runs.status = 'running'
  OR runs.requested_at < CAST(:now AS timestamptz) - interval '10 minutes')
ORDER BY runs.id LIMIT 1000"""
)

_NEWEST = text(
    """SELECT wanted.dataset, newest.run_id, newest.finished_at, mark.at IS NOT NULL AS expected
FROM unnest(CAST(:datasets AS text[])) AS wanted (dataset) CROSS JOIN LATERAL (
  SELECT run_id, finished_at FROM atlas.step_runs
  WHERE dataset = wanted.dataset AND kind = 'publish' AND status = 'succeeded'
  ORDER BY finished_at DESC LIMIT 1) newest
LEFT JOIN atlas.metric_marks mark
  ON mark.run_id = newest.run_id AND mark.dataset = wanted.dataset"""
)

_PUBLICATIONS = text(
    """SELECT wanted.dataset, past.run_id, past.finished_at,
  coalesce((past.report -> 'counts' ->> 'published')::bigint,
    (built.report -> 'counts' ->> 'built')::bigint) AS rows,
  coalesce(runs.priority >= 10 AND runs.asker_channel <> '', false) AS by_hand,
  coalesce(runs.backfill IS NOT NULL
    OR (runs.parameters ->> 'full_refresh')::boolean
    OR runs.parameters ->> 'start' IS NOT NULL
    OR runs.parameters ->> 'release' IS NOT NULL, false) AS special,
  mark.at IS NOT NULL AS expected
FROM unnest(CAST(:datasets AS text[])) AS wanted (dataset) CROSS JOIN LATERAL (
  SELECT run_id, finished_at, report FROM atlas.step_runs
  WHERE dataset = wanted.dataset AND kind = 'publish' AND status = 'succeeded'
  ORDER BY finished_at DESC LIMIT :most) past
JOIN atlas.runs ON runs.id = past.run_id
LEFT JOIN atlas.step_runs built ON built.run_id = past.run_id AND built.dataset = wanted.dataset
  AND built.kind = 'build'
LEFT JOIN atlas.metric_marks mark ON mark.run_id = past.run_id AND mark.dataset = wanted.dataset
ORDER BY past.finished_at"""
)

_DELIVERIES = text(
    """SELECT wanted.name AS table_name, past.*
FROM unnest(CAST(:tables AS text[])) AS wanted (name) CROSS JOIN LATERAL (
  SELECT name, columns, types, loaded_at, run_id FROM atlas.deliveries
  WHERE table_name = wanted.name AND columns IS NOT NULL
  ORDER BY loaded_at DESC LIMIT 8) past
ORDER BY past.loaded_at"""
)

_CONNECTIONS = text(
    """SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
  current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int AS most"""
)

_BACKLOGS = text(
    """SELECT platform, count(*) AS waiting, min(CASE WHEN attempts = 0 THEN due_at
  ELSE greatest(created_at, delivered_at, now() - make_interval(secs => LEAST(
    power(2, LEAST(attempts, 9)), 300 * attempts))) END) AS oldest
FROM atlas.outbox
WHERE delivered_revision < revision AND dead_at IS NULL AND NOT platform = ANY(:own)
GROUP BY platform"""
)
"""Of what was tried in vain the waits before each try add up to how long it is on its way."""


class PostgresBacklogs:
    """Posts in the outbox; those of a terminal and of `own` platforms wait for nobody else.

    A terminal's count for no process, also where it is another one that has the terminal.
    """

    def __init__(self, database: Database, own: Collection[str] = ()) -> None:
        self._database = database
        self._own = tuple(FLEETING.union(own))

    async def taken(self) -> tuple[Backlog, ...]:
        """One SELECT over what waits."""
        async with self._database.connect() as connection:
            rows = (await connection.execute(_BACKLOGS, {"own": list(self._own)})).all()
        return tuple(
            Backlog(f"messages to {row.platform}", row.waiting, row.oldest) for row in rows
        )


class PostgresSights:
    """Looks when asked; what was published and did not change since is read once."""

    def __init__(
        self,
        project: Project,
        database: Database,
        backlogs: Sequence[Backlogs] = (),
        volume: Volume | None = None,
        files: Files | None = None,
    ) -> None:
        self._project = project
        self._database = database
        self._backlogs = backlogs
        self._volume = volume
        self._files = files
        self._past: dict[DatasetName, tuple[object, Publications]] = {}
        self._freshness = tuple(
            found
            for dataset in project.datasets()
            for check in project.checks_of(dataset)
            if (found := freshness_of(dataset, check.text))
        )

    async def taken(self, at: datetime) -> Sight:
        """Six SELECTs, and one more where something was published."""
        async with self._database.connect() as connection:
            schedules = await PostgresScheduleStore(connection).all()
            sight = Sight(
                at,
                runs=await _at_work(connection, at),
                publications=await self._publications(connection),
                deliveries=await self._deliveries(connection),
                planned=tuple(self._planned(each) for each in schedules),
                freshness=self._freshness,
                connections=await _connections(connection),
            )
        return await self._with_outside(sight)

    async def _with_outside(self, sight: Sight) -> Sight:
        waiting = [await each.taken() for each in self._backlogs]
        return replace(
            sight,
            backlogs=tuple(each for some in waiting for each in some),
            disk=await self._volume.room() if self._volume else None,
            set_aside=await self._files.set_aside() if self._files else (),
        )

    def _planned(self, schedule: Schedule) -> Planned:
        pipeline = self._project.pipeline(schedule.pipeline)
        if pipeline is None:
            return Planned(schedule)
        steps = plan(self._project, pipeline, schedule.table)
        published = (each.dataset for each in steps if each.kind is StepKind.PUBLISH)
        return Planned(schedule, tuple(published))

    async def _publications(self, connection: AsyncConnection) -> tuple[Publications, ...]:
        named = [str(each) for each in self._project.datasets()]
        rows = (await connection.execute(_NEWEST, {"datasets": named})).all()
        newest = {
            DatasetName.parse(row.dataset): (row.run_id, row.finished_at, row.expected)
            for row in rows
        }
        known = self._past
        changed = [
            each for each, key in newest.items() if each not in known or known[each][0] != key
        ]
        if changed:
            for each, past in (await _past(connection, changed)).items():
                known[each] = (newest[each], past)
        return tuple(known[each][1] for each in newest if each in known)

    async def _deliveries(self, connection: AsyncConnection) -> tuple[Deliveries, ...]:
        tables = {table.name: table.bronze for table in self._project.tables}
        rows = (await connection.execute(_DELIVERIES, {"tables": list(tables)})).all()
        found: dict[str, list[Delivered]] = {}
        for row in rows:
            types = zip(row.columns, row.types or (), strict=False)
            known = {column: kind for column, kind in types if kind}
            delivered = Delivered(row.name, tuple(row.columns), row.loaded_at, row.run_id, known)
            found.setdefault(row.table_name, []).append(delivered)
        return tuple(Deliveries(tables[name], tuple(each)) for name, each in found.items())


async def _past(
    connection: AsyncConnection, datasets: Sequence[DatasetName]
) -> Mapping[DatasetName, Publications]:
    given = {"datasets": [str(each) for each in datasets], "most": REMEMBERED}
    found: dict[DatasetName, list[Published]] = {}
    for row in await connection.execute(_PUBLICATIONS, given):
        published = Published(
            row.run_id, row.finished_at, row.rows, row.by_hand, row.special, row.expected
        )
        found.setdefault(DatasetName.parse(row.dataset), []).append(published)
    return {dataset: Publications(dataset, tuple(each)) for dataset, each in found.items()}


async def _at_work(connection: AsyncConnection, at: datetime) -> tuple[AtWork, ...]:
    rows = (await connection.execute(_AT_WORK, {"now": at})).mappings().all()
    return tuple(_run(row) for row in rows)


def _run(row: RowMapping) -> AtWork:
    pipeline, table = row["pipeline"], row["table_name"]
    return AtWork(
        run_id=row["id"],
        title=f"{pipeline} for {table}" if table else pipeline,
        step=f"{row['kind']} {row['dataset']}",
        dataset=DatasetName.parse(row["dataset"]),
        queued=row["queued"],
        moved_at=row["moved_at"],
        started_at=row["started_at"],
        before=tuple(each for each in row["seconds"] or () if each is not None),
        ahead=row["ahead"],
        silent_since=row["silent_since"],
        session=row["session"],
    )


async def _connections(connection: AsyncConnection) -> Room:
    row = (await connection.execute(_CONNECTIONS)).one()
    return Room(max(0, row.most - row.used), row.most)
