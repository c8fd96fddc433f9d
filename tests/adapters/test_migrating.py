"""The state tables are brought up to date once, whoever begins."""

import asyncio
import logging
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.schema import CreateSchema

from engine.adapters.postgres.all_tables import metadata
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.incidents import PostgresIncidents
from engine.adapters.postgres.migrate import (
    FOLDER,
    SCHEMAS,
    migrate,
    newest,
    present,
    require_newest,
)
from engine.alerts.incidents.ports import About
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


async def test_what_incidents_were_made_of_goes_into_a_table_of_its_own(other_url: str) -> None:
    member = """{"fingerprint": "f", "kind": "quality", "severity": "critical", "count": 3,
      "dataset": {"layer": "gold", "table": "revenue"}, "occurrences": ["R/1"], "runs": ["R"],
      "card": {"kind": "alert", "severity": "critical", "title": "It failed"},
      "first_at": "2026-03-02T09:00:00Z", "last_at": "2026-03-02T09:05:00Z"}"""
    incident = f"""{{"number": 0, "members": [{member}], "root": "f", "severity": "critical",
      "opened_at": "2026-03-02T09:00:00Z", "changed_at": "2026-03-02T09:05:00Z"}}"""
    database = Database(other_url, DatabaseLimits())
    async with database.begin() as connection:
        await connection.run_sync(_migrated, "0018")
    await execute(
        other_url,
        f"""INSERT INTO atlas.incidents (status, severity, datasets, runs, fingerprints, places,
          document, created_at, watched)
        VALUES ('open', 'critical', '{{gold.revenue}}', '{{R}}', '{{f}}', '{{}}', '{incident}',
          '2026-03-02T09:00:00Z', true)""",  # noqa: S608  # all of it stands above
    )

    await migrate(database)

    async with database.begin() as connection:
        store = PostgresIncidents(connection)
        (found,) = await store.about(
            About(datasets=["gold.revenue"]), datetime(2026, 3, 2, tzinfo=UTC)
        )
    await database.close()
    assert (found.whole, found.cause.count, found.totals.noted) == (True, 3, 3)
    assert found.begun_at == found.opened_at


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


def _migrated(connection: Connection, to: str) -> None:
    for schema in SCHEMAS:
        connection.execute(CreateSchema(schema, if_not_exists=True))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


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
