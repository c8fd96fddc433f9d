"""Brings the state tables up to date, and tells whether they are."""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.errors import MigrationsMissing

FOLDER = Path(__file__).parent / "migrations"

SCHEMAS = ("atlas", "bronze", "silver", "gold", "quarantine")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('atlas migrations', 0))")


def newest() -> str:
    """The revision that this Atlas needs: the last of the files, by their numbers."""
    return max(file.stem for file in (FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


async def present(database: Database) -> str | None:
    """The revision of the state tables, or None where there are none yet."""
    async with database.begin() as connection:
        return await _present(connection)


async def _present(connection: AsyncConnection) -> str | None:
    there = await connection.scalar(text("SELECT to_regclass('atlas.alembic_version')"))
    if there is None:
        return None
    version: str | None = await connection.scalar(
        text("SELECT version_num FROM atlas.alembic_version")
    )
    return version


async def require_newest(database: Database) -> None:
    """Raise MigrationsMissing unless the state tables fit this Atlas."""
    version = await present(database)
    if version != newest():
        message = f"The state tables are at {version or 'nothing'}; this Atlas needs {newest()}."
        raise MigrationsMissing(message)


async def migrate(database: Database) -> tuple[str | None, str]:
    """Apply what is missing, in one transaction; the revisions before and after."""
    async with database.begin() as connection:
        await connection.execute(_LOCK)
        before = await _present(connection)
        if before != newest():
            for schema in SCHEMAS:
                await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            await connection.run_sync(_upgrade)
    return before, newest()


def _upgrade(connection: Connection) -> None:
    # imported late: most starts find nothing to migrate, and Alembic takes a second to import
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
