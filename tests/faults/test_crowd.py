"""Two bots on one database: whatever people say at once, every run ends and every row is there."""

import pytest

from tests.faults.mixed import Crowd
from tests.faults.scenario import opened

SECONDS = 10.0
SEED = 11


@pytest.mark.timeout(180)
async def test_two_bots_on_one_database_get_along(database_url: str) -> None:
    async with opened(database_url) as scenario:
        await scenario.bot(at_once=2)
        await scenario.bot(at_once=2)
        mixture = await Crowd(scenario, SEED).act(SECONDS)

    assert mixture.wrongs == [], f"seed {SEED}"
    assert mixture.ends["succeeded"] > 0
    # a run that was cancelled may have been retried since, so its end alone does not tell
    assert mixture.said["cancel_run answer"] > 0, "nothing was cancelled in time"
