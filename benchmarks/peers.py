"""The peers of `benchmarks.runs`: the same steps by hand on asyncpg, and as a workflow of dbos."""

import importlib.util
from collections.abc import Awaitable, Callable
from typing import cast

import asyncpg
from sqlalchemy.engine import make_url


class ByHand:
    """A row a run, and a committed row a step: what a careful person would write."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", steps: int) -> None:
        self._pool = pool
        self._steps = steps

    async def prepare(self) -> None:
        """Make the two tables."""
        await self._pool.execute(
            "CREATE SCHEMA IF NOT EXISTS hand;"
            "CREATE TABLE hand.runs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            "status text NOT NULL, at timestamptz NOT NULL DEFAULT now());"
            "CREATE TABLE hand.steps (run_id bigint REFERENCES hand.runs, position int, "
            "status text NOT NULL, at timestamptz NOT NULL DEFAULT now(), "
            "PRIMARY KEY (run_id, position))"
        )

    async def run(self) -> None:
        """One run, each step committed on its own."""
        async with self._pool.acquire() as connection:
            run_id = await connection.fetchval(
                "INSERT INTO hand.runs (status) VALUES ('running') RETURNING id"
            )
            for position in range(self._steps):
                async with connection.transaction():
                    await connection.execute(
                        "INSERT INTO hand.steps (run_id, position, status) "
                        "VALUES ($1, $2, 'succeeded')",
                        run_id,
                        position,
                    )
                    await connection.execute(
                        "UPDATE hand.runs SET at = now() WHERE id = $1", run_id
                    )
            await connection.execute(
                "UPDATE hand.runs SET status = 'succeeded' WHERE id = $1", run_id
            )


class ByDbos:
    """A workflow with empty steps, recorded in the same PostgreSQL."""

    @staticmethod
    def is_there() -> bool:
        """Whether the peer is installed: `uv run --group peers`."""
        return importlib.util.find_spec("dbos") is not None

    def __init__(self, url: str, steps: int) -> None:
        from dbos import DBOS  # noqa: PLC0415  # only where the peer is installed

        address = make_url(url).set(drivername="postgresql").render_as_string(False)
        DBOS(config={"name": "benchmark", "system_database_url": address})

        @DBOS.step()  # type: ignore[untyped-decorator, unused-ignore]  # the peer is not installed where types are checked
        async def nothing() -> None:
            """Do nothing."""

        @DBOS.workflow()  # type: ignore[untyped-decorator, unused-ignore]  # as above
        async def several(count: int) -> None:
            for _ in range(count):
                await nothing()

        DBOS.launch()
        self._several = cast("Callable[[int], Awaitable[None]]", several)
        self._steps = steps
        self._close = DBOS.destroy

    async def run(self) -> None:
        """One workflow with its steps."""
        await self._several(self._steps)

    async def run_nothing(self) -> None:
        """One workflow without a step."""
        await self._several(0)

    def close(self) -> None:
        """Stop it."""
        self._close()
