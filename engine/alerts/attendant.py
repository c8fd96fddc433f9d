"""Looks after incidents as time goes by: ends snoozes, escalates, tells what was withheld."""

import logging
from typing import Generic, TypeVar

from engine.alerts.incidents.desk import IncidentDesk
from engine.alerts.incidents.due import due_acts
from engine.alerts.incidents.ports import IncidentTransaction, IncidentTransactions
from engine.clock import Clock
from engine.errors import EngineError

logger = logging.getLogger(__name__)

LOOK = 15.0
"""Seconds between looks."""

T = TypeVar("T", bound=IncidentTransaction)


class Attendant(Generic[T]):
    """Works in each process; what one of them did, the others find done."""

    def __init__(
        self,
        desk: IncidentDesk,
        transactions: IncidentTransactions[T],
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._transactions = transactions
        self._clock = clock
        self._begun = False

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await self._clock.sleep(LOOK)
            try:
                await self.look()
            except EngineError as error:
                logger.warning("incidents could not be looked after: %s", error.message)

    async def look(self) -> None:
        """Do all that is due now, each in a transaction of its own."""
        if not self._begun:
            await self._begin()
        at = self._clock.now()
        async with self._transactions.begin() as tx:
            watched = await tx.incidents.watched(at)
        for each in due_acts(watched, await self._desk.routes.current(), at):
            async with self._transactions.begin() as tx:
                await self._desk.act(tx, each)

    async def _begin(self) -> None:
        """Once a start: later another process may know a newer project than this one."""
        async with self._transactions.begin() as tx:
            await self._desk.close_gone(tx)
        self._begun = True
