"""Runs and steps in the state tables."""

from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    cast,
    exists,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.tables import runs, step_runs
from engine.catalog.model import DatasetName, Layer
from engine.people import Asker
from engine.runs.model import Run, RunStatus, Step, StepKind, StepReport, StepStatus
from engine.runs.ports import RunFilter, StaleAttempt

_REPORT = TypeAdapter(StepReport)

_WORKER_IS_DEAD = text(
    "NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32) | objid::bigint = hashtextextended(runs.worker, 0))"
)


class PostgresRunStore:
    """Runs on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, run: Run, worker: str) -> None:
        """INSERT the run and its steps."""
        await self._connection.execute(insert(runs).values(**_run_values(run), worker=worker))
        steps = [_step_values(run, step) for step in run.steps]
        await self._connection.execute(insert(step_runs), steps)

    async def save(self, run: Run, steps: Sequence[Step] = ()) -> None:
        """UPDATE the run where its attempt is still this one, then the steps."""
        changed = await self._connection.execute(
            update(runs)
            .where(runs.c.id == run.id, runs.c.attempt == run.attempt)
            .values(**_run_values(run))
        )
        if changed.rowcount == 0:
            raise StaleAttempt(run.id)
        for step in steps:
            await self._connection.execute(
                update(step_runs)
                .where(step_runs.c.run_id == run.id, step_runs.c.position == step.index)
                .values(**_step_values(run, step))
            )

    async def get(self, run_id: str) -> Run | None:
        """The run with its steps."""
        found = await self._read(select(runs).where(runs.c.id == run_id))
        return found[0] if found else None

    async def latest(self, wanted: RunFilter, limit: int) -> tuple[Run, ...]:
        """The newest runs that fit."""
        query = select(runs).order_by(runs.c.requested_at.desc()).limit(limit)
        equal = {runs.c.status: wanted.status, runs.c.pipeline: wanted.pipeline}
        query = query.where(*(column == value for column, value in equal.items() if value))
        if wanted.table is not None:
            query = query.where(or_(runs.c.table_name == wanted.table, _works_on(wanted.table)))
        if wanted.since is not None:
            query = query.where(runs.c.requested_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(runs.c.requested_at < wanted.until)
        return await self._read(query)

    async def unfinished_of_dead_workers(self) -> tuple[Run, ...]:
        """The runs whose worker holds its lock no more: PostgreSQL frees it when a process dies."""
        return await self._read(select(runs).where(_unfinished(), _WORKER_IS_DEAD))

    async def adopt(self, run_id: str, worker: str) -> bool:
        """UPDATE the worker, and the attempt of a run that was begun: its old worker is fenced."""
        changed = await self._connection.execute(
            update(runs)
            .where(runs.c.id == run_id, _unfinished(), _WORKER_IS_DEAD)
            .values(
                worker=worker,
                attempt=runs.c.attempt + cast(runs.c.status == RunStatus.RUNNING, Integer),
            )
        )
        return bool(changed.rowcount)

    async def unfinished_of(self, worker: str) -> tuple[Run, ...]:
        """The worker's runs that are not done."""
        return await self._read(select(runs).where(_unfinished(), runs.c.worker == worker))

    async def _read(self, query: Select[tuple[object, ...]]) -> tuple[Run, ...]:
        rows = (await self._connection.execute(query)).all()
        steps = await self._steps([row.id for row in rows])
        return tuple(_run(row, steps.get(row.id, ())) for row in rows)

    async def _steps(self, run_ids: Sequence[str]) -> Mapping[str, tuple[Step, ...]]:
        rows = await self._connection.execute(
            select(step_runs)
            .where(step_runs.c.run_id.in_(run_ids))
            .order_by(step_runs.c.run_id, step_runs.c.position)
        )
        found: dict[str, tuple[Step, ...]] = {}
        for row in rows:
            found[row.run_id] = (*found.get(row.run_id, ()), _step(row))
        return found


def _works_on(table: str) -> ColumnElement[bool]:
    """Whether a step of the run works on the table, in any layer."""
    datasets = [str(DatasetName(layer, table)) for layer in Layer]
    return exists().where(step_runs.c.run_id == runs.c.id, step_runs.c.dataset.in_(datasets))


def _unfinished() -> ColumnElement[bool]:
    return runs.c.status.in_([RunStatus.QUEUED, RunStatus.RUNNING])


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


def _run(row: Row[tuple[object, ...]], steps: tuple[Step, ...]) -> Run:
    asker = Asker(
        row.asker_platform, row.asker_person, row.asker_name, row.asker_channel, row.asker_thread
    )
    return Run(
        id=row.id,
        pipeline=row.pipeline,
        table=row.table_name,
        asker=asker,
        steps=steps,
        requested_at=row.requested_at,
        status=RunStatus(row.status),
        attempt=row.attempt,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error=row.error,
        hint=row.hint,
    )


def _step(row: Row[tuple[object, ...]]) -> Step:
    return Step(
        index=row.position,
        kind=StepKind(row.kind),
        dataset=DatasetName.parse(row.dataset),
        status=StepStatus(row.status),
        started_at=row.started_at,
        finished_at=row.finished_at,
        report=_REPORT.validate_python(row.report),
        error=row.error,
        hint=row.hint,
    )
