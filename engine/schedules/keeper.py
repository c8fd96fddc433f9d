"""Starts what is due, exactly once however many processes look."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Generic, TypeVar

from engine.clock import Clock
from engine.errors import EngineError, TooManyRuns
from engine.logs import place_of
from engine.runs.ports import Transactions
from engine.schedules.events import (
    ScheduleEvent,
    ScheduleListener,
    ScheduleRefused,
    ScheduleSkipped,
)
from engine.schedules.model import Missed, Schedule, Turn
from engine.schedules.ports import Alarm, DigestPost, Orders, ScheduleTransaction, Timetable

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=ScheduleTransaction)

LOOK_AGAIN = 60.0
"""Seconds after which schedules are read even if nobody said that one changed."""

TRY_AGAIN = 5.0
"""Seconds to wait where something could not be started for a reason that passes."""


class Keeper(Generic[T]):
    """Looks at all schedules whenever one is due or was changed.

    A run is ordered before its schedule moves on, under a key that stands for the due time: a
    process that dies in between, or one that is slower, asks for the same run again. A digest is
    put on its way in the transaction in which its schedule moves on, so that only one goes out.
    """

    def __init__(
        self,
        transactions: Transactions[T],
        timetable: Timetable,
        orders: Orders,
        clock: Clock,
        *,
        missed: Missed = Missed.CATCH_UP,
        listeners: Sequence[ScheduleListener[T]] = (),
        digests: DigestPost[T] | None = None,
    ) -> None:
        self._transactions = transactions
        self._timetable = timetable
        self._orders = orders
        self._clock = clock
        self._missed = missed
        self._listeners = listeners
        self._digests = digests
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that something is due, or was changed."""
        self._woken.set()

    async def run(self, alarm: Alarm) -> None:
        """Look until cancelled."""
        with alarm.ringing(self.wake):
            while True:
                self._woken.clear()
                wait = await self._looked(alarm)
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._woken.wait()

    async def _looked(self, alarm: Alarm) -> float:
        """Look once; how many seconds to wait for a reason to look again."""
        try:
            await self.look()
            planned = await self._planned()
        except EngineError as error:
            logger.warning("schedules can't be read: %s", error.message)
            return TRY_AGAIN
        now = self._clock.now()
        ahead = {name: moment for name, moment in planned.items() if moment > now}
        alarm.set(ahead)
        return LOOK_AGAIN if len(ahead) == len(planned) else TRY_AGAIN

    async def look(self) -> None:
        """Start what is due; what can't start yet stays due."""
        async with self._transactions.begin() as tx:
            schedules = await tx.schedules.all()
        for schedule in schedules:
            try:
                await self._settle(schedule)
            except EngineError as error:
                logger.warning("%s can't start yet: %s", schedule.id, error.message)
            except Exception as error:  # noqa: BLE001  # a defect in one schedule must not stop the others
                logger.error("%s broke with %s", schedule.id, place_of(error))  # noqa: TRY400  # a traceback may hold what was asked

    async def _planned(self) -> dict[str, datetime]:
        async with self._transactions.begin() as tx:
            schedules = await tx.schedules.all()
        return {each.id: each.next_due for each in schedules if not each.paused}

    async def _settle(self, schedule: Schedule) -> None:
        match schedule.turn(self._clock.now(), self._missed):
            case Turn.WAIT:
                return
            case Turn.START:
                await self._start(schedule)
            case Turn.SKIP:
                skipped = ScheduleSkipped(schedule, self._next(schedule))
                await self._move(schedule, "skipped", self._telling(skipped))

    async def _start(self, schedule: Schedule) -> None:
        """Do what is due and move on; raises EngineError where it may go better in a moment."""
        try:
            if schedule.digest is not None:
                await self._send(schedule)
                return
            run_id = await self._orders.order(schedule)
        except EngineError as error:
            if error.passes or isinstance(error, TooManyRuns):
                raise
            refused = ScheduleRefused(schedule, error.message, error.hint)
            await self._move(schedule, "not started", self._telling(refused))
        else:
            await self._move(schedule, run_id, run_id=run_id)

    async def _send(self, schedule: Schedule) -> None:
        """Have the digest written, and sent by whoever moves the schedule on."""
        digests = self._digests
        if digests is None:
            raise EngineError("No digests are written here.")
        card = await digests.written(schedule)
        if card is None:
            await self._move(schedule, "nothing to say")
            return

        async def put(tx: T) -> None:
            await digests.put(tx, schedule, card)

        await self._move(schedule, "sent", put)

    def _telling(self, event: ScheduleEvent) -> Callable[[T], Awaitable[None]]:
        async def tell(tx: T) -> None:
            for listener in self._listeners:
                await listener(tx, event)

        return tell

    async def _move(
        self,
        schedule: Schedule,
        what: str,
        then: Callable[[T], Awaitable[None]] | None = None,
        *,
        run_id: str | None = None,
    ) -> None:
        """Move on, and do the rest in the same transaction, unless another process was faster."""
        async with self._transactions.begin() as tx:
            moved = await tx.schedules.move(schedule, self._next(schedule), run_id)
            if moved and then is not None:
                await then(tx)
        if moved:
            logger.info("%s was due: %s", schedule.id, what)

    def _next(self, schedule: Schedule) -> datetime | None:
        """The next due time: those that were missed are left behind, so one run stands for all."""
        latest = max(self._clock.now(), schedule.next_due)
        return self._timetable.after(schedule.recurrence, latest, schedule.made_at)
