"""What people have put on a published table: read, judged, and given to the next one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from engine.adapters.postgres import furnishing_sql as sql
from engine.adapters.postgres.database import Driver
from engine.errors import SwapRefused


@dataclass(frozen=True, slots=True)
class View:
    """A view that reads a table, and the statements that lock it and bind it anew."""

    name: str
    materialized: bool
    ours: bool
    lock: str
    bind: str


@dataclass(frozen=True, slots=True)
class Furnishing:
    """What a table has besides its rows; equal ones come from equal catalogs."""

    statements: tuple[str, ...]
    """For the staged table, before anything is locked."""

    names: tuple[str, ...]
    """For the new table, once the old one is gone."""

    views: tuple[View, ...]


async def furnishing(connection: Driver, old: int, new: int) -> Furnishing:
    """What `old` has, as statements for `new`."""
    structure = await connection.fetch(sql.STRUCTURE, old, new)
    settings = await connection.fetch(sql.SETTINGS, old, new)
    names = await connection.fetch(sql.NAMES, old, new)
    views = await connection.fetch(sql.VIEWS, old)
    return Furnishing(
        statements=tuple(record["statement"] for record in (*structure, *settings)),
        names=tuple(record["statement"] for record in names),
        views=tuple(
            View(r["name"], r["materialized"], r["ours"], r["lock"], r["statement"] or "")
            for r in views
        ),
    )


async def refuse_losses(connection: Driver, table: str, old: int, new: int) -> None:
    """Raise SwapRefused, before anything is touched, where the swap would lose something."""
    records = await connection.fetch(sql.OBSTACLES, old, new)
    obstacles = [record["what"] for record in records]
    views = await connection.fetch(sql.VIEWS, old)
    obstacles += [f"materialized view {view['name']}" for view in views if view["materialized"]]
    if obstacles:
        raise SwapRefused(
            f"{table} can't be replaced by its next version: {', '.join(obstacles)} would be lost.",
            "Drop that, or put it on a view or a table of your own; then run it again.",
        )
    foreign = [view["name"] for view in views if not view["ours"]]
    if foreign:
        raise SwapRefused(
            f"{table} can't be replaced: the view {', '.join(foreign)} belongs to somebody else.",
            "Give Atlas's database user the role of its owner, or drop it.",
        )
    _refuse_broken(table, await connection.fetch(sql.BROKEN, old, new))


def _refuse_broken(table: str, records: Sequence[asyncpg.Record]) -> None:
    """A view that names a column can't follow when that column goes or changes its type."""
    said = []
    for record in records:
        change = f"becomes {record['after']}" if record["after"] else "is gone"
        said.append(f"{record['whose']} uses the column {record['column']}, which {change}")
    if said:
        raise SwapRefused(
            f"{table} can't be replaced: {'; '.join(said)}.",
            "Change or drop what uses it, then run it again. Nothing was changed.",
        )


async def furnish(connection: Driver, table: str, statements: Sequence[str]) -> None:
    """Carry the statements out; raises SwapRefused where the new rows break a constraint."""
    for statement in statements:
        try:
            await connection.execute(statement)
        except asyncpg.IntegrityConstraintViolationError as error:
            # the driver's error stays out of the chain: its detail holds values of the row
            raise _violated(table, error) from None


def _violated(table: str, error: asyncpg.IntegrityConstraintViolationError) -> SwapRefused:
    name = getattr(error, "constraint_name", None) or getattr(error, "column_name", None)
    return SwapRefused(
        f"The new rows of {table} break its constraint on {name or 'a column'}.",
        "Nothing was published. Mend the data, or drop that constraint.",
    )


@asynccontextmanager
async def names_written_out(connection: Driver) -> AsyncIterator[None]:
    """Let PostgreSQL write every name with its schema, whatever the search path was."""
    before = await connection.fetchval("SELECT current_setting('search_path')")
    await connection.execute("SELECT set_config('search_path', '', true)")
    yield
    await connection.execute("SELECT set_config('search_path', $1, true)", before)
