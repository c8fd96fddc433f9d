"""Brings Atlas's own lineage events to a collector: in order within a run, until each arrived."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from engine.clock import Clock
from engine.errors import EngineError
from engine.lineage.delivery import (
    Collector,
    Later,
    Mood,
    Parcel,
    Refused,
    Taken,
    Verdict,
    judged,
    lanes_of,
)
from engine.lineage.ports import CollectorClient, DeliveryQueue

logger = logging.getLogger(__name__)

LOOK_AGAIN = 1.0
"""Seconds after which somebody looks for events even if nobody said that there are any."""

TELL_AGAIN = timedelta(hours=1)
"""After which a courier says again that its collector is still wanted."""

AT_ONCE = 8
"""Runs whose events are on their way to one collector at the same time."""

BATCH = 400

HELD = 60.0
"""Seconds after which another process may go on where one was killed."""


class Courier:
    """Serves one collector; of all processes only one at a time does."""

    def __init__(
        self,
        collector: Collector,
        queue: DeliveryQueue,
        client: CollectorClient,
        clock: Clock,
        *,
        held: float = HELD,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._collector = collector
        self._queue = queue
        self._client = client
        self._clock = clock
        self._held = held
        self._chance = chance
        self._mood = Mood()
        self._woken = asyncio.Event()
        self._wanted_at: datetime | None = None

    def wake(self) -> None:
        """Say that there are events."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._woken.clear()
            await self._drain()
            try:
                async with asyncio.timeout(LOOK_AGAIN):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _drain(self) -> None:
        try:
            await self.stay_wanted()
            while await self.deliver_some():
                pass
        except EngineError as error:
            logger.warning("lineage events could not be read: %s", error.message)
        except Exception as error:  # noqa: BLE001  # the next look may go well, and the log gets its kind
            logger.error("delivering lineage events broke with %s", type(error).__name__)  # noqa: TRY400  # a traceback may hold an address with its password

    async def stay_wanted(self) -> None:
        """Say that there is this collector: events are put aside for it from then on."""
        now = self._clock.now()
        if self._wanted_at is None or now - self._wanted_at >= TELL_AGAIN:
            await self._queue.want(self._collector.name)
            self._wanted_at = now

    async def deliver_some(self) -> bool:
        """Send what is due, several runs at once; whether it is worth to look again at once."""
        now, name = self._clock.now(), self._collector.name
        if not self._mood.rested(now):
            return False
        parcels = await self._queue.due(name, now, BATCH)
        if not parcels or not await self._queue.hold(name, self._held):
            return False
        # another process may have had them until a moment ago
        parcels = await self._queue.due(name, now, BATCH)
        done = await self._sent(lanes_of(parcels))
        return done > 0 and self._mood.rested(self._clock.now())

    async def _sent(self, lanes: Sequence[Sequence[Parcel]]) -> int:
        """How many of them are settled; nothing is begun that may outlast the hold."""
        end = asyncio.get_running_loop().time() + self._held / 3
        waiting, done = iter(lanes), 0

        async def work() -> None:
            nonlocal done
            for lane in waiting:
                settled = await self._lane(lane, end)
                done += settled

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(AT_ONCE, len(lanes))):
                    group.create_task(work(), name=f"lineage to {self._collector.name}")
        except* EngineError as several:
            raise several.exceptions[0] from None
        return done

    async def _lane(self, lane: Sequence[Parcel], end: float) -> int:
        done = 0
        for parcel in lane:
            late = asyncio.get_running_loop().time() >= end
            if late or not self._mood.rested(self._clock.now()):
                break
            if not await self._deliver(parcel):
                break
            done += 1
        return done

    async def _deliver(self, parcel: Parcel) -> bool:
        """Send one event and note what came of it; whether the next of its lane may go."""
        heard = await self._client.send(self._collector, parcel.event)
        chance = self._chance()
        verdict = judged(heard, parcel.attempts, chance)
        troubled, now = self._mood.troubled, self._clock.now()
        self._mood = self._mood.after(verdict, now, chance)
        await self._note(parcel, verdict)
        if troubled and not self._mood.troubled:
            logger.info("%s takes lineage events again", self._collector.name)
            await self._queue.revive(self._collector.name)
        return not isinstance(verdict, Later)

    async def _note(self, parcel: Parcel, verdict: Verdict) -> None:
        name, now = self._collector.name, self._clock.now()
        match verdict:
            case Taken():
                await self._queue.delivered(name, parcel.id, now)
            case Refused(reason):
                logger.warning("%s refused lineage event %d: %s", name, parcel.id, reason)
                await self._queue.refused(name, parcel.id, reason, now)
            case Later(seconds, reason):
                logger.info("%s did not take lineage event %d: %s", name, parcel.id, reason)
                until = now + timedelta(seconds=seconds)
                await self._queue.postponed(name, parcel.id, until)
