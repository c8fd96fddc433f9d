"""Runs whose worker, or whose bot, is killed at a random moment; each is examined afterwards."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.processes import Atlas
from tests.faults.scenario import Scenario, until

BOT = 0.2
"""How often it is the bot that is killed, whoever has the run."""

AFRESH = 6
"""Rounds after which the data goes away, so that runs stay as long as they are."""


@dataclass(slots=True)
class Tally:
    """What many rounds came to."""

    rounds: int = 0
    killed: int = 0
    bots: int = 0
    resumed: int = 0
    lost: int = 0
    doubled: int = 0
    takeovers: list[float] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)


class Rounds:
    """One round after the other, with new processes in place of those killed."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.tally = Tally()
        self._scenario = scenario
        self._random = random.Random(seed)  # noqa: S311  # moments, no secret
        self._bot: Atlas | None = None
        self._hiring: asyncio.Task[None] | None = None
        self._usual = 0.0

    async def play(self, count: int, say: Callable[[str], None] = print) -> Tally:
        """That many rounds; tells what went wrong as it happens."""
        self._bot = await self._scenario.bot()
        for _ in range(2):
            await self._scenario.worker()
        self._usual = await self._measured()
        async with asyncio.TaskGroup() as group:
            for number in range(1, count + 1):
                await self._one(number, group, say)
        return self.tally

    async def _one(self, number: int, group: asyncio.TaskGroup, say: Callable[[str], None]) -> None:
        if number % AFRESH == 0:
            await self._scenario.clear()
        wrongs = await self._round(group)
        self.tally.rounds = number
        self.tally.wrongs += [f"round {number}: {each}" for each in wrongs]
        if wrongs or number % 10 == 0:
            say(f"{number} rounds; {wrongs or 'all is well'}")

    async def _measured(self) -> float:
        """How long a run takes that nobody disturbs, once everything is warm."""
        seconds = 0.0
        for _ in range(3):
            self._scenario.deliveries.arrive()
            run = await self._scenario.ended(await self._scenario.order())
            seconds = run.seconds or 1.0
        return seconds

    async def _round(self, group: asyncio.TaskGroup) -> list[str]:
        scenario = self._scenario
        if self._hiring is not None:
            await self._hiring  # there are always two others who can go on with a run
        scenario.deliveries.arrive()
        run_id = await scenario.order()

        async def begun() -> bool:
            return (await scenario.run(run_id)).started_at is not None

        await until(begun, 30.0, f"the beginning of {run_id}")
        await asyncio.sleep(self._random.uniform(0.0, self._usual))
        at = await self._kill_one(run_id, group)
        run = await scenario.ended(run_id)
        if run.attempt == 1:
            self._usual = run.seconds or self._usual
        return await self._examined(run_id, at)

    async def _kill_one(self, run_id: str, group: asyncio.TaskGroup) -> float | None:
        """Kill the bot or who has the run, and hire another; when a run lost its worker."""
        holder = await self._scenario.holder(run_id)
        victim = self._bot if self._random.random() < BOT else holder
        if victim is None:
            return None
        at = time.time()
        await victim.kill()
        self.tally.bots += victim is self._bot
        again = self._new_bot() if victim is self._bot else self._new_worker()
        self._hiring = group.create_task(again, name="another one")
        return at if victim is holder else None

    async def _new_bot(self) -> None:
        self._bot = await self._scenario.bot()

    async def _new_worker(self) -> None:
        await self._scenario.worker()

    async def _examined(self, run_id: str, killed_at: float | None) -> list[str]:
        ledger = self._scenario.ledger
        lost, doubled, _ = await ledger.losses(self._scenario.deliveries.expected)
        self.tally.lost += lost
        self.tally.doubled += doubled
        wrongs = [
            *await self._scenario.wrongs(run_id),
            *await self._scenario.heard_once(run_id),
        ]
        taken = None if killed_at is None else await ledger.taken_after(run_id, killed_at)
        if taken is not None:
            self.tally.killed += 1
            self.tally.takeovers.append(taken)
            resumed = await ledger.resumed_where_it_was(run_id)
            self.tally.resumed += resumed
            wrongs += [] if resumed else ["a step was worked again"]
        return wrongs
