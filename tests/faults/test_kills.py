"""kill -9 of whoever has a run, at any moment: it goes on elsewhere, and no row is lost."""

import time

import pytest

from engine.runs.model import RunStatus
from tests.faults.processes import DEFAULTS
from tests.faults.rounds import Rounds
from tests.faults.scenario import Shape, opened
from tests.faults.slow import pausing

ROUNDS = 30
SEED = 20_260_301

BY_DEFAULT = 15.0
"""Seconds within which the run of a dead worker goes on."""


@pytest.mark.timeout(600)
async def test_killed_at_random_points_a_medallion_loses_and_doubles_nothing(
    database_url: str,
) -> None:
    async with opened(database_url, Shape(SEED, rows=3_000)) as scenario:
        tally = await Rounds(scenario, SEED).play(ROUNDS)

    assert not tally.wrongs, f"seed {SEED}: {tally.wrongs}"
    assert (tally.lost, tally.doubled) == (0, 0)
    assert tally.killed > ROUNDS / 3, "most kills came when the run was over"
    assert tally.bots > 0
    assert tally.resumed == tally.killed


@pytest.mark.timeout(120)
async def test_by_default_a_dead_workers_run_goes_on_within_15_seconds(database_url: str) -> None:
    async with opened(database_url, Shape(pace=DEFAULTS, changed=pausing(1.0))) as scenario:
        for _ in range(2):
            await scenario.worker()
        scenario.deliveries.arrive()
        run_id = await scenario.order()
        await scenario.at_step(run_id, "build gold.activity")
        holder = await scenario.holder(run_id)
        assert holder is not None
        at = time.time()
        await holder.kill()
        run = await scenario.ended(run_id)
        seconds = await scenario.ledger.taken_after(run_id, at)

        assert run.status is RunStatus.SUCCEEDED
        assert seconds is not None
        assert seconds <= BY_DEFAULT
        assert await scenario.ledger.resumed_where_it_was(run_id)
        assert await scenario.wrongs(run_id) == []
