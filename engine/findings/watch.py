"""Looks at everything now and then, and tells what came up and what is over."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Generic, Protocol, TypeVar

from engine.clock import Clock
from engine.errors import EngineError
from engine.findings.clearing import Cleared
from engine.findings.looking import Standing, changes, found
from engine.findings.model import Finding
from engine.findings.ports import Sights, WatchTransaction
from engine.findings.volume import Volumes
from engine.logs import place_of
from engine.runs.ports import Transactions

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=WatchTransaction)
T_contra = TypeVar("T_contra", bound=WatchTransaction, contravariant=True)

LOOK = 30.0
"""Seconds before the first look, and between looks: what was missed is caught up on first."""


class Noting(Protocol[T_contra]):
    """Whoever hears of what a look found, in the transaction in which it is noted."""

    async def noted(
        self, tx: T_contra, findings: Sequence[Finding], cleared: Sequence[Cleared]
    ) -> None:
        """Some trouble is new or worse, some is over."""
        ...


class Watch(Generic[T]):
    """Works in each process; only one of them looks at a time, and each change is told once."""

    def __init__(
        self,
        transactions: Transactions[T],
        sights: Sights,
        clock: Clock,
        zone: tzinfo,
        listener: Noting[T],
    ) -> None:
        self._transactions = transactions
        self._sights = sights
        self._clock = clock
        self._volumes = Volumes(zone)
        self._listener = listener

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await self._clock.sleep(LOOK)
            try:
                await self.look()
            except EngineError as error:
                logger.warning("nothing can be watched: %s", error.message)
            except Exception as error:  # noqa: BLE001  # a look that broke must not end the watch
                logger.error("a look broke with %s", place_of(error))  # noqa: TRY400  # a traceback may hold values of rows

    async def look(self) -> None:
        """Tell what changed since the last look, whichever process that was."""
        async with self._transactions.begin() as tx:
            if not await tx.watched.alone():
                return
            before = {each.fingerprint: each for each in await tx.watched.standing()}
            sight = await self._sights.taken(self._clock.now())
            # in a thread: the statistics of many datasets take a while
            now = await asyncio.to_thread(lambda: tuple(found(sight, before, self._volumes)))
            change = changes(now, before, sight.at)
            if change.noted or change.cleared:
                await self._keep(tx, change.noted, change.cleared, sight.at)
                await self._listener.noted(tx, change.noted, change.cleared)

    async def _keep(
        self, tx: T, noted: Sequence[Finding], cleared: Sequence[Cleared], at: datetime
    ) -> None:
        await tx.watched.keep([Standing.of(each, at) for each in noted])
        await tx.watched.forget([each.fingerprint for each in cleared if each.fingerprint])
