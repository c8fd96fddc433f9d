"""A bot that stops or dies in the middle of a run leaves all of it or nothing, and says so."""

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
from tests.world import PATIENCE, TEST_KEY, eventually, opened_world

SENTENCE = "run pipeline bronze_to_silver for products"


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


async def test_a_run_in_the_middle_when_the_bot_stops_is_told_to_have_failed(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        await world.run("ingest products")
        first = await world.run(SENTENCE)
        terminal, loop = world.terminal, asyncio.get_running_loop()
        async with read_by_somebody(database_url, "silver.products"):
            await world.say(SENTENCE)
            run_id = await at_publishing(database_url)
            began = loop.time()
            async with asyncio.timeout(PATIENCE):
                await world.engine.disconnect()
            seconds = loop.time() - began
    told = [card for card in terminal.heard.values() if "Atlas stopped" in card.text]

    assert seconds < 5.0
    assert len(told) == 1
    assert await _tables(database_url) == ["products"]
    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        card = await world.hear(f"status {run_id}")
        assert card.title.endswith("— failed")
        assert card.text.startswith("Atlas stopped while this run was not done.")
        (row,) = await world.rows("SELECT count(*) FROM silver.products")
        assert row[0] == first.counts.published
        assert (await world.run(SENTENCE)).status is RunStatus.SUCCEEDED


async def test_after_a_kill_the_next_start_buries_the_run_and_nothing_is_half_published(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        await world.run("ingest products")
        await world.run(SENTENCE)
    before = await _rows(database_url, "SELECT * FROM silver.products ORDER BY product_id")
    async with read_by_somebody(database_url, "silver.products"):
        process = await _asking(database_url, tmp_path)
        run_id = await at_publishing(database_url)
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        (run,) = await _rows(database_url, "SELECT status FROM atlas.runs WHERE id = $1", run_id)
        assert run["status"] == "running"
        assert len(await _tables(database_url)) == 2

    async with opened_world(database_url, tmp_path, monkeypatch) as world:

        async def buried() -> bool | None:
            card = await world.hear(f"status {run_id}")
            return True if card.title.endswith("— failed") else None

        assert await eventually(buried)
        assert (await world.hear(f"why did {run_id} fail")).text.startswith("Atlas stopped")

        async def tidy() -> bool | None:
            return True if await _tables(database_url) == ["products"] else None

        assert await eventually(tidy)
        after = await world.rows("SELECT * FROM silver.products ORDER BY product_id")
        assert after == before


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
