"""Whatever happens to runs, in whatever order: the promises of the core hold, in PostgreSQL."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.run_queue import QUEUE
from engine.adapters.postgres.sessions import PostgresSessions
from engine.adapters.postgres.transactions import PostgresTransaction
from engine.adapters.shields import Shields
from engine.runs.events import RunEvent
from engine.runs.model import Run
from engine.runs.ports import RunFilter, RunTransaction
from tests.adapters.builders import Lab
from tests.adapters.conftest import SWEEP
from tests.runs.bench import Bench, Drawn, Told, told_by
from tests.runs.machine import Machine

_TOLD = "INSERT INTO public.told (run_id, attempt, what) VALUES ($1, $2, $3)"


class PostgresBench:
    """The state tables and the warehouse; tickets are drawn as procrastinate draws them."""

    def __init__(self, lab: Lab, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.transactions = lab.transactions
        self.sessions = PostgresSessions(lab.database)
        self._lab = lab
        self._connection = connection
        self._workers: dict[str, int] = {}

    async def hear(self, tx: RunTransaction, event: RunEvent) -> None:
        """INSERT what is told, in its transaction."""
        assert isinstance(tx, PostgresTransaction)
        if (told := told_by(event)) is not None:
            values = (told.run_id, told.attempt, told.what)
            await tx.outbox._connection.exec_driver_sql(_TOLD, values)

    async def told(self) -> Sequence[Told]:
        """What was told."""
        rows = await self._connection.fetch("SELECT * FROM public.told ORDER BY id")
        return [Told(row["run_id"], row["attempt"], row["what"]) for row in rows]

    async def runs(self) -> Sequence[Run]:
        """All runs."""
        async with self.transactions.begin() as tx:
            return await tx.runs.latest(RunFilter(), 1000)

    async def tickets(self) -> Mapping[str, int]:
        """The tickets of unfinished runs."""
        rows = await self._connection.fetch(
            "SELECT id, job_id FROM atlas.runs "
            "WHERE job_id IS NOT NULL AND status IN ('queued', 'running')"
        )
        return {row["id"]: row["job_id"] for row in rows}

    async def published(self) -> Mapping[str, str]:
        """The runs that told last that they published."""
        rows = await self._connection.fetch(
            "SELECT DISTINCT ON (what) run_id, what FROM public.told "
            "JOIN pg_tables ON schemaname || '.' || tablename = replace(what, 'publish ', '') "
            "WHERE what LIKE 'publish %' ORDER BY what, id DESC"
        )
        return {row["what"].removeprefix("publish "): row["run_id"] for row in rows}

    async def staged(self) -> Sequence[str]:
        """The runs that keep staged tables."""
        rows = await self._connection.fetch(
            "SELECT upper(split_part(tablename, '__', 2)) AS id FROM pg_tables "
            "WHERE schemaname = 'gold' AND tablename LIKE '%\\_\\_%'"
        )
        return [row["id"] for row in rows]

    async def hire(self, worker: str) -> None:
        """A worker with a heartbeat that stays fresh."""
        if worker not in self._workers:
            self._workers[worker] = await self._connection.fetchval(
                "SELECT worker_id FROM atlas.procrastinate_register_worker_v1()"
            )
        await self._beat(worker, "1 hour")

    async def lose(self, worker: str) -> None:
        """A worker whose heartbeat is long ago."""
        await self._beat(worker, "-1 hour")

    async def _beat(self, worker: str, after: str) -> None:
        await self._connection.execute(
            "UPDATE atlas.procrastinate_workers SET last_heartbeat = now() + $2::text::interval "
            "WHERE id = $1",
            self._workers[worker],
            after,
        )

    async def draw(self, worker: str) -> Drawn | None:
        """What procrastinate fetches next."""
        job = await self._connection.fetchrow(
            "SELECT id, args->>'run_id' AS run_id "
            "FROM atlas.procrastinate_fetch_job_v2(ARRAY[$1::text], $2)",
            QUEUE,
            self._workers[worker],
        )
        assert job is not None
        return None if job["id"] is None else Drawn(job["run_id"], job["id"], worker)

    async def finish(self, drawn: Drawn) -> None:
        """Drop the ticket where this worker still has it."""
        await self._connection.execute(
            "DELETE FROM atlas.procrastinate_jobs WHERE id = $1 AND worker_id = $2",
            drawn.ticket,
            self._workers[drawn.worker],
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._connection.close()
        await self._lab.database.close()


def test_the_promises_of_runs_hold_in_postgresql(
    lab_url: str, tmp_path: Path, shields: Shields
) -> None:
    class Postgres(Machine):
        @override
        async def opened(self) -> Bench:
            connection = await asyncpg.connect(lab_url)
            await connection.execute("DROP TABLE IF EXISTS public.told")
            for statement in SWEEP:
                await connection.execute(statement)
            await connection.execute(
                "CREATE TABLE public.told (id bigint GENERATED ALWAYS AS IDENTITY, "
                "run_id text, attempt integer, what text)"
            )
            limits = DatabaseLimits(lock_timeout=5.0, connections=6)
            lab = Lab(lab_url, Database(lab_url, limits), tmp_path, shields)
            return PostgresBench(lab, connection)

        @override
        async def breathe(self) -> None:
            await asyncio.sleep(0.0005)

    run_state_machine_as_test(
        Postgres,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            # what fails here is looked for in memory, where it takes moments
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
