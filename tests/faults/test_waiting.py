"""Who waits for a run that somebody else is changing sees all of the change."""

import asyncio
from dataclasses import replace

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.run_store import PostgresRunStore
from engine.catalog.model import DatasetName
from engine.runs.model import Run, StepKind, StepStatus
from tests.adapters.builders import a_run
from tests.faults.scenario import until

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


async def test_a_run_that_was_waited_for_comes_with_the_steps_committed_meanwhile(
    database: Database,
) -> None:
    run = a_run((StepKind.BUILD, DatasetName.parse("gold.revenue")))
    done = replace(run.steps[0], status=StepStatus.SUCCEEDED)
    async with database.begin() as connection:
        await PostgresRunStore(connection).add(run)

    async def held() -> Run | None:
        async with database.begin() as connection:
            return await PostgresRunStore(connection).held(run.id)

    async def waiting() -> bool:
        async with database.begin() as connection:
            return bool((await connection.exec_driver_sql(WAITING)).scalar())

    async with asyncio.TaskGroup() as group, database.begin() as connection:
        await PostgresRunStore(connection).save(run, [done])
        found = group.create_task(held(), name="another")
        await until(waiting, 10.0, "somebody to wait")

    seen = found.result()
    assert seen is not None
    assert seen.steps[0].status is StepStatus.SUCCEEDED
