"""Two runs of any process never write one dataset at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.locks import PostgresDatasetLocks
from engine.catalog.model import DatasetName, Layer
from tests.adapters.builders import Lab
from tests.world import eventually

PEOPLE = DatasetName(Layer.SILVER, "people")
ORDERS = DatasetName(Layer.SILVER, "orders")


@pytest.fixture
async def other(lab: Lab) -> AsyncIterator[Database]:
    """Another process's pool, as far as PostgreSQL can tell."""
    opened = Database(lab.url, DatabaseLimits(lock_timeout=0.05, statement_timeout=0.05))
    yield opened
    await opened.close()


async def somebody_waits(lab: Lab) -> None:
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    async def look() -> bool | None:
        return await lab.value(query) != 0 or None

    await eventually(look)


async def free(lab: Lab) -> None:
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
        "WHERE locktype = 'advisory' AND datname = current_database()"
    )

    async def look() -> bool | None:
        return await lab.value(query) == 0 or None

    await eventually(look)


async def hold(locks: PostgresDatasetLocks, told: list[str], name: str) -> None:
    async with locks.hold([PEOPLE]):
        told.append(name)


async def test_whoever_comes_second_waits_longer_than_any_limit_and_then_gets_it(
    lab: Lab, other: Database
) -> None:
    told: list[str] = []

    async with (
        asyncio.TaskGroup() as group,
        PostgresDatasetLocks(lab.database).hold([ORDERS, PEOPLE]),
    ):
        group.create_task(hold(PostgresDatasetLocks(other), told, "second"))
        await somebody_waits(lab)
        await lab.value("SELECT 1 FROM pg_sleep(0.2)")
        told.append("first")

    assert told == ["first", "second"]
    await free(lab)


async def test_other_datasets_are_free_meanwhile(lab: Lab, other: Database) -> None:
    async with (
        PostgresDatasetLocks(lab.database).hold([PEOPLE]),
        asyncio.timeout(5),
        PostgresDatasetLocks(other).hold([ORDERS]),
        PostgresDatasetLocks(other).hold([]),
    ):
        pass


async def test_a_cancelled_wait_leaves_nothing_locked(lab: Lab, other: Database) -> None:
    told: list[str] = []
    locks = PostgresDatasetLocks(other)
    async with PostgresDatasetLocks(lab.database).hold([PEOPLE]):
        waiting = asyncio.create_task(hold(locks, told, "cancelled"))
        await somebody_waits(lab)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    await free(lab)
    await hold(locks, told, "after")
    assert told == ["after"]


async def test_a_holder_that_is_cancelled_frees_what_it_held(lab: Lab) -> None:
    locks = PostgresDatasetLocks(lab.database)
    inside = asyncio.Event()

    async def hold_for_ever() -> None:
        async with locks.hold([PEOPLE]):
            inside.set()
            await asyncio.Event().wait()

    holding = asyncio.create_task(hold_for_ever())
    await inside.wait()
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding

    await free(lab)


async def test_the_limits_of_the_pool_are_not_changed_by_holding(other: Database) -> None:
    await hold(PostgresDatasetLocks(other), [], "once")

    async with other.begin() as connection:
        result = await connection.exec_driver_sql("SHOW lock_timeout")
        assert result.scalar() == "50ms"
