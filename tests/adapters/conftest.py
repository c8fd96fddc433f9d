"""What the adapter tests share: a laboratory, a second database, one detector."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from engine.adapters.postgres.database import Database
from engine.adapters.presidio import PresidioDetector
from tests.adapters.builders import Lab, address, execute, fresh


@pytest.fixture(scope="session", autouse=True)
def hasty(server: str) -> None:
    """Let the server write without waiting for the disk: databases come and go twice as fast."""
    asyncio.run(
        execute(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"),
    )


@pytest.fixture
def lab(database_url: str, database: Database, tmp_path: Path) -> Lab:
    """The warehouse on a fresh database."""
    return Lab(database_url, database, tmp_path)


@pytest.fixture
async def other_url(server: str) -> AsyncIterator[str]:
    """The address of an empty database that is not Atlas's."""
    name = fresh("other")
    await execute(server, f"CREATE DATABASE {name}")
    yield address(server, name)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def detector() -> AsyncIterator[PresidioDetector]:
    """One detector for all tests: its model takes seconds to load."""
    opened = PresidioDetector(timeout=120)
    yield opened
    opened.close()
