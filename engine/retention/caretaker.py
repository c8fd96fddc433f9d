"""Clears away what is older than the project keeps it, now and then, in small pieces."""

import logging
from datetime import datetime
from typing import Generic, TypeVar

from engine.catalog.model import Retention
from engine.clock import Clock
from engine.errors import EngineError
from engine.retention.model import Aging, oldest_kept, oldest_staged
from engine.retention.ports import Storeroom
from engine.runs.leftovers import drop_leftovers
from engine.runs.model import Run
from engine.runs.ports import RunTransaction, Transactions

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=RunTransaction)

FIRST = 60.0
"""Seconds after the start: nobody waits for this, and a start has enough to do."""

THEN = 3600.0
"""Seconds between looks."""

PIECE = 500
"""How many go in one transaction."""

BREATH = 0.2
"""Seconds between two pieces, for everybody else."""


class Caretaker(Generic[T]):
    """Works in the background of each process; only one of them at a time clears away."""

    def __init__(
        self, kept: Retention, storeroom: Storeroom, transactions: Transactions[T], clock: Clock
    ) -> None:
        self._kept = kept
        self._storeroom = storeroom
        self._transactions = transactions
        self._clock = clock

    async def watch(self) -> None:
        """Tidy up each hour until cancelled."""
        await self._clock.sleep(FIRST)
        while True:
            await self._try()
            await self._clock.sleep(THEN)

    async def _try(self) -> None:
        try:
            await self.tidy()
        except EngineError as error:
            logger.warning("nothing could be cleared away: %s", error.message)

    async def tidy(self) -> None:
        """Clear away all that is too old, unless another process is at it."""
        async with self._storeroom.alone() as alone:
            if not alone:
                return
            now = self._clock.now()
            await self._drop_staged(oldest_staged(self._kept, now))
            for what in Aging:
                await self._clear(what, oldest_kept(what, self._kept, now))

    async def _drop_staged(self, before: datetime) -> None:
        def is_old(run: Run) -> bool:
            return run.finished_at is not None and run.finished_at < before

        async with self._transactions.begin() as tx:
            dropped = await drop_leftovers(tx, is_old)
        if dropped:
            logger.info("cleared away: staged tables of %s", ", ".join(dropped))

    async def _clear(self, what: Aging, before: datetime) -> None:
        total = 0
        try:
            while gone := await self._storeroom.clear(what, before, PIECE):
                total += gone
                await self._clock.sleep(BREATH)
        except EngineError as error:
            # one that is in use now goes in an hour
            logger.warning("old %s could not be cleared away: %s", what, error.message)
        if total:
            logger.info("cleared away: %d old %s", total, what)
