"""What the adapter tests share: a laboratory, a second database, one detector."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from engine.adapters.postgres.all_tables import metadata
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import SCHEMAS
from engine.adapters.presidio.detector import PresidioDetector
from engine.adapters.shields import Shields
from tests.adapters.builders import Lab, address, execute, fresh
from tests.lineage.strict import mistakes_kept_in


@pytest.fixture(scope="session", autouse=True)
def hasty(server: str) -> None:
    """Let the server write without waiting for the disk: databases come and go twice as fast."""
    asyncio.run(
        execute(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"),
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lab_url(server: str, template: str) -> AsyncIterator[str]:
    """The address of the database that the laboratories share, one after the other."""
    name = fresh("lab")
    await execute(server, f'CREATE DATABASE {name} TEMPLATE "{template}"')
    yield address(server, name)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


SWEEP = (
    # without its trigger the audit log can be emptied too
    "SET session_replication_role = replica",
    *(f"DROP SCHEMA {each} CASCADE" for each in ("public", *SCHEMAS[1:])),
    *(f"CREATE SCHEMA {each}" for each in ("public", *SCHEMAS[1:])),
    f"TRUNCATE {', '.join(str(each) for each in metadata.sorted_tables)} RESTART IDENTITY CASCADE",
    "TRUNCATE atlas.procrastinate_jobs, atlas.procrastinate_workers CASCADE",
    "TRUNCATE atlas.procrastinate_jobs, atlas.procrastinate_workers CASCADE",
)
"""Ten times faster than another database for each test."""


@pytest.fixture
async def lab(lab_url: str, tmp_path: Path, shields: Shields) -> AsyncIterator[Lab]:
    """The warehouse on a database that was just swept."""
    await execute(lab_url, *SWEEP)
    database = Database(lab_url, DatabaseLimits())
    yield Lab(lab_url, database, tmp_path, shields)
    await database.close()
    assert await mistakes_kept_in(lab_url) == []


@pytest.fixture(scope="session")
def shields() -> Iterator[Shields]:
    """One process for all tests that look into values: Presidio takes seconds to load."""
    opened = Shields(timeout=120, processes=1)
    yield opened
    opened.close()


@pytest.fixture
async def other_url(server: str) -> AsyncIterator[str]:
    """The address of an empty database that is not Atlas's."""
    name = fresh("other")
    await execute(server, f"CREATE DATABASE {name}")
    yield address(server, name)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def detector(shields: Shields) -> AsyncIterator[PresidioDetector]:
    """One detector for all tests: its model takes seconds to load."""
    yield PresidioDetector(shields)
