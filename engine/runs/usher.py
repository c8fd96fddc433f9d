"""Lets runs go from the line, as soon as it moved and nobody is in their way."""

import asyncio
import logging
from typing import Generic, TypeVar

from engine.clock import Clock
from engine.errors import EngineError
from engine.logs import place_of
from engine.runs.ports import RunTransaction, Transactions

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=RunTransaction)

BREATH = 4.0
"""How much longer than a look the pause after it is: many orders at once are let in together."""

LONGEST_PAUSE = 0.25

TRY_AGAIN = 1.0


class Usher(Generic[T]):
    """Looks at the line after each commit that moved it.

    An order need not wait for those before it to be written, nor for who else is at the line. What
    is moved by a process that dies before its look, the look of a Rescue finds.
    """

    def __init__(self, transactions: Transactions[T], moved: asyncio.Event, clock: Clock) -> None:
        self._transactions = transactions
        self._moved = moved
        self._clock = clock

    async def attend(self) -> None:
        """Look whenever the line moved, until cancelled."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            await self._clock.sleep(await self._look())

    async def _look(self) -> float:
        """Let in who may go; seconds until the next look."""
        begun = self._clock.now()
        try:
            async with self._transactions.begin() as tx:
                looked = await tx.queue.let_in()
        except EngineError as error:
            logger.warning("nobody can be let in: %s", error.message)
        except Exception as error:  # noqa: BLE001  # a look that broke must not be the last
            logger.error("a look at the line broke with %s", place_of(error))  # noqa: TRY400  # a traceback may hold values of rows
        else:
            if not looked:  # another process is at it, and may not have seen what moved here
                self._moved.set()
            return min(BREATH * (self._clock.now() - begun).total_seconds(), LONGEST_PAUSE)
        self._moved.set()
        return TRY_AGAIN
