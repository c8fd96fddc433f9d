"""Measures how soon after a cancellation nothing of a run works in PostgreSQL any more."""

import time

from tests.faults.scenario import LONGEST, Scenario, until


async def seconds_to_quiet(scenario: Scenario, run_id: str, since: float) -> float:
    """Seconds from that moment of the performance counter until all is quiet."""
    ledger = scenario.ledger

    async def quiet() -> bool:
        return not await ledger.at_work(run_id) and not await ledger.asleep()

    await until(quiet, LONGEST, f"{run_id} to be quiet")
    return time.perf_counter() - since
