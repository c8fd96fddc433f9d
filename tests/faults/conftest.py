"""What the fault tests share: a server that does not wait for the disk."""

import asyncio

import pytest

from tests.adapters.builders import execute


@pytest.fixture(scope="session", autouse=True)
def hasty(server: str) -> None:
    """Let the server write without waiting for the disk; those that are killed do wait."""
    asyncio.run(execute(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"))
