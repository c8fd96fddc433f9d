"""Delivers what is in the outbox: in order within a place, several places at once."""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from engine.alerts.model import Dead, Due, Later
from engine.alerts.ports import DeliveryFailed, Held, OutboxQueue, Sender
from engine.clock import Clock

logger = logging.getLogger(__name__)

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
LONGEST_WISH = 3600.0
"""Seconds for which a platform may ask to be left alone at a time."""

PATIENCE = 5
"""Attempts after which a place goes on without a post that does not arrive."""

LAST_ATTEMPT = 300
"""After which a post is given up; by then about a day has passed."""

LOOK_AGAIN = 1.0
"""Seconds after which the outbox is read even if nobody said that there is something."""

AT_ONCE = 4
"""Places of one platform that are served at the same time."""

IN_A_ROW = 50
"""Posts after which another process, or another place, has a chance."""

SEND_TIMEOUT = 30.0
"""Seconds in which a platform has to answer."""


def after_failure(due: Due, error: DeliveryFailed, now: datetime) -> Later | Dead:
    """What becomes of a post that was not taken: who sent it away is left alone with all posts.

    One that fails again and again steps back, so that the others of its place go on.
    """
    attempts = due.attempts + 1
    if error.permanent or attempts >= LAST_ATTEMPT:
        return Dead()
    if error.retry_after is not None:
        wished = now + timedelta(seconds=min(max(error.retry_after, 0.0), LONGEST_WISH))
        return Later(wished, wished)
    until = now + timedelta(seconds=backoff(due.attempts))
    return Later(until, until if attempts < PATIENCE else now)


def backoff(attempts: int) -> float:
    """Seconds to wait after that many failed attempts: doubling, at most 5 minutes."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts, 20)))


class Deliverer:
    """Sends due posts of this process's platforms; `gaps` are seconds between two of a place."""

    def __init__(
        self,
        queue: OutboxQueue,
        sender: Sender,
        platforms: Collection[str],
        clock: Clock,
        gaps: Mapping[str, float] = MappingProxyType({}),
        *,
        patience: float = SEND_TIMEOUT,
    ) -> None:
        self._queue = queue
        self._sender = sender
        self._platforms = platforms
        self._clock = clock
        self._gaps = gaps
        self._patience = patience
        self._woken = asyncio.Event()
        self._at_work: set[str] = set()

    def wake(self) -> None:
        """Say that there is something in the outbox."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._woken.clear()
                await self._look(group)
                try:
                    async with asyncio.timeout(LOOK_AGAIN):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def deliver_due(self) -> bool:
        """Deliver what is due now, without waiting for what is not; whether there was anything."""
        found = False
        while places := await self._ready(self._at_work):
            async with asyncio.TaskGroup() as group:
                serving = [self._begin(group, place) for place in places]
            if not any(task.result() for task in serving):
                break
            found = True
        return found

    async def _look(self, group: asyncio.TaskGroup) -> None:
        """Begin to serve all places that can be served now, each once."""
        begun: set[str] = set()
        try:
            while places := await self._ready(self._at_work | begun):
                begun.update(places)
                for place in places:
                    self._begin(group, place)
        except Exception:
            logger.exception("the outbox could not be read; trying again in %s s", LOOK_AGAIN)

    async def _ready(self, without: Collection[str]) -> list[str]:
        """Other places than those, as many of each platform as may be served at once."""
        busy = Counter(platform_of(place) for place in self._at_work)
        free = [each for each in self._platforms if busy[each] < AT_ONCE]
        ready: list[str] = []
        if not free:
            return ready
        for place in await self._queue.places(free, self._clock.now(), without):
            if busy[platform_of(place)] < AT_ONCE:
                busy[platform_of(place)] += 1
                ready.append(place)
        return ready

    def _begin(self, group: asyncio.TaskGroup, place: str) -> "asyncio.Task[int]":
        self._at_work.add(place)
        return group.create_task(self._served(place), name=f"post to {place}")

    async def _served(self, place: str) -> int:
        """Serve a place; whatever goes wrong there, others are served."""
        tried = 0
        try:
            tried = await self._serve(place)
        except Exception:
            logger.exception("posts for %s could not be delivered; trying again", place)
        finally:
            self._at_work.discard(place)
        if tried:
            self.wake()
        return tried

    async def _serve(self, place: str) -> int:
        """Send posts of a place until nothing is due, or the place has to rest; how many."""
        async with self._queue.hold(place, self._clock.now()) as held:
            if held is None:
                return 0
            for tried in range(IN_A_ROW):
                due = await held.next(self._clock.now())
                if due is None:
                    return tried
                if not await self._deliver(held, due):
                    return tried + 1
        return IN_A_ROW

    async def _deliver(self, held: Held, due: Due) -> bool:
        """Send a post; whether another one may be sent to its place at once."""
        try:
            receipt = await self._send(due)
        except DeliveryFailed as error:
            await self._failed(held, due, error)
            return False
        now, gap = self._clock.now(), self._gap(due)
        await held.delivered(due, receipt, now)
        if gap:
            await self._rest(held, now, now + gap)
        return not gap

    async def _failed(self, held: Held, due: Due, error: DeliveryFailed) -> None:
        logger.warning("post %s not delivered: %s", due.post.key, error.message)
        now = self._clock.now()
        verdict = after_failure(due, error, now)
        await held.failed(due, error, verdict, now)
        rest = verdict.rest if isinstance(verdict, Later) else now
        await self._rest(held, now, max(rest, now + self._gap(due)))

    def _gap(self, due: Due) -> timedelta:
        return timedelta(seconds=self._gaps.get(due.post.platform, 0.0))

    async def _rest(self, held: Held, now: datetime, until: datetime) -> None:
        await held.rest(until)
        asyncio.get_running_loop().call_later((until - now).total_seconds(), self.wake)

    async def _send(self, due: Due) -> str:
        platform = due.post.platform
        try:
            async with asyncio.timeout(self._patience):
                return await self._sender.send(due)
        except DeliveryFailed:
            raise
        except TimeoutError as error:
            message = f"{platform} did not answer within {self._patience:g} s."
            raise DeliveryFailed(message, "It is tried again.") from error
        except Exception as error:
            # a card that can't be shown must not keep all that follows it
            message = f"A message could not be made for {platform} ({type(error).__name__})."
            raise DeliveryFailed(message, "It is tried again.") from error


def platform_of(place: str) -> str:
    """The chat platform of a place."""
    return place.partition(":")[0]
