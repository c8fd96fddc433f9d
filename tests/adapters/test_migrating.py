"""The state tables are brought up to date once, whoever begins."""

import asyncio
import logging

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from engine.adapters.postgres.all_tables import metadata
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import SCHEMAS, migrate, newest, present, require_newest
from engine.errors import MigrationsMissing
from tests.adapters.builders import execute


async def test_migrating_twice_changes_nothing(other_url: str) -> None:
    database = Database(other_url, DatabaseLimits())

    first = await migrate(database)
    second = await migrate(database)

    assert first == (None, newest())
    assert second == (newest(), newest())
    await require_newest(database)
    await database.close()


async def test_two_processes_that_migrate_at_once_do_not_collide(other_url: str) -> None:
    databases = [Database(other_url, DatabaseLimits()) for _ in range(3)]

    results = await asyncio.gather(*(migrate(database) for database in databases))

    assert sorted(before or "" for before, _ in results) == ["", newest(), newest()]
    for database in databases:
        await database.close()


async def test_an_empty_database_is_told_to_be_migrated(other_url: str) -> None:
    database = Database(other_url, DatabaseLimits())

    assert await present(database) is None
    with pytest.raises(MigrationsMissing, match="nothing") as caught:
        await require_newest(database)

    await database.close()
    assert "atlas migrate" in caught.value.hint


async def test_another_revision_is_told_to_be_migrated(
    database: Database, database_url: str
) -> None:
    await execute(database_url, "UPDATE atlas.alembic_version SET version_num = '0000'")

    with pytest.raises(MigrationsMissing, match="0000"):
        await require_newest(database)


async def test_a_migration_that_fails_leaves_nothing(other_url: str) -> None:
    await execute(other_url, "CREATE SCHEMA atlas", "CREATE TABLE atlas.outbox (mine int)")
    database = Database(other_url, DatabaseLimits())

    with pytest.raises(Exception, match="outbox"):
        await migrate(database)

    assert await present(database) is None
    await database.close()


async def test_the_migrations_build_what_the_engine_expects(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {
            "include_schemas": True,
            "version_table_schema": "atlas",
            "include_name": lambda name, kind, _: _is_ours(name, kind),
            "compare_server_default": True,
        }
        context = MigrationContext.configure(connection, opts=options)
        return [each for each in compare_metadata(context, metadata) if not _of_alembic(each)]

    async with database.begin() as connection:
        found = await connection.run_sync(differences)

    assert found == []


def _is_ours(name: str | None, kind: str) -> bool:
    """procrastinate's own tables are its business."""
    return name == "atlas" if kind == "schema" else not (name or "").startswith("procrastinate_")


def _of_alembic(difference: object) -> bool:
    return "alembic_version" in str(difference)


async def test_migrating_keeps_the_log_as_it_was(other_url: str) -> None:
    logger = logging.getLogger("engine.some.part")
    database = Database(other_url, DatabaseLimits())

    await migrate(database)

    await database.close()
    assert not logger.disabled
    assert set(SCHEMAS) == {"atlas", "bronze", "silver", "gold", "quarantine"}
