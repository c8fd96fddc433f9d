"""Puts a staged table in the place of the published one: nothing on it is lost, nobody waits long.

All that takes time is done on the staged table first. The published one is then locked in short
attempts, so that readers pass between them, and swapped by rename within milliseconds. To a longer
attempt an autovacuum gives way.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.furnishing import (
    Furnishing,
    furnish,
    furnishing,
    names_written_out,
    refuse_losses,
)
from engine.adapters.postgres.names import ident, qualified
from engine.errors import SwapRefused, TableBusy

ATTEMPT = 0.1
"""Seconds that one attempt at the lock waits, and holds up who comes after it."""

PAUSE = 0.05
"""Seconds between two attempts, in which those who waited get through."""

GIVES_WAY = 0.5
"""Seconds within which an autovacuum ends once PostgreSQL has told it that somebody waits."""

_ONLY_VACUUMED = """SELECT coalesce(bool_and(mode = 'ShareUpdateExclusiveLock'), false)
FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE relation = to_regclass($1) AND datname = current_database()
  AND granted AND pid <> pg_backend_pid()"""

_TOLD_AFTER = "SELECT extract(epoch FROM current_setting('deadlock_timeout')::interval)::float8"
"""Seconds of waiting after which PostgreSQL looks who is in the way, and ends an autovacuum."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table by schema and name."""

    schema: str
    name: str

    @property
    def quoted(self) -> str:
        """For a statement."""
        return qualified(self.schema, self.name)

    @property
    def shown(self) -> str:
        """For people."""
        return f"{self.schema}.{self.name}"

    async def oid(self, connection: Driver) -> int | None:
        """What the catalogs call it; None where it does not exist."""
        oid: int | None = await connection.fetchval(
            "SELECT to_regclass($1)::oid::bigint", self.quoted
        )
        return oid


async def swap(connection: Driver, staged: Relation, published: Relation, limit: float) -> None:
    """Publish the staged table; raises SwapRefused, or TableBusy after `limit` seconds."""
    old, new = await published.oid(connection), await staged.oid(connection)
    if old is None or new is None:
        await _rename(connection, staged, published)
        return
    await require_swappable(connection, staged, published)
    async with names_written_out(connection):
        before = await furnishing(connection, old, old)
        given = await furnishing(connection, old, new)
        await furnish(connection, published.shown, given.statements)
        async with locked(connection, published, [view.lock for view in given.views], limit):
            if await furnishing(connection, old, old) != before:
                raise _changed(published)
            await _exchange(connection, staged, published, given)


async def require_swappable(connection: Driver, staged: Relation, published: Relation) -> None:
    """Raise SwapRefused where a swap would lose something that can't be given to another table."""
    old, new = await published.oid(connection), await staged.oid(connection)
    if old is not None and new is not None:
        async with names_written_out(connection):
            await refuse_losses(connection, published.shown, old, new)


async def _exchange(
    connection: Driver, staged: Relation, published: Relation, given: Furnishing
) -> None:
    aside = Relation(published.schema, f"{staged.name}_old")
    await _rename(connection, published, aside)
    await _rename(connection, staged, published)
    for view in given.views:
        await _bind(connection, published, view.name, view.bind)
    await connection.execute(f"DROP TABLE {aside.quoted}")
    for statement in given.names:
        await connection.execute(statement)


async def _rename(connection: Driver, table: Relation, to: Relation) -> None:
    await connection.execute(f"ALTER TABLE {table.quoted} RENAME TO {ident(to.name)}")


async def _bind(connection: Driver, published: Relation, view: str, statement: str) -> None:
    try:
        await connection.execute(statement)
    except (asyncpg.InvalidTableDefinitionError, asyncpg.FeatureNotSupportedError):
        raise SwapRefused(
            f"{published.shown} can't be replaced: the view {view} would get other columns.",
            "Change or drop that view, then run it again. Nothing was changed.",
        ) from None


@asynccontextmanager
async def locked(
    connection: Driver, table: Relation, before: Sequence[str], limit: float
) -> AsyncIterator[None]:
    """Keep everybody else off the table to the end of the transaction; raises TableBusy.

    `before` locks the views on it: their readers hold a view when they come for its table.
    """
    waited = await connection.fetchval("SELECT current_setting('lock_timeout')")
    await _lock(connection, table, before, limit)
    try:
        yield
    except asyncpg.LockNotAvailableError:
        raise _busy(table, limit) from None
    await connection.execute("SELECT set_config('lock_timeout', $1, true)", waited)


async def _lock(connection: Driver, table: Relation, before: Sequence[str], limit: float) -> None:
    attempt, left = min(ATTEMPT, limit), limit
    while not await _locked_at_once(connection, table, before, attempt):
        left -= attempt + PAUSE
        if left <= 0:
            raise _busy(table, limit)
        # on the server, where no clock of ours is needed to bound it
        await connection.execute("SELECT pg_sleep($1)", PAUSE)
        attempt = min(await _next_attempt(connection, table), left)


async def _next_attempt(connection: Driver, table: Relation) -> float:
    """Seconds: an autovacuum, which nobody's short wait ends, is waited for long enough."""
    if not await connection.fetchval(_ONLY_VACUUMED, table.quoted):
        return ATTEMPT
    told_after: float = await connection.fetchval(_TOLD_AFTER)
    return told_after + GIVES_WAY


async def _locked_at_once(
    connection: Driver, table: Relation, before: Sequence[str], seconds: float
) -> bool:
    milliseconds = f"{max(1, round(seconds * 1000))}ms"
    await connection.execute("SAVEPOINT before_lock")
    try:
        await connection.execute("SELECT set_config('lock_timeout', $1, true)", milliseconds)
        for statement in before:
            await connection.execute(statement)
        await connection.execute(f"LOCK TABLE {table.quoted} IN ACCESS EXCLUSIVE MODE")
    except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
        await connection.execute("ROLLBACK TO SAVEPOINT before_lock")
        return False
    await connection.execute("RELEASE SAVEPOINT before_lock")
    return True


def _busy(table: Relation, limit: float) -> TableBusy:
    return TableBusy(
        f"{table.shown} was read by somebody for longer than {limit:g} seconds.",
        "Nothing was published. Look for long transactions on it in pg_stat_activity.",
    )


def _changed(table: Relation) -> TableBusy:
    return TableBusy(
        f"Somebody changed {table.shown}, or what depends on it, while it was being replaced.",
        "Nothing was published. It is tried again by itself.",
    )
