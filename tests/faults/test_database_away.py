"""Connections that are cut, and a server that dies: a run waits for the database and goes on."""

import asyncio
import random

import pytest

from engine.runs.model import RunStatus
from tests.faults.ledger import LEDGER
from tests.faults.scenario import Scenario, opened
from tests.faults.servers import own_server

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> $1
"""

SEED = 7


@pytest.mark.timeout(180)
async def test_connections_that_are_cut_cost_no_row(database_url: str) -> None:
    moments = random.Random(SEED)  # noqa: S311  # no secret
    async with opened(database_url) as scenario:
        await scenario.worker()
        for _ in range(3):
            scenario.deliveries.arrive()
            run_id = await scenario.order()
            for _ in range(3):
                await asyncio.sleep(moments.uniform(0.0, 0.4))
                await scenario.rows(CUT, LEDGER)
            run = await scenario.ended(run_id)
            assert run.status is RunStatus.SUCCEEDED, f"seed {SEED}: {run.error}"
            assert await scenario.wrongs(run_id) == []


@pytest.mark.timeout(240)
async def test_a_server_that_dies_in_the_middle_of_runs_costs_no_row() -> None:
    moments = random.Random(SEED)  # noqa: S311  # no secret
    async with own_server() as server, opened(server.url) as scenario:
        await scenario.worker()
        await _warm(scenario)
        for _ in range(2):
            scenario.deliveries.arrive()
            run_id = await scenario.order()
            await asyncio.sleep(moments.uniform(0.0, 0.8))
            await server.kill()
            await server.start()
            await scenario.ledger.connect()
            run = await scenario.ended(run_id)
            assert run.status is RunStatus.SUCCEEDED, f"seed {SEED}: {run.error}"
            assert await scenario.wrongs(run_id) == []


async def _warm(scenario: Scenario) -> None:
    scenario.deliveries.arrive()
    await scenario.ended(await scenario.order())
