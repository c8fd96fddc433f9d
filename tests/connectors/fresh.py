"""A database of its own for whoever needs one longer than a test, or wants to take it away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg


@asynccontextmanager
async def fresh_database(server: str, template: str) -> AsyncIterator[str]:
    """The address of a database with the state tables, which goes away with the block."""
    name = f"test_{uuid4().hex[:12]}"
    await execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    head, _, query = server.partition("?")
    yield f"{head.rpartition('/')[0]}/{name}?{query}"
    await execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def execute(address: str, statement: str, *arguments: object) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement, *arguments)
    finally:
        await connection.close()
