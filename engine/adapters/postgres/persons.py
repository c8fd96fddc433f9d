"""Finds and erases people in PostgreSQL: bronze, silver, gold, quarantine and what is staged.

What somebody typed never gets here: only tokens do, and they alone are sent to the server.
"""

import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import text

from engine.adapters.postgres import persons_sql
from engine.adapters.postgres.database import Database, Driver, driver
from engine.adapters.postgres.increments import forget_parts
from engine.adapters.postgres.names import dataset, ident, qualified
from engine.adapters.postgres.persons_reading import (
    Person,
    Shape,
    Sighting,
    shapes_of,
    sightings,
)
from engine.adapters.postgres.persons_sql import Cell, Searched
from engine.adapters.postgres.persons_tables import BronzeRow, Survey, Surveyor, protected
from engine.adapters.postgres.staging import Staging
from engine.adapters.postgres.swap import Relation
from engine.catalog.model import DatasetName, Model, Table
from engine.errors import KeyMissing, TableBusy
from engine.persons.erasing import (
    Becomes,
    Change,
    Changes,
    Keeps,
    emptied,
    mentions,
    new_key,
)
from engine.persons.matching import Matcher
from engine.persons.model import ERASED, Found, Marks, Trust
from engine.privacy.ports import Policies
from engine.privacy.protect import Keyring
from engine.privacy.sealing import opened
from engine.runs.model import staged_name

_PATIENCE = text("SET LOCAL lock_timeout = '2s'")
"""Whoever asked waits for the answer; a run that works on the table has the right of way."""

_ROWS = 2_000
"""Rows that one statement changes."""

_STAGED = """SELECT relname AS name, upper(found[1]) AS run_id FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace,
  regexp_match(relname, $2 || '__([0-9a-hjkmnp-tv-z]{8})(_[a-z]+)?$') AS found
WHERE nspname = $1 AND relkind = 'r' AND found IS NOT NULL ORDER BY relname"""


class PostgresTraces:
    """Looks in transactions that only read; erases each dataset in one of its own."""

    def __init__(self, policies: Policies, database: Database, keys: Keyring | None) -> None:
        self._policies = policies
        self._database = database
        self._ring = keys

    @property
    def _keys(self) -> Keyring:
        """The keys; without any, nobody has tokens by which to be found."""
        if self._ring is None:
            raise KeyMissing("People are found by tokens, and there is no secret key.")
        return self._ring

    async def entities(self) -> frozenset[str]:
        """The entities of all findings."""
        async with self._begun() as connection:
            return frozenset(each[0] for each in await connection.fetch(persons_sql.ENTITIES))

    async def in_table(self, table: Table, marks: Marks) -> tuple[Found, ...]:
        """One pass over each layer."""
        person, project = self._person(marks), await self._policies.current()
        async with self._looking() as connection:
            known = await protected(connection, project, table, self._keys)
            survey = await Surveyor(connection, known, person).survey()
            return (*survey.found(), *await _staged(connection, table.silver, person))

    async def in_model(self, model: Model, marks: Marks) -> tuple[Found, ...]:
        """One pass over the published table and over what is staged."""
        person = self._person(marks)
        async with self._looking() as connection:
            found = await _in_gold(connection, dataset(model.gold), person)
            place = Found(str(model.gold), len(found))
            staged = await _staged(connection, model.gold, person)
            return (*((place,) if found else ()), *staged)

    async def erase_from_table(self, table: Table, marks: Marks) -> tuple[Found, ...]:
        """Bronze is locked to the end: no run reads it while it changes."""
        person, project = self._person(marks), await self._policies.current()
        async with self._erasing() as connection:
            if await shapes_of(connection, dataset(table.bronze)):
                await connection.execute(f"LOCK TABLE {dataset(table.bronze)}")
            await _require_idle(connection, table.bronze, table.silver)
            known = await protected(connection, project, table, self._keys)
            survey = await Surveyor(connection, known, person).survey()
            staged = await _staged(connection, table.silver, person)
            await _Eraser(connection, survey).erase()
            await forget_parts(connection, table.silver)
            await _drop_staged(connection, table.silver, staged)
            return (*survey.found(), *staged)

    async def erase_from_model(self, model: Model, marks: Marks) -> tuple[Found, ...]:
        """Its tables are clean already: what is built from now on is clean too."""
        person = self._person(marks)
        async with self._erasing() as connection:
            await _require_idle(connection, model.gold)
            relation = dataset(model.gold)
            found = await _in_gold(connection, relation, person)
            staged = await _staged(connection, model.gold, person)
            shapes = await shapes_of(connection, relation)
            await _write(connection, relation, shapes,
                         {each.at: _in_place(each, shapes) for each in found})  # fmt: skip
            await _drop_staged(connection, model.gold, staged)
            place = Found(str(model.gold), len(found))
            return (*((place,) if found else ()), *staged)

    def _person(self, marks: Marks) -> Person:
        return Person(marks, Matcher(marks, self._keys, partial(opened, keys=self._keys)))

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[Driver]:
        async with self._database.begin() as transaction:
            yield await driver(transaction)

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[Driver]:
        async with self._begun() as connection:
            await connection.execute("SET TRANSACTION READ ONLY")
            yield connection

    @asynccontextmanager
    async def _erasing(self) -> AsyncIterator[Driver]:
        async with self._database.begin() as transaction:
            await transaction.execute(_PATIENCE)
            yield await driver(transaction)


