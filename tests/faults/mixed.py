"""Two bots on one database, and people who run, cancel, retry and ask, all at once."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from engine.commands import CancelRun, Command, ListRuns, RetryRun, RunPipeline, RunStatus
from engine.outcome import Accepted, Request
from engine.runs.ports import RunFilter
from tests.faults.scenario import LONGEST, SOMEBODY, Scenario, until

PEOPLE = 2
"""How many ask at once."""

BETWEEN = 0.3
"""Seconds that each of them waits at most between two sentences."""

_PIPELINES = ("ingest", "bronze_to_silver", "silver_to_gold", "medallion")
_TABLES = (None, "customers", "orders", "visits")


@dataclass(slots=True)
class Mixture:
    """What was said, how the runs ended, and what went wrong."""

    said: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)


class Crowd:
    """People who say random things to whichever bot hears them."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._random = random.Random(seed)  # noqa: S311  # moments and words, no secret
        self._runs: list[str] = []
        self._mixture = Mixture()

    async def act(self, seconds: float) -> Mixture:
        """All of them for so long; then everything that was begun comes to its end."""
        await self._prepared()
        end = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(PEOPLE):
                group.create_task(self._talk(end), name=f"person {number}")
        await until(self._over, 2 * LONGEST, "the end of all runs")
        await self._settled()
        return self._mixture

    async def _prepared(self) -> None:
        """One run of everything first: after it, none of the pipelines has a reason to fail."""
        self._scenario.deliveries.arrive()
        await self._scenario.ended(await self._scenario.order())

    async def _talk(self, end: float) -> None:
        while time.monotonic() < end:
            await self._say(self._command())
            await asyncio.sleep(self._random.uniform(0.0, BETWEEN))

    def _command(self) -> Command:
        draw, known = self._random, self._runs[-8:]
        if not known or draw.random() < _NEW:
            if draw.random() < _DELIVERED:
                self._scenario.deliveries.arrive()
            return RunPipeline(draw.choice(_PIPELINES), draw.choice(_TABLES))
        run_id = draw.choice(known)
        return draw.choice((CancelRun(run_id), RetryRun(run_id), RunStatus(run_id), ListRuns()))

    async def _say(self, command: Command) -> None:
        """Whatever it is, it is answered; what can't be done is refused in words."""
        outcome = await self._scenario.engine.dispatcher.handle(Request(command, SOMEBODY))
        self._mixture.said[f"{command.name} {type(outcome).__name__.lower()}"] += 1
        if isinstance(outcome, Accepted) and outcome.run_id not in self._runs:
            self._runs.append(outcome.run_id)
            if self._random.random() < _REGRETTED:
                await self._say(CancelRun(outcome.run_id))

    async def _over(self) -> bool:
        async with self._scenario.engine.transactions.begin() as tx:
            runs = await tx.runs.latest(RunFilter(), 1_000)
        return all(run.done for run in runs)

    async def _settled(self) -> None:
        """Bring every delivery to gold, and hold all that there is against what must be."""
        scenario, mixture = self._scenario, self._mixture
        last = await self._everything_loaded()
        _, _, unbalanced = await scenario.ledger.losses(scenario.deliveries.expected)
        mixture.wrongs += [*unbalanced, *await scenario.leftovers(last)]
        for run_id in self._runs:
            run = await scenario.run(run_id)
            mixture.ends[run.status] += 1
            if run.status not in {"succeeded", "cancelled"}:
                mixture.wrongs.append(f"{run_id} {run.title} ended {run.status}: {run.error}")
            mixture.wrongs += await scenario.ledger.ends_told(run_id)

    async def _everything_loaded(self) -> str:
        while True:
            run = await self._scenario.ended(await self._scenario.order())
            if not run.counts.loaded:
                return run.id


_NEW = 0.4
_DELIVERED = 0.15
_REGRETTED = 0.25
"""How often a run is cancelled at once: later most of them have ended."""
