"""Looks at a table once for all of its columns, in a transaction that can't write."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import islice

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import profile_sql
from engine.adapters.postgres.database import Database, Driver, driver
from engine.adapters.postgres.names import dataset as quoted
from engine.adapters.postgres.profile_sql import (
    LIKE,
    LONGEST_SHAPE,
    MOST_VALUES,
    NOTHING,
    Asked,
    Common,
)
from engine.catalog.model import DatasetName, Layer, Project
from engine.errors import UnknownDataset
from engine.quality.openness import ARRIVAL, open_columns
from engine.quality.profile import (
    FORMATS,
    ColumnProfile,
    Family,
    Field,
    Inclusion,
    Key,
    Profile,
    Shown,
    Totals,
    keys_to_try,
    pattern_of,
    references_to_try,
    upstream_to_total,
)

COUNTED_ROWS = 100_000
"""Up to this size the different values of each column are counted: each is a sort of its own.

Of a larger table they are PostgreSQL's estimates, but for keys and for columns with few values.
"""

KEYED_ROWS = 1_000_000
"""Of a table up to this size keys are tried."""

_BEGIN = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # a swap waits for whoever reads its table, and not for long
    "SET LOCAL statement_timeout = '30s'",
    "SET LOCAL lock_timeout = '2s'",
    "SET LOCAL work_mem = '64MB'",
)

_COLUMNS = text(
    "SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute "
    "WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped "
    r"AND (attname NOT LIKE '\_%' OR attname = :arrival) ORDER BY attnum"
)

_ESTIMATES = text(
    "SELECT attname, n_distinct FROM pg_stats WHERE schemaname = :layer AND tablename = :table"
)

_MOST_ASKED = 1_200
"""PostgreSQL takes 1,664 columns of a SELECT; a wider table is read again for the rest."""

_MOST_TRIED = 200

Answers = Mapping[Asked, object]


class PostgresProfiles:
    """Profiles of the published tables of one database."""

    def __init__(self, database: Database, counted_rows: int = COUNTED_ROWS) -> None:
        self._database = database
        self._counted_rows = counted_rows

    async def of(self, project: Project, dataset: DatasetName) -> Profile:
        """Look at it; raises UnknownDataset where it was not written yet."""
        # to follow a model's columns through its SQL takes milliseconds for each of them
        opened = await asyncio.to_thread(open_columns, project, dataset)
        async with self._database.begin() as connection:
            for statement in _BEGIN:
                await connection.execute(text(statement))
            fields = await _fields(connection, dataset)
            if not fields:
                raise _not_there(dataset)
            look = _Look(project, dataset, fields, opened, connection, await driver(connection))
            return await look.taken(self._counted_rows)


def _not_there(dataset: DatasetName) -> UnknownDataset:
    error = UnknownDataset(str(dataset))
    bronze = dataset.layer is Layer.BRONZE
    how = "Say «run pipeline medallion» first." if bronze else f"«how good is {dataset}» tells why."
    error.hint = f"{dataset} was not written yet. {how}"
    return error


async def _fields(connection: AsyncConnection, dataset: DatasetName) -> tuple[Field, ...]:
    rows = await connection.execute(_COLUMNS, {"name": quoted(dataset), "arrival": ARRIVAL})
    return tuple(Field(row.attname, row.type) for row in rows)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at one dataset."""

    project: Project
    dataset: DatasetName
    fields: tuple[Field, ...]
    opened: frozenset[str]
    connection: AsyncConnection
    raw: Driver

    async def taken(self, counted_rows: int) -> Profile:
        """One pass for all columns, then what only the values or a join can tell."""
        rows = await self._number(f"SELECT count(*) FROM {quoted(self.dataset)}")
        answers = await self._answers(await self._asked(exact=rows <= counted_rows))
        estimates = {} if rows <= counted_rows else await self._estimates(rows)
        columns = [profiled(each, rows, answers, estimates) for each in self.fields]
        return Profile(
            self.dataset,
            rows,
            await self._with_values(columns, rows),
            await self._keys(rows) if rows <= KEYED_ROWS else (),
            tuple([each async for each in self._inclusions()]),
            tuple([each async for each in self._upstream()]),
        )

    async def _keys(self, rows: int) -> tuple[Key, ...]:
        """The keys up to the first that tells all rows apart."""
        tried: list[Key] = []
        for columns in keys_to_try(self.project, self.dataset, self.fields):
            count = await self._number(profile_sql.distinct(self.dataset, columns))
            tried.append(Key(columns, count))
            if count == rows:
                break
        return tuple(tried)

    async def _asked(self, *, exact: bool) -> list[Asked]:
        common = await self._common([each for each in self.fields if each.name in self.opened])
        return [
            asked
            for each in self.fields
            for asked in profile_sql.asked_of(
                each,
                is_open=each.name in self.opened,
                exact=exact,
                common=common.get(each.name, NOTHING),
            )
        ]

    async def _number(self, sql: str) -> int:
        return int(await self.raw.fetchval(sql) or 0)

    async def _common(self, opened: Sequence[Field]) -> Mapping[str, Common]:
        """What the first rows have in common, by column: this is tried on the rest."""
        columns = [each.name for each in opened if each.family is Family.TEXT][:_MOST_TRIED]
        if not columns:
            return {}
        record = await self.raw.fetchrow(profile_sql.common_to_some(self.dataset, columns))
        told = iter(record or ())
        return {column: _common(told) for column in columns}

    async def _answers(self, asked: Sequence[Asked]) -> Answers:
        answers: dict[Asked, object] = {}
        for start in range(0, len(asked), _MOST_ASKED):
            part = asked[start : start + _MOST_ASKED]
            record = await self.raw.fetchrow(profile_sql.select(self.dataset, part))
            answers |= dict(zip(part, record or (), strict=True))
        return answers

    async def _estimates(self, rows: int) -> Mapping[str, int]:
        """How many different values PostgreSQL plans with; below zero it is a share of the rows."""
        names = {"layer": str(self.dataset.layer), "table": self.dataset.table}
        found = await self.connection.execute(_ESTIMATES, names)
        return {
            row.attname: round(row.n_distinct if row.n_distinct >= 0 else -row.n_distinct * rows)
            for row in found
        }

    async def _with_values(
        self, columns: Sequence[ColumnProfile], rows: int
    ) -> tuple[ColumnProfile, ...]:
        """The columns; those to choose from with all that they hold."""
        few = [each.name for each in columns if each.is_a_choice(rows)]
        if not few:
            return tuple(columns)
        found: dict[str, list[str]] = {name: [] for name in few}
        read = await self.raw.fetch(profile_sql.values_of(self.dataset, few))
        for place, value, _ in read if len(read) < MOST_VALUES else ():
            if value is not None:
                found[few[place]].append(value)
        return tuple(each.with_values(found.get(each.name, ())) for each in columns)

    async def _inclusions(self) -> AsyncIterator[Inclusion]:
        types = {each.name: each.type for each in self.fields}
        for reference in references_to_try(self.project, self.dataset, self.fields):
            fields = await _fields(self.connection, reference.other)
            others = {each.name: each.type for each in fields}
            if others.get(reference.other_column) == types[reference.column]:
                count = await self._number(profile_sql.unmatched(self.dataset, reference))
                yield Inclusion(reference, count)

    async def _upstream(self) -> AsyncIterator[Totals]:
        for dataset in upstream_to_total(self.project, self.dataset):
            opened = open_columns(self.project, dataset)
            fields = await _fields(self.connection, dataset)
            numbers = [
                each.name for each in fields if each.family is Family.NUMBER and each.name in opened
            ]
            if fields:
                record = await self.raw.fetchrow(profile_sql.totals(dataset, numbers))
                rows, *sums = record or (0,)
                finite = zip(numbers, map(_finite, sums), strict=True)
                known = {name: total for name, total in finite if total is not None}
                yield Totals(dataset, int(rows), known)