async def _require_idle(connection: Driver, *datasets: DatasetName) -> None:
    names = [str(each) for each in datasets]
    run_id = await connection.fetchval(persons_sql.AT_WORK, names)
    if run_id is not None:
        message = f"Run {run_id} works on {datasets[-1]}."
        raise TableBusy(message, "Confirm the erasure again once it is over.")


async def _staged(connection: Driver, name: DatasetName, person: Person) -> tuple[Found, ...]:
    """What runs that did not publish it left of a dataset."""
    found = []
    for record in await connection.fetch(_STAGED, str(name.layer), f"^{name.table}"):
        rows = await _in_gold(connection, qualified(name.layer, record["name"]), person)
        if rows:
            found.append(Found(f"{name.layer}.{record['name']}", len(rows)))
    return tuple(found)


async def _drop_staged(connection: Driver, name: DatasetName, staged: Sequence[Found]) -> None:
    """A retry of such a run begins anew with the dataset."""
    for run_id in sorted({_run_of(each.place, name) for each in staged}):
        there = Relation(name.layer, staged_name(run_id, name))
        await Staging(there, Relation(name.layer, name.table)).drop(connection)
        await connection.execute(
            "DELETE FROM atlas.increments WHERE run_id = $1 AND dataset = $2",
            run_id.upper(),
            str(name),
        )


def _run_of(place: str, name: DatasetName) -> str:
    return place.removeprefix(f"{name}__").partition("_")[0]


async def _in_gold(connection: Driver, relation: str, person: Person) -> tuple[Sighting, ...]:
    """The rows of a table of which nobody says what its columns hold."""
    cells = tuple(
        Cell(each.name, f"t.{ident(each.name)}::text", Trust.OPEN, each.sql_type)
        for each in await shapes_of(connection, relation)
        if each.is_text
    )
    return await sightings(connection, Searched(relation, cells), person)


def _in_place(found: Sighting, shapes: Sequence[Shape]) -> Changes:
    """What becomes of the cells that hold the person, each by what may stand in it."""
    by_name = {each.name: each for each in shapes}
    changes: dict[str, Change] = mentions(found.seen)
    for name, seen in found.seen.items():
        shape = by_name[name]
        if not shape.is_plain:
            changes[name] = seen.without()
        elif shape.keyed and isinstance(changes[name], Becomes):
            changes[name] = Becomes(f"{ERASED} {secrets.token_hex(8)}")
    return changes


