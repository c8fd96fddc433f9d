"""Locks on datasets, or none."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from engine.catalog.model import DatasetName


class NoLocks:
    """Lets everybody write."""

    @asynccontextmanager
    async def hold(
        self,
        datasets: Sequence[DatasetName],  # noqa: ARG002  # the port's
    ) -> AsyncIterator[None]:
        """Never wait."""
        yield


class MemoryLocks:
    """Locks within one event loop; `held` lists the datasets that somebody holds."""

    def __init__(self) -> None:
        self.held: list[DatasetName] = []
        self._locks: defaultdict[DatasetName, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def hold(self, datasets: Sequence[DatasetName]) -> AsyncIterator[None]:
        """Wait for the datasets one after the other."""
        async with AsyncExitStack() as stack:
            for dataset in datasets:
                await stack.enter_async_context(self._locks[dataset])
                self.held.append(dataset)
                stack.callback(self.held.remove, dataset)
            yield
