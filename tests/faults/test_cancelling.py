"""Cancel stops what works in PostgreSQL, wherever the run is, and leaves nothing half-made."""

import time
from collections.abc import Mapping

import pytest

from engine.runs.model import RunStatus
from tests.faults.quiet import seconds_to_quiet
from tests.faults.scenario import Shape, opened, until
from tests.faults.slow import BUILDING, CHECKING, COPYING, SLOW_VISITS, SOURCE

QUIET = 1.0
"""Seconds after which nothing may work any more; the benchmark tells how much less it is."""

PLACES = {
    "build gold.activity": BUILDING,
    "ingest bronze.visits": COPYING,
    "check silver.visits": CHECKING,
}


@pytest.mark.timeout(90)
@pytest.mark.parametrize("step", PLACES)
async def test_a_cancelled_run_is_quiet_at_once(database_url: str, step: str) -> None:
    changed: Mapping[str, str] = PLACES[step]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(SOURCE, database_url)
        async with opened(database_url, Shape(changed=changed)) as scenario:
            await scenario.rows(SLOW_VISITS)
            await scenario.worker()
            scenario.deliveries.arrive()
            run_id = await scenario.order()
            await scenario.at_step(run_id, step)

            async def working() -> bool:
                return bool(await scenario.ledger.asleep())

            await until(working, 20.0, f"{step} to be at work")
            begin = time.perf_counter()
            await scenario.cancel(run_id)
            seconds = await seconds_to_quiet(scenario, run_id, begin)
            run = await scenario.ended(run_id)

            assert seconds < QUIET
            assert run.status is RunStatus.CANCELLED
            assert await scenario.leftovers(run_id) == []
            assert await scenario.ledger.wrongs(run_id, "cancelled") == []
