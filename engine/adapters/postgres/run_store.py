"""Runs and steps in the state tables."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    exists,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import driver
from engine.adapters.postgres.tables import runs, step_runs
from engine.catalog.model import DatasetName, Layer
from engine.people import Asker
from engine.runs.model import (
    Parameters,
    Priority,
    Run,
    RunStatus,
    Step,
    StepKind,
    StepReport,
    StepStatus,
)
from engine.runs.ports import RunCursor, RunFilter, StaleAttempt

_REPORT = TypeAdapter(StepReport)
_PARAMETERS = TypeAdapter(Parameters)

_STEPS: ColumnElement[list[Mapping[str, str]]] = literal_column(
    "(SELECT coalesce(jsonb_agg(to_jsonb(step) ORDER BY step.position), '[]') "
    "FROM atlas.step_runs step WHERE step.run_id = runs.id)",
    JSONB,
).label("steps")
"""With its run in one statement: of two, the second may see what was committed after the first."""

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('atlas key ' || :key, 0))")

_ADD = """
WITH run AS (
  INSERT INTO atlas.runs SELECT * FROM jsonb_populate_record(NULL::atlas.runs, $1::jsonb)
), steps AS (
  INSERT INTO atlas.step_runs
  SELECT * FROM jsonb_populate_recordset(NULL::atlas.step_runs, $2::jsonb)
)
SELECT count(*) FROM atlas.runs WHERE status = 'queued'
"""

_SAVE = """
WITH run AS (
  UPDATE atlas.runs SET status = $3, started_at = $4, finished_at = $5, error = $6, hint = $7
  WHERE id = $1 AND attempt = $2 RETURNING id
), changed AS (
  UPDATE atlas.step_runs step
  SET status = new.status, attempt = new.attempt, started_at = new.started_at,
    finished_at = new.finished_at, report = new.report, error = new.error, hint = new.hint
  FROM run, jsonb_populate_recordset(NULL::atlas.step_runs, $8::jsonb) new
  WHERE step.run_id = run.id AND step.position = new.position
)
SELECT count(*) FROM run
"""


class PostgresRunStore:
    """Runs on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, run: Run) -> int:
        """INSERT the run and its steps, and count who waited before, in one statement."""
        connection = await driver(self._connection)
        waiting: int = await connection.fetchval(
            _ADD,
            json.dumps({**_run_values(run), "worker": ""}, default=str),
            json.dumps([_step_values(run, step) for step in run.steps], default=str),
        )
        return waiting

    async def save(self, run: Run, steps: Sequence[Step] = ()) -> None:
        """UPDATE the run where its attempt is still this one, and the steps, in one statement."""
        connection = await driver(self._connection)
        changed = await connection.fetchval(
            _SAVE,
            run.id,
            run.attempt,
            run.status,
            run.started_at,
            run.finished_at,
            run.error,
            run.hint,
            json.dumps([_step_values(run, step) for step in steps], default=str),
        )
        if not changed:
            raise StaleAttempt(run.id)

    async def wish_stopped(self, run: Run, by: str) -> None:
        """UPDATE who wants it stopped."""
        await self._connection.execute(
            update(runs).where(runs.c.id == run.id).values(cancelled_by=by)
        )

    async def move(self, run: Run, attempt: int) -> None:
        """UPDATE the run where it still has that attempt, then all its steps."""
        changed = await self._connection.execute(
            update(runs)
            .where(runs.c.id == run.id, runs.c.attempt == attempt)
            .values(**_run_values(run))
        )
        if changed.rowcount == 0:
            raise StaleAttempt(run.id)
        await self.save(run, run.steps)

    async def get(self, run_id: str) -> Run | None:
        """The run with its steps."""
        found = await self._read(select(runs).where(runs.c.id == run_id))
        return found[0] if found else None

    async def held(self, run_id: str) -> Run | None:
        """The run with its steps; its row is locked."""
        # first the lock, then the read: a statement that waits sees the steps as before its wait
        await self._connection.execute(
            select(runs.c.id).where(runs.c.id == run_id).with_for_update()
        )
        return await self.get(run_id)

    async def with_key(self, key: str) -> Run | None:
        """The run that has that key; whoever asks with it at the same time waits."""
        await self._connection.execute(_ONE_AT_A_TIME, {"key": key})
        found = await self._read(select(runs).where(runs.c.key == key))
        return found[0] if found else None

    async def latest(self, wanted: RunFilter, limit: int) -> tuple[Run, ...]:
        """The newest runs that fit."""
        return await self.page(wanted, None, limit)

    async def page(self, wanted: RunFilter, after: RunCursor | None, limit: int) -> tuple[Run, ...]:
        """The runs that fit, from a place on: an index has them in this order."""
        query = select(runs).order_by(runs.c.requested_at.desc(), runs.c.id.desc()).limit(limit)
        if after is not None:
            place = tuple_(literal(after.requested_at), literal(after.run_id))
            query = query.where(tuple_(runs.c.requested_at, runs.c.id) < place)
        equal = {runs.c.status: wanted.status, runs.c.pipeline: wanted.pipeline}
        query = query.where(*(column == value for column, value in equal.items() if value))
        if wanted.statuses:
            query = query.where(runs.c.status.in_(wanted.statuses))
        if wanted.table is not None:
            query = query.where(or_(runs.c.table_name == wanted.table, _works_on(wanted.table)))
        if wanted.since is not None:
            query = query.where(runs.c.requested_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(runs.c.requested_at < wanted.until)
        return await self._read(query)

    async def _read(self, query: Select[tuple[object, ...]]) -> tuple[Run, ...]:
        rows = await self._connection.execute(query.add_columns(_STEPS))
        return tuple(_run(row) for row in rows)


def _works_on(table: str) -> ColumnElement[bool]:
    """Whether a step of the run works on the table, in any layer."""
    datasets = [str(DatasetName(layer, table)) for layer in Layer]
    return exists().where(step_runs.c.run_id == runs.c.id, step_runs.c.dataset.in_(datasets))


def _run_values(run: Run) -> dict[str, object]:
    return {
        "id": run.id,
        "pipeline": run.pipeline,
        "table_name": run.table,
        "status": run.status,
        "attempt": run.attempt,
        "asker_platform": run.asker.platform,
        "asker_person": run.asker.person,
        "asker_name": run.asker.name,
        "asker_channel": run.asker.channel,
        "asker_thread": run.asker.thread,
        "requested_at": run.requested_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "error": run.error,
        "hint": run.hint,
        "parameters": _PARAMETERS.dump_python(run.parameters, mode="json"),
        "priority": int(run.priority),
        "key": run.key,
        "backfill": run.backfill,
        "cancelled_by": run.cancelled_by,
        "targets": [str(dataset) for dataset in run.targets()],
    }


def _step_values(run: Run, step: Step) -> dict[str, object]:
    return {
        "run_id": run.id,
        "position": step.index,
        "kind": step.kind,
        "dataset": str(step.dataset),
        "status": step.status,
        "attempt": run.attempt,
        "started_at": step.started_at,
        "finished_at": step.finished_at,
        "report": _REPORT.dump_python(step.report, mode="json"),
        "error": step.error,
        "hint": step.hint,
    }


def _run(row: Row[tuple[object, ...]]) -> Run:
    asker = Asker(
        row.asker_platform, row.asker_person, row.asker_name, row.asker_channel, row.asker_thread
    )
    return Run(
        id=row.id,
        pipeline=row.pipeline,
        table=row.table_name,
        asker=asker,
        steps=tuple(map(_step, row.steps)),
        requested_at=row.requested_at,
        status=RunStatus(row.status),
        attempt=row.attempt,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error=row.error,
        hint=row.hint,
        parameters=_PARAMETERS.validate_python(row.parameters),
        priority=Priority(row.priority),
        key=row.key,
        backfill=row.backfill,
        cancelled_by=row.cancelled_by,
    )


def _step(row: Mapping[str, str]) -> Step:
    """A step as PostgreSQL writes its row in JSON."""
    return Step(
        index=int(row["position"]),
        kind=StepKind(row["kind"]),
        dataset=DatasetName.parse(row["dataset"]),
        status=StepStatus(row["status"]),
        started_at=_moment(row["started_at"]),
        finished_at=_moment(row["finished_at"]),
        report=_REPORT.validate_python(row["report"]),
        error=row["error"],
        hint=row["hint"],
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
