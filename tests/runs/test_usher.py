"""The usher looks at the line when it moved, and again where a look came to nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from engine.errors import DatabaseUnreachable
from engine.runs.usher import TRY_AGAIN, Usher
from tests.builders import RUN_ID
from tests.runs.doings import until
from tests.workshop import Workshop


@asynccontextmanager
async def attended(shop: Workshop, moved: asyncio.Event) -> AsyncIterator[None]:
    """An usher at the line for the block."""
    usher = asyncio.ensure_future(Usher(shop.transactions, moved, shop.clock).attend())
    try:
        yield
    finally:
        usher.cancel()
        with suppress(asyncio.CancelledError):
            await usher


async def forgotten() -> Workshop:
    """A run in line whom nobody let go."""
    shop = Workshop()
    await shop.queued("ingest")
    shop.state.tickets.clear()
    return shop


async def test_a_line_that_moved_is_looked_at() -> None:
    shop, moved = await forgotten(), asyncio.Event()

    async with attended(shop, moved):
        await asyncio.sleep(0.01)
        assert RUN_ID not in shop.state.tickets, "nothing moved yet"
        moved.set()
        await until(lambda: RUN_ID in shop.state.tickets)


@pytest.mark.parametrize("error", [DatabaseUnreachable("away"), ValueError("a defect")])
async def test_a_look_that_came_to_nothing_is_not_the_last(error: Exception) -> None:
    shop, moved = await forgotten(), asyncio.Event()
    shop.transactions.faults.plan("begin", error, times=1)
    moved.set()

    async with attended(shop, moved):
        await until(lambda: RUN_ID in shop.state.tickets)

    assert TRY_AGAIN in shop.clock.slept


async def test_who_orders_while_another_process_is_at_the_line_is_let_in_after_it() -> None:
    shop, moved = await forgotten(), asyncio.Event()
    shop.state.line_held = True
    moved.set()

    async with attended(shop, moved):
        await until(lambda: len(shop.clock.slept) > 1)
        assert RUN_ID not in shop.state.tickets
        shop.state.line_held = False
        await until(lambda: RUN_ID in shop.state.tickets)
