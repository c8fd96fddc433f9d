"""Takes orders for runs, and works several of them at once in this process."""

import asyncio
import logging
from typing import Generic, TypeVar

from engine.clock import Clock
from engine.errors import EngineError
from engine.people import Asker
from engine.runs.ids import new_run_id
from engine.runs.model import Run, RunStatus, Step
from engine.runs.ports import RunTransaction, StaleAttempt, Transactions
from engine.runs.runner import Runner, place_of

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=RunTransaction)

STOPPED = "Atlas stopped while this run was not done."
STOPPED_HINT = "Nothing half-done was published. Run it again."

DEFECT = "The run broke because of a defect in Atlas."
DEFECT_HINT = "The log names the place; search it for {}."

LOOK_FOR_LEFT_RUNS = 3.0
"""Seconds between looks for runs of processes that went."""

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
"""Seconds between attempts to end a run while the database is away."""


class TooManyRuns(EngineError):
    """More runs wait than the queue holds."""

    hint = "Wait until some of them are done, then ask again."


class RunDesk(Generic[T]):
    """The queue between asking for a run and working it; bounded, in this process."""

    def __init__(
        self,
        runner: Runner[T],
        transactions: Transactions[T],
        clock: Clock,
        *,
        worker: str,
        at_once: int,
        waiting: int = 100,
    ) -> None:
        self._runner = runner
        self._transactions = transactions
        self._clock = clock
        self._worker = worker
        self._at_once = at_once
        self._waiting: asyncio.Queue[Run] = asyncio.Queue(maxsize=waiting)

    async def order(
        self, pipeline: str, table: str | None, steps: tuple[Step, ...], asker: Asker
    ) -> Run:
        """Store a run and queue it; raises TooManyRuns."""
        if self._waiting.full():
            message = f"{self._waiting.qsize()} runs are waiting already."
            raise TooManyRuns(message)
        run = Run(new_run_id(), pipeline, table, asker, steps, self._clock.now())
        await self._runner.submit(run, self._worker)
        await self._waiting.put(run)
        return run

    async def work(self) -> None:
        """Work runs until cancelled; with nothing at once, they wait for another process."""
        async with asyncio.TaskGroup() as group:
            if self._at_once:
                group.create_task(self._look_for_left_runs(), name="left runs")
            for number in range(self._at_once):
                group.create_task(self._work_in_turn(), name=f"run worker {number + 1}")

    async def _work_in_turn(self) -> None:
        while True:
            run = await self._waiting.get()
            try:
                await self._runner.work(run)
            except StaleAttempt:
                logger.warning("run %s was taken over by another process", run.id)
            except EngineError as error:
                logger.error("run %s: %s %s", run.id, error.message, error.hint)  # noqa: TRY400  # a traceback may hold values of rows
                await self._end(run.id, error.message, error.hint)
            except Exception as error:  # noqa: BLE001  # the worker must outlive a defect in one run
                logger.error("run %s broke with %s", run.id, place_of(error))  # noqa: TRY400  # a traceback may hold values of rows
                await self._end(run.id, DEFECT, DEFECT_HINT.format(run.id))

    async def _end(self, run_id: str, error: str, hint: str) -> None:
        """End a run that broke outside its steps, as soon as the database takes it."""
        wait = FIRST_WAIT
        while not await self._ended(run_id, error, hint):
            await self._clock.sleep(wait)
            wait = min(LONGEST_WAIT, wait * 2)

    async def _ended(self, run_id: str, error: str, hint: str) -> bool:
        try:
            async with self._transactions.begin() as tx:
                run = await tx.runs.get(run_id)
            if run is not None and not run.done:
                await self._runner.abandon(run, error, hint)
        except EngineError as again:
            logger.warning("run %s can't be ended yet: %s", run_id, again.message)
            return False
        except Exception as broken:  # noqa: BLE001  # trying again would break again; the next start ends it
            logger.error("run %s can't be ended: %s", run_id, place_of(broken))  # noqa: TRY400  # a traceback may hold values of rows
        return True

    async def _look_for_left_runs(self) -> None:
        while True:
            try:
                await self._take_over_left_runs()
            except EngineError as error:
                logger.warning("runs of dead processes can't be looked for: %s", error.message)
            await self._clock.sleep(LOOK_FOR_LEFT_RUNS)

    async def _take_over_left_runs(self) -> None:
        """Queue the runs that a process left waiting when it went, and end those it had begun."""
        async with self._transactions.begin() as tx:
            left = [
                await tx.runs.get(run.id)
                for run in await tx.runs.unfinished_of_dead_workers()
                if await tx.runs.adopt(run.id, self._worker)
            ]
        for run in filter(None, left):
            logger.warning("run %s was left behind by a process that went", run.id)
            if run.status is RunStatus.QUEUED and not self._waiting.full():
                self._waiting.put_nowait(run)
            else:
                await self._runner.abandon(run, STOPPED, STOPPED_HINT)

    async def close(self) -> None:
        """End the runs that this process has begun, and say so to whoever asked; others wait on."""
        async with self._transactions.begin() as tx:
            left = await tx.runs.unfinished_of(self._worker)
        for run in left:
            if run.status is RunStatus.RUNNING:
                await self._runner.abandon(run, STOPPED, STOPPED_HINT)
