"""Delivers what is in the outbox, in order, until it arrived."""

import asyncio
import logging
from collections.abc import Collection
from datetime import timedelta

from engine.alerts.ports import Claim, DeliveryFailed, OutboxQueue, Sender
from engine.clock import Clock

logger = logging.getLogger(__name__)

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
LOOK_AGAIN = 1.0
"""Seconds after which the outbox is read even if nobody said that there is something."""


class Deliverer:
    """Sends due posts of this process's platforms, one after the other."""

    def __init__(
        self, queue: OutboxQueue, sender: Sender, platforms: Collection[str], clock: Clock
    ) -> None:
        self._queue = queue
        self._sender = sender
        self._platforms = platforms
        self._clock = clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that there is something in the outbox."""
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
            while await self.deliver_one():
                pass
        except Exception:
            logger.exception("the outbox could not be read; trying again in %s s", LOOK_AGAIN)

    async def deliver_one(self) -> bool:
        """Deliver the oldest due post; whether there was one."""
        async with self._queue.claim(self._platforms, self._clock.now()) as claim:
            if claim is None:
                return False
            await self._deliver(claim)
            return True

    async def _deliver(self, claim: Claim) -> None:
        due = claim.due
        try:
            receipt = await self._sender.send(due.post, due.receipt)
        except DeliveryFailed as error:
            wait = backoff(due.attempts)
            logger.warning("post %s not delivered: %s", due.post.key, error.message)
            await claim.postponed(self._clock.now() + timedelta(seconds=wait))
        else:
            await claim.delivered(receipt)


def backoff(attempts: int) -> float:
    """Seconds to wait after that many failed attempts: doubling, at most 5 minutes."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts, 20)))