async def _write(
    connection: Driver, relation: str, shapes: Sequence[Shape], changes: Mapping[str, Changes]
) -> None:
    """UPDATE rows by where they are; each of them once, so that they stay there until then."""
    touched = {name for each in changes.values() for name in each}
    cells = [
        Cell(each.name, "", Trust.OPEN, each.sql_type) for each in shapes if each.name in touched
    ]
    rows = [(at, each) for at, each in changes.items() if each]
    for first in range(0, len(rows), _ROWS):
        piece = json.dumps([
            {"at": at, "cells": {name: _json(change) for name, change in each.items()}}
            for at, each in rows[first : first + _ROWS]
        ])  # fmt: skip
        await connection.execute(persons_sql.update(relation, cells), piece)


def _json(change: Change) -> dict[str, object]:
    match change:
        case Becomes(to):
            return {"to": to}
        case Keeps(stretches):
            return {"kept": stretches}


@dataclass(slots=True)
class _Eraser:
    """Carries out what a survey found, in its transaction."""

    connection: Driver
    survey: Survey
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    """New values of personal keys, by column and old value as silver shows it."""

    async def erase(self) -> None:
        known, table = self.survey.protected, self.survey.protected.table
        shapes = await shapes_of(self.connection, dataset(table.bronze))
        rows = {each.sighting.at: self._bronze(each, shapes) for each in self.survey.bronze}
        await _write(self.connection, dataset(table.bronze), shapes, rows)
        silver = await shapes_of(self.connection, dataset(table.silver))
        await _write(self.connection, dataset(table.silver), silver, await self._silver(silver))
        if self.survey.quarantine:
            relation = qualified("quarantine", known.table.name)
            delete = persons_sql.delete(relation)
            await self.connection.execute(delete, list(self.survey.quarantine))

    def _bronze(self, row: BronzeRow, shapes: Sequence[Shape]) -> Changes:
        changes = mentions(row.sighting.seen)
        if not row.owned:
            return changes
        known = self.survey.protected
        present = {each.name for each in shapes} & known.personal
        for name in present - set(known.personal_keys):
            changes[name] = emptied(known.table.column(name))
        for name, key in zip(known.table.key, row.key or (), strict=False):
            if name in known.personal_keys:
                changes[name] = Becomes(self._new_key(name, key))
        return changes

    def _new_key(self, name: str, key: str) -> str:
        """One for all rows that had the same, so that they stay one row of silver."""
        known = self.survey.protected
        column = known.table.column(name)
        before = (name, known.in_silver(name, key))
        if before not in self.keys:
            digits = 10**17 + secrets.randbelow(9 * 10**17)
            self.keys[before] = str(digits) if column is None else new_key(column, digits)
        return self.keys[before]

    async def _silver(self, shapes: Sequence[Shape]) -> Mapping[str, Changes]:
        known = self.survey.protected
        rows = {each.at: dict(_in_place(each, shapes)) for each in self.survey.silver}
        personal = [each for each in shapes if each.name in known.personal]
        keys = [each for each in personal if each.name in known.personal_keys]
        emptying = {each.name: change for each in personal
                    if each not in keys and (change := self._emptied(each))}  # fmt: skip
        for at in self.survey.linked:
            rows.setdefault(at, {}).update(emptying)
        for at, name, key in await self._keys_at(keys):
            rows[at][name] = Becomes(self._key_in_silver(name, key))
        return rows

    def _emptied(self, shape: Shape) -> Change | None:
        column = self.survey.protected.table.column(shape.name)
        needed = shape.needed or (column is not None and column.required)
        if not needed:
            return Becomes(None)
        # what is no text holds nothing personal there: its values became NULL
        return Becomes(ERASED) if shape.is_plain else None

    async def _keys_at(self, keys: Sequence[Shape]) -> Sequence[tuple[str, str, str]]:
        """The personal keys in the rows of silver that are the person's."""
        relation = dataset(self.survey.protected.table.silver)
        names = [each.name for each in keys]
        if not names:
            return ()
        query = persons_sql.cells_of(relation, names)
        records = await self.connection.fetch(query, list(self.survey.linked))
        return [(each["at"], name, each[name]) for each in records for name in names if each[name]]

    def _key_in_silver(self, name: str, key: str) -> str:
        """As refining bronze anew would make it; a row without one in bronze gets its own."""
        new = self.keys.get((name, key)) or str(secrets.randbelow(10**18))
        return self.survey.protected.in_silver(name, new)
