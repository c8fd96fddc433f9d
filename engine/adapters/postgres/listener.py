"""Hears PostgreSQL's notifications, on a connection of its own that is made anew when lost."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg

from engine.adapters.postgres.database import CONNECT_TIMEOUT
from engine.clock import Clock

logger = logging.getLogger(__name__)

TRY_AGAIN = 2.0
LOOK_AT_CONNECTION = 5.0


@asynccontextmanager
async def listening(
    url: str, channel: str, heard: Callable[[], None], clock: Clock
) -> AsyncIterator[None]:
    """Call `heard` for each notification; also after reconnecting, for those missed meanwhile."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_listen(url, channel, heard, clock), name=f"listen to {channel}")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _listen(url: str, channel: str, heard: Callable[[], None], clock: Clock) -> None:
    while True:
        try:
            await _until_lost(url, channel, heard, clock)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            logger.warning("no notifications from PostgreSQL (%s)", type(error).__name__)
        await clock.sleep(TRY_AGAIN)


async def _until_lost(url: str, channel: str, heard: Callable[[], None], clock: Clock) -> None:
    connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT)
    try:
        await connection.add_listener(channel, lambda *_: heard())
        heard()
        while not connection.is_closed():
            await clock.sleep(LOOK_AT_CONNECTION)
    finally:
        with suppress(OSError, TimeoutError, asyncpg.InterfaceError):
            await connection.close(timeout=1.0)
