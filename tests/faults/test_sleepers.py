"""A worker that was asleep for too long finds its run in other hands, and can't write to it."""

import pytest

from engine.runs.model import RunStatus
from tests.faults.scenario import Shape, opened, until
from tests.faults.slow import pausing


@pytest.mark.timeout(120)
async def test_a_worker_that_was_asleep_can_not_write_afterwards(database_url: str) -> None:
    async with opened(database_url, Shape(changed=pausing(0.5))) as scenario:
        sleeper = await scenario.worker()
        scenario.deliveries.arrive()
        run_id = await scenario.order()
        await scenario.at_step(run_id, "build gold.activity")
        sleeper.freeze()
        other = await scenario.worker()
        run = await scenario.ended(run_id)
        before = await scenario.run(run_id)
        sleeper.thaw()

        async def noticed() -> bool:
            return b"was taken over by another worker" in sleeper.log.read_bytes()

        await until(noticed, 20.0, "the sleeper to notice")
        assert run.status is RunStatus.SUCCEEDED
        assert run.attempt > 1
        assert await scenario.run(run_id) == before
        assert await scenario.wrongs(run_id) == []

        await other.kill()
        scenario.deliveries.arrive()
        second = await scenario.order()
        assert (await scenario.ended(second)).status is RunStatus.SUCCEEDED
        assert await scenario.wrongs(second) == []
