"""What all tests share: one PostgreSQL a session, a fresh database a test, worlds to act in."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
import pytest_asyncio

from engine.adapters.embedded import EmbeddedPostgres
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from tests.lineage.strict import mistakes_kept_in
from tests.world import SHARED, World, opened_world

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
hypothesis.settings.register_profile("dev", deadline=None, max_examples=50)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests of shared material where it is absent, saying so."""
    if SHARED.is_dir():
        return
    absent = pytest.mark.skip(reason="../shared, with the material this test reads, is not here")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of an embedded PostgreSQL that lives as long as the session.

    Not below pytest's own folder: another session closes that, and the server panics.
    """
    with TemporaryDirectory(prefix="atlas-tests-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # where the tests run as root, the server runs as another user
        embedded = EmbeddedPostgres(folder)
        yield embedded.start()
        embedded.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(server: str) -> str:
    """The name of a database with all migrations applied, to be cloned."""
    name = "atlas_template"
    await _execute(server, f'CREATE DATABASE "{name}"')
    database = Database(_address(server, name), DatabaseLimits())
    await migrate(database)
    await database.close()
    return name


@pytest.fixture
async def database_url(server: str, template: str) -> AsyncIterator[str]:
    """The address of a fresh database with the state tables.

    Whatever the test was about: the lineage that it left there must keep to the specification.
    """
    name = f"test_{uuid4().hex[:12]}"
    await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield _address(server, name)
    # a test may have closed it
    await _execute(server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert await mistakes_kept_in(_address(server, name)) == []
    await _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on a fresh database."""
    opened = Database(database_url, DatabaseLimits())
    yield opened
    await opened.close()


@pytest.fixture
async def world(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A real bot on a fresh database with the sample project, in this test's own event loop."""
    async with opened_world(database_url, tmp_path, monkeypatch) as opened:
        yield opened


def _address(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{query}"


async def _execute(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
