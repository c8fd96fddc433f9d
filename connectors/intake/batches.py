"""Brings small writes together: while some are written the next ones gather, and nobody waits long.

A commit costs the same for one row and for many, and a database that hangs holds up whoever waits
for it: here a task of its own waits, and who asked for the write is told when patience is over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from connectors.intake.ports import IntakeFull
from engine.errors import EngineError, StatementFailed

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 2.0
"""Seconds; platforms wait three for their answer, and send again what was not taken."""

LONGEST = 10.0
"""Seconds that one write may take."""

MOST = 100
"""What is written at once."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked(Generic[T, R]):
    item: T
    result: "asyncio.Future[R]"


def _nothing(_: object, __: object) -> None:
    """What becomes of a late result where nobody cares."""


class Batches(Generic[T, R]):
    """Writes in the order in which it was asked; `late` hears what nobody waited for any more.

    Whoever asks bounds how much waits.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        late: Callable[[T, R], None] = _nothing,
        most: int = MOST,
        patience: float = PATIENCE,
    ) -> None:
        self._write = write
        self._late = late
        self._most = most
        self._patience = patience
        self._asked: asyncio.Queue[_Asked[T, R]] = asyncio.Queue()

    async def written(self, item: T) -> R:
        """Write it; raises IntakeFull where that takes too long, and what the write raises."""
        result = self.hand(item)
        try:
            async with asyncio.timeout(self._patience):
                return await result
        except TimeoutError as error:
            raise IntakeFull("The database did not keep a message in time.") from error

    def hand(self, item: T) -> "asyncio.Future[R]":
        """Have it written, without waiting: the future ends when it is."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._asked.put_nowait(_Asked(item, result))
        return result

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            batch = await self._gathered()
            if batch:
                await self._written(batch)

    async def _gathered(self) -> list[_Asked[T, R]]:
        """All that is asked for now, without what nobody waits for any more."""
        batch = [await self._asked.get()]
        while len(batch) < self._most and not self._asked.empty():
            batch.append(self._asked.get_nowait())
        return [each for each in batch if not each.result.cancelled()]

    async def _written(self, batch: Sequence[_Asked[T, R]]) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                results = await self._write([each.item for each in batch])
        except TimeoutError:
            self._failed(batch, IntakeFull("The database did not keep a message in time."))
        except Exception as error:  # noqa: BLE001  # whatever one is like, the others are written
            if len(batch) == 1 or not _is_of_one(error):
                self._failed(batch, error)
                return
            for each in batch:
                await self._written([each])
        else:
            for each, result in zip(batch, results, strict=True):
                self._told(each, result)

    def _told(self, asked: _Asked[T, R], result: R) -> None:
        if asked.result.cancelled():
            self._late(asked.item, result)
        else:
            asked.result.set_result(result)

    @staticmethod
    def _failed(batch: Sequence[_Asked[T, R]], error: Exception) -> None:
        for each in batch:
            if not each.result.cancelled():
                each.result.set_exception(error)


def _is_of_one(error: Exception) -> bool:
    """Whether one of those written may be at fault, and not the database."""
    return isinstance(error, StatementFailed) or not isinstance(error, EngineError)
