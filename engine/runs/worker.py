"""Works runs that the queue hands out; one left behind by another worker goes on where it was."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from engine.catalog.model import DatasetName
from engine.clock import Clock
from engine.errors import EngineError
from engine.logs import place_of
from engine.runs.events import RunChanged, RunFinished, tell
from engine.runs.model import Run, RunStatus, cancelled, failed, put_back, started
from engine.runs.ports import RunTransaction, Sessions, StaleAttempt, Transactions
from engine.runs.retries import UNTIL_IT_WORKS, with_retries
from engine.runs.runner import Runner

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=RunTransaction)
R = TypeVar("R")

DEFECT = "The run broke because of a defect in Atlas."
DEFECT_HINT = "The log names the place; search it for {}."

LAST_WORD = 5.0
"""Seconds that a worker who was told to stop may take to hand its run back."""


class RunWorker(Generic[T]):
    """One worker of the queue, by name; it may work several runs at once."""

    def __init__(
        self,
        name: str,
        runner: Runner[T],
        transactions: Transactions[T],
        sessions: Sessions,
        clock: Clock,
    ) -> None:
        self._name = name
        self._runner = runner
        self._transactions = transactions
        self._sessions = sessions
        self._clock = clock
        self._at_work: dict[str, asyncio.Task[object]] = {}

    async def take(self, run_id: str, ticket: int) -> None:
        """Work the run of a ticket to its end; raises nothing but CancelledError."""
        try:
            run = await self._patiently(lambda: self._begun(run_id, ticket))
            if run is not None:
                await self._patiently(lambda: self._silence(run))
                await self._work(run)
        except StaleAttempt:
            logger.warning("run %s was taken over by another worker", run_id)
        except Exception as error:  # noqa: BLE001  # the worker must outlive a defect in one run
            logger.error("run %s broke with %s", run_id, place_of(error))  # noqa: TRY400  # a traceback may hold values of rows

    async def _begun(self, run_id: str, ticket: int) -> Run | None:
        """The run at its beginning, or where its last worker left it; None where it is not ours."""
        async with self._transactions.begin() as tx:
            claimed = await tx.queue.claim(run_id, ticket, self._name)
            if claimed is None:
                return None
            run = _of_nobody(claimed)
            if run.attempt != claimed.attempt:
                await self._runner.tracer.left(tx, claimed, self._clock.now())
            if run.cancelled_by is not None:
                await tx.runs.move(run, claimed.attempt)
                await self._cancel(tx, run)
                return None
            run = started(run, self._clock.now())
            await tx.runs.move(run, claimed.attempt)
            await self._runner.tracer.began(tx, run, self._clock.now())
            await tell(self._runner.listeners, tx, RunChanged(run))
        return run

    async def _silence(self, run: Run) -> None:
        """See to it that the worker which had the run before does nothing more to it."""
        mine = self._at_work.get(run.id)
        if mine is not None:
            mine.cancel()
            await asyncio.wait([mine])
        elif run.attempt > 1:
            await self._sessions.end(run.id)

    async def _work(self, run: Run) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._at_work[run.id] = task
        try:
            await self._to_its_end(run)
        finally:
            if self._at_work.get(run.id) is task:
                del self._at_work[run.id]

    async def _to_its_end(self, run: Run) -> None:
        try:
            await self._runner.work(run)
        except asyncio.CancelledError:
            async with asyncio.timeout(LAST_WORD):
                await self._interrupted(run)
            raise
        except StaleAttempt:
            raise
        except EngineError as error:
            logger.error("run %s: %s %s", run.id, error.message, error.hint)  # noqa: TRY400  # a traceback may hold values of rows
            await self._end(run, error.message, error.hint)
        except Exception as error:  # noqa: BLE001  # a defect ends its run, not the worker
            logger.error("run %s broke with %s", run.id, place_of(error))  # noqa: TRY400  # as above
            await self._end(run, DEFECT, DEFECT_HINT.format(run.id))

    async def _interrupted(self, run: Run) -> None:
        """Stop what works for the run, then end it or hand it to another worker."""
        await self._sessions.end(run.id)
        async with self._transactions.begin() as tx:
            now = await tx.runs.held(run.id)
            if now is None or now.done or now.attempt != run.attempt:
                return
            if now.cancelled_by is not None:
                await self._cancel(tx, now)
                return
            waiting = put_back(now)
            await tx.runs.move(waiting, now.attempt)
            await self._runner.tracer.left(tx, now, self._clock.now())
            await tell(self._runner.listeners, tx, RunChanged(waiting))
            await tx.queue.again(waiting)

    async def _cancel(self, tx: T, run: Run) -> None:
        run = cancelled(run, self._clock.now())
        await self._over(tx, run, run.targets())

    async def _end(self, run: Run, error: str, hint: str) -> None:
        async def end() -> None:
            async with self._transactions.begin() as tx:
                now = await tx.runs.held(run.id)
                if now is not None and not now.done and now.attempt == run.attempt:
                    await self._over(tx, failed(now, self._clock.now(), error, hint))

        await self._patiently(end)

    async def _over(self, tx: T, run: Run, drop: tuple[DatasetName, ...] = ()) -> None:
        await tx.runs.save(run, run.steps)
        for dataset in drop:
            await tx.warehouse.discard(run, dataset)
        await self._runner.tracer.ended(tx, run, self._clock.now())
        await tell(self._runner.listeners, tx, RunFinished(run))
        await tx.queue.leave(run)

    async def _patiently(self, work: Callable[[], Awaitable[R]]) -> R:
        return await with_retries(work, UNTIL_IT_WORKS, self._clock, _note)


def _of_nobody(run: Run) -> Run:
    """A run that another worker had begun is queued anew, under its next attempt number."""
    return put_back(run) if run.status is RunStatus.RUNNING else run


def _note(error: EngineError, attempt: int) -> None:
    logger.warning("tried %d times: %s", attempt, error.message)
