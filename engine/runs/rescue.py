"""Finds runs whose worker died or fell asleep, and hands them to another."""

import logging
from typing import Generic, TypeVar

from engine.clock import Clock
from engine.errors import EngineError
from engine.logs import place_of
from engine.runs.ports import RunTransaction, Sessions, Transactions

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=RunTransaction)

LOOK = 2.0
"""Seconds between looks at most; two in a row must find a run left behind before it goes on."""


class Rescue(Generic[T]):
    """Watches over the runs of all workers; any number of processes may watch."""

    def __init__(
        self, transactions: Transactions[T], sessions: Sessions, clock: Clock, silent: float
    ) -> None:
        self._transactions = transactions
        self._sessions = sessions
        self._clock = clock
        self._silent = silent
        self._pause = min(LOOK, silent / 4)
        self._suspects: frozenset[tuple[str, int]] = frozenset()
        self._silent_workers: frozenset[str] = frozenset()

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except EngineError as error:
                # after an outage every worker looks dead: each gets time for a new sign of life
                self._suspects, self._silent_workers = frozenset(), frozenset()
                logger.warning("runs of dead workers can't be looked for: %s", error.message)
            except Exception as error:  # noqa: BLE001  # a look that broke must not end the watch
                logger.error("a look for left runs broke with %s", place_of(error))  # noqa: TRY400  # a traceback may hold values of rows
            await self._clock.sleep(self._pause)

    async def look(self) -> None:
        """Hand on what was left behind at the last look too, and let in who may go."""
        await self._free_what_they_hold()
        async with self._transactions.begin() as tx:
            await tx.queue.let_in()
            left = await tx.queue.left_behind(self._silent)
            for run in left:
                if (run.id, run.attempt) in self._suspects:
                    logger.warning("run %s was left behind by its worker", run.id)
                    await tx.queue.again(run)
            self._suspects = frozenset((run.id, run.attempt) for run in left)
            await tx.queue.drop_void(self._silent)

    async def _free_what_they_hold(self) -> None:
        """End the transactions of workers that went silent: they may hold a run, or the line."""
        async with self._transactions.begin() as tx:
            silent = await tx.queue.silent_workers(self._silent)
        for worker in sorted(silent & self._silent_workers):
            await self._sessions.end_worker(worker)
        self._silent_workers = silent
