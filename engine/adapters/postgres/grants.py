"""Granted roles in their state table."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Row, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.grants_tables import grants as table
from engine.people import Role
from engine.roles.model import Rule, Scope

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('atlas grants', 0))")
_ALL = select(table).order_by(table.c.granted_at, table.c.person)
_OF_PERSON = _ALL.where(table.c.person == bindparam("asking"))
"""Made once: it is asked for each command."""


class PostgresGrants:
    """Each look is a transaction of its own, and sees what was committed before it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person: str) -> tuple[Rule, ...]:
        """SELECT by the primary key."""
        async with self._database.connect() as connection:
            rows = await connection.execute(_OF_PERSON, {"asking": person})
            return tuple(_rule(row) for row in rows)

    async def all(self) -> tuple[Rule, ...]:
        """SELECT all."""
        async with self._database.begin() as connection:
            return tuple(_rule(row) for row in await connection.execute(_ALL))

    @asynccontextmanager
    async def changing(self) -> AsyncIterator["PostgresGrantBook"]:
        """A transaction that has the table for itself."""
        async with self._database.begin() as connection:
            await connection.execute(_ALONE)
            yield PostgresGrantBook(connection)


class PostgresGrantBook:
    """Grants on one connection, in a transaction that nobody else changes them in."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> tuple[Rule, ...]:
        """SELECT all."""
        return tuple(_rule(row) for row in await self._connection.execute(_ALL))

    async def put(self, rule: Rule) -> None:
        """INSERT, or UPDATE the one with that scope."""
        values = {
            "role": rule.role,
            "granted_by": rule.granted_by,
            "granted_at": rule.granted_at,
        }
        await self._connection.execute(
            insert(table)
            .values(**_key(rule), **values)
            .on_conflict_do_update(index_elements=table.primary_key.columns, set_=values)
        )

    async def remove(self, rule: Rule) -> None:
        """DELETE."""
        found = (table.c[name] == value for name, value in _key(rule).items())
        await self._connection.execute(delete(table).where(*found))


def _key(rule: Rule) -> dict[str, str]:
    return {
        "person": rule.person,
        "pipeline": next(iter(rule.scope.pipelines), ""),
        "channel": next(iter(rule.scope.channels), ""),
    }


def _rule(row: Row[tuple[object, ...]]) -> Rule:
    pipelines = (row.pipeline,) if row.pipeline else ()
    channels = (row.channel,) if row.channel else ()
    scope = Scope(pipelines, channels)
    return Rule(row.person, Role(row.role), scope, row.granted_by, row.granted_at)
