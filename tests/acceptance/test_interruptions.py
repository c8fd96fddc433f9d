"""A bot that stops or dies in the middle of a run: the next one goes on where it stopped."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from engine.runs.model import RunStatus
from tests.acceptance.scenes import ended
from tests.world import PATIENCE, TEST_KEY, eventually, opened_world

SENTENCE = "run pipeline bronze_to_silver for products"
PRODUCTS = "SELECT * FROM silver.products ORDER BY product_id"

TAKEN_OVER = 15.0
"""Seconds after which a dead worker's run is at work again, by default."""


@asynccontextmanager
async def read_by_somebody(address: str, table: str) -> AsyncIterator[asyncpg.Connection]:
    """A table that somebody reads for the block: no other version can take its place."""
    connection = await asyncpg.connect(address)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
    yield connection
    await transaction.rollback()
    await connection.close()


async def at_publishing(address: str) -> str:
    """The id of the run that waits to publish."""

    async def look() -> str | None:
        rows = await _rows(
            address,
            "SELECT run_id FROM atlas.step_runs WHERE kind = 'publish' AND status = 'running' "
            "AND EXISTS (SELECT FROM pg_locks WHERE NOT granted)",
        )
        return str(rows[0]["run_id"]) if rows else None

    return await eventually(look)


async def _rows(address: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(address)
    try:
        return list(await connection.fetch(query, *arguments))
    finally:
        await connection.close()


async def _tables(address: str) -> list[str]:
    rows = await _rows(address, "SELECT tablename FROM pg_tables WHERE schemaname = 'silver'")
    return sorted(row["tablename"] for row in rows)


async def test_a_run_in_the_middle_when_the_bot_stops_goes_on_at_the_next_start(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        await world.run("ingest products")
        first = await world.run(SENTENCE)
        loop = asyncio.get_running_loop()
        async with read_by_somebody(database_url, "silver.products"):
            await world.say(SENTENCE)
            run_id = await at_publishing(database_url)
            began = loop.time()
            async with asyncio.timeout(PATIENCE):
                await world.engine.disconnect()
            seconds = loop.time() - began
    (post,) = await _rows(
        database_url, "SELECT card FROM atlas.outbox WHERE key = $1", f"run:{run_id}"
    )
    (refined,) = await _rows(
        database_url,
        "SELECT finished_at FROM atlas.step_runs WHERE run_id = $1 AND kind = 'refine'",
        run_id,
    )
    (waiting,) = await _rows(database_url, "SELECT * FROM atlas.runs WHERE id = $1", run_id)
    assert seconds < 8.0
    assert (waiting["status"], waiting["attempt"]) == ("queued", 2)
    assert "what was done stays done" in post["card"]
    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        run = await ended(world, run_id)
        assert run.status is RunStatus.SUCCEEDED
        assert run.steps[0].finished_at == refined["finished_at"], "it was done once"
        (row,) = await world.rows("SELECT count(*) FROM silver.products")
        assert row[0] == first.counts.published
        assert await _tables(database_url) == ["products"]


@pytest.mark.timeout(180)  # three bots are started one after the other
async def test_after_a_kill_the_next_start_takes_the_run_over_and_no_row_is_lost(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        await world.run("ingest products")
        await world.run(SENTENCE)
    before = await _rows(database_url, PRODUCTS)
    async with read_by_somebody(database_url, "silver.products"):
        process = await _asking(database_url, tmp_path)
        run_id = await at_publishing(database_url)
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        (run,) = await _rows(database_url, "SELECT status FROM atlas.runs WHERE id = $1", run_id)
        assert run["status"] == "running"
        assert len(await _tables(database_url)) == 2

    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        began = asyncio.get_running_loop().time()
        over = await ended(world, run_id)
        seconds = asyncio.get_running_loop().time() - began

        assert (over.status, over.attempt) == (RunStatus.SUCCEEDED, 2)
        assert seconds < TAKEN_OVER
        assert await _tables(database_url) == ["products"]
        assert await world.rows(PRODUCTS) == before
        (post,) = await world.rows("SELECT card FROM atlas.outbox WHERE key = $1", f"run:{run_id}")
        assert "succeeded" in str(post["card"])


async def _asking(address: str, folder: Path) -> asyncio.subprocess.Process:
    """`atlas ask` in a process of its own, which can be killed."""
    environment = {
        **os.environ,
        "ATLAS_DATABASE_URL": address,
        "ATLAS_DATA_DIR": str(folder),
        "ATLAS_SECRET_KEY": TEST_KEY,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine.cli", "ask", SENTENCE,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
