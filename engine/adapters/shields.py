"""Processes that look at personal values: the event loop never waits for them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from engine.adapters.workers import WorkerLane

P = ParamSpec("P")
R = TypeVar("R")

_NAME = "the look for personal data"


class Shields:
    """As many processes as there are processors, each started when it is first needed."""

    def __init__(self, timeout: float, processes: int) -> None:
        lanes = (
            WorkerLane("the look for personal data", _ready, timeout) for _ in range(processes)
        )
        self._all = list(lanes)
        self._free: asyncio.LifoQueue[WorkerLane] = asyncio.LifoQueue()
        for lane in reversed(self._all):
            self._free.put_nowait(lane)

    @property
    def at_once(self) -> int:
        """How many chunks are worked on at the same time."""
        return len(self._all)

    async def call(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it in one of the processes; raises WorkerFailed."""
        async with self._lane() as lane:
            return await lane.call(work, *args, **kwargs)

    @asynccontextmanager
    async def _lane(self) -> AsyncIterator[WorkerLane]:
        lane = await self._free.get()
        try:
            yield lane
        finally:
            self._free.put_nowait(lane)

    def close(self) -> None:
        """End the processes."""
        for lane in self._all:
            lane.close()


def _ready() -> None:
    """Nothing is loaded before it is needed: most rows need no recognizer."""