def profiled(
    each: Field, rows: int, answers: Answers, estimates: Mapping[str, int]
) -> ColumnProfile:
    """A column from what was answered about it."""
    told = {asked.what: value for asked, value in answers.items() if asked.column == each.name}
    distinct = told.get("distinct", estimates.get(each.name))
    return ColumnProfile(
        each.name,
        each.family,
        rows - _whole(told["present"]),
        None if distinct is None else _whole(distinct),
        "distinct" not in told,
        _shown(told, _whole(told["present"])),
    )


def _shown(told: Mapping[str, object], present: int) -> Shown | None:
    if not told.keys() - {"present", "distinct"}:
        return None
    age = _finite(told.get("age"))
    shared = [what for what, count in told.items() if 0 < present == count]
    return Shown(
        low=_finite(told.get("min")),
        high=_finite(told.get("max")),
        total=_finite(told.get("sum")),
        average=_finite(told.get("avg")),
        age=None if age is None else timedelta(seconds=float(age)),
        lengths=_lengths(told),
        formats=tuple(name for name in FORMATS if name in shared),
        pattern=next((each.removeprefix(LIKE) for each in shared if each.startswith(LIKE)), None),
    )


def _lengths(told: Mapping[str, object]) -> tuple[int, int] | None:
    shortest, longest = told.get("shortest"), told.get("longest")
    return None if shortest is None else (_whole(shortest), _whole(longest))


def _common(told: Iterator[object]) -> Common:
    formats = tuple([name for name in FORMATS if next(told)])
    first, last, low, high = islice(told, 4)
    if not isinstance(first, str) or first != last or len(first) > LONGEST_SHAPE:
        return Common(formats)
    return Common(formats, pattern_of(first, str(low), str(high)))


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _finite(value: object) -> Decimal | None:
    """The number; None for NaN and infinity, which nothing can be said about."""
    return value if isinstance(value, Decimal) and value.is_finite() else None
