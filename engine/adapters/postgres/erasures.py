"""Erasures in the state tables: tokens while they are needed, and who wanted what for good."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, insert, select, text, update

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.tables import erasures
from engine.persons.model import Erasure, ErasureState, Marks

_MARKS = TypeAdapter(Marks)

_NUMBER = text("SELECT nextval('atlas.erasure_numbers')")

_OPEN = (
    select(erasures)
    .where(erasures.c.state == ErasureState.PLANNED, erasures.c.expires_at > bindparam("at"))
    .order_by(erasures.c.asked_at)
)


class PostgresErasures:
    """Each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan(self, marks: Marks, by: str, at: datetime, expires_at: datetime) -> Erasure:
        """INSERT it under the next number, unless the same is open."""
        async with self._database.begin() as connection:
            rows = await connection.execute(_OPEN, {"at": at})
            for each in map(_erasure, rows):
                if each.covers(marks, at):
                    return each
            number = await connection.scalar(_NUMBER)
            erasure = Erasure(f"E{number}", marks, by, at, expires_at)
            await connection.execute(
                insert(erasures).values(
                    id=erasure.id,
                    tokens=_MARKS.dump_python(marks, mode="json"),
                    asked_by=by,
                    asked_at=at,
                    expires_at=expires_at,
                    state=erasure.state,
                )
            )
        return erasure

    async def get(self, erasure_id: str) -> Erasure | None:
        """SELECT it."""
        query = select(erasures).where(erasures.c.id == erasure_id)
        async with self._database.begin() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _erasure(row)

    async def begin(self, erasure_id: str, by: str, at: datetime) -> bool:
        """UPDATE it where nobody else did."""
        change = (
            update(erasures)
            .where(erasures.c.id == erasure_id, erasures.c.state == ErasureState.PLANNED)
            .values(state=ErasureState.ERASING, confirmed_by=by, confirmed_at=at)
        )
        async with self._database.begin() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def withdraw(self, erasure_id: str) -> bool:
        """UPDATE it where nobody confirmed it, without its tokens."""
        change = (
            update(erasures)
            .where(erasures.c.id == erasure_id, erasures.c.state == ErasureState.PLANNED)
            .values(state=ErasureState.WITHDRAWN, tokens={})
        )
        async with self._database.begin() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def newest(self, limit: int) -> tuple[Erasure, ...]:
        """SELECT them."""
        query = select(erasures).order_by(erasures.c.asked_at.desc(), erasures.c.id.desc())
        async with self._database.begin() as connection:
            return tuple(map(_erasure, await connection.execute(query.limit(limit))))

    async def end(self, erasure_id: str) -> None:
        """UPDATE it, without its tokens."""
        change = update(erasures).where(erasures.c.id == erasure_id)
        async with self._database.begin() as connection:
            await connection.execute(change.values(state=ErasureState.ERASED, tokens={}))

    async def begun(self) -> tuple[Erasure, ...]:
        """SELECT those at work."""
        query = select(erasures).where(erasures.c.state == ErasureState.ERASING)
        async with self._database.begin() as connection:
            rows: Sequence[Row[tuple[object, ...]]] = (await connection.execute(query)).all()
        return tuple(_erasure(row) for row in rows)

    async def forget(self, before: datetime) -> int:
        """UPDATE those that nobody confirmed."""
        change = (
            update(erasures)
            .where(
                erasures.c.state == ErasureState.PLANNED,
                erasures.c.expires_at < before,
                erasures.c.tokens != {},
            )
            .values(tokens={})
        )
        async with self._database.begin() as connection:
            return (await connection.execute(change)).rowcount


def _erasure(row: Row[tuple[object, ...]]) -> Erasure:
    return Erasure(
        id=row.id,
        marks=_MARKS.validate_python(row.tokens or _FORGOTTEN),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=ErasureState(row.state),
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
    )


_FORGOTTEN = {"look": "words", "length": 0, "words": 0, "tokens": {}}
"""Marks that nobody has."""
