"""What happens to runs in several tests: somebody holds a table, a run begins, waits and ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from engine.cards import Card
from engine.outcome import Accepted
from engine.runs.model import Run
from tests.world import World, eventually


@asynccontextmanager
async def held(world: World, table: str) -> AsyncIterator[None]:
    """A table that nobody else may touch while the block lasts, so that a run waits there."""
    connection = await asyncpg.connect(world.database_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        await transaction.rollback()
        await connection.close()


async def started(world: World, sentence: str) -> str:
    """The id of the run that a sentence starts."""
    outcome = await world.told(sentence)
    assert isinstance(outcome, Accepted), f"{sentence!r} started no run: {outcome}"
    return outcome.run_id


async def ended(world: World, run_id: str) -> Run:
    """The run, once it ended."""

    async def look() -> Run | None:
        run = await world.engine.run(run_id)
        return run if run is not None and run.done else None

    return await eventually(look)


async def at_work(world: World, run_id: str, step: int = 1) -> Card:
    """The answer to «status» once the run is at that step."""

    async def look() -> Card | None:
        card = await world.hear(f"status {run_id}")
        return card if card.text.startswith(f"Step {step} of") else None

    return await eventually(look)
