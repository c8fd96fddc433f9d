"""Reads the rows of a relation that may hold a person, and keeps those that do."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from engine.adapters.postgres import persons_sql
from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.persons_sql import Cell, Searched
from engine.catalog.model import Operator
from engine.persons.erasing import Seen
from engine.persons.matching import Matcher
from engine.persons.model import Marks

CHUNK = 20_000
"""Rows a piece: a thread gives way to the event loop often enough."""

PLAIN = ("text", "character varying", "character(", "citext", '"char"')
_TEXTS = (*PLAIN, "json", "jsonb", "xml", "text[]", "character varying[]")

UNTELLING = frozenset({Operator.MASK, Operator.REDACT, Operator.GENERALISE})
"""What these leave behind can't be told from what they leave of somebody else."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A row in which the person stands, with what else was read of it."""

    at: str
    seen: Mapping[str, Seen]
    number: int | None = None
    source: str | None = None

    @property
    def owned(self) -> bool:
        """Whether the row is theirs, and not only one that names them."""
        return any(each.match.owns for each in self.seen.values())


@dataclass(frozen=True, slots=True)
class Person:
    """Who is looked for."""

    marks: Marks
    matcher: Matcher


@dataclass(frozen=True, slots=True)
class Shape:
    """A column of a relation as it is."""

    name: str
    sql_type: str
    needed: bool
    keyed: bool

    @property
    def is_plain(self) -> bool:
        """Whether any text can stand in it."""
        return self.sql_type.startswith(PLAIN) and not self.sql_type.endswith("[]")

    @property
    def is_text(self) -> bool:
        """Whether text can stand in it, whatever its form."""
        return self.sql_type.startswith(_TEXTS)


async def shapes_of(connection: Driver, relation: str) -> tuple[Shape, ...]:
    """The columns of a relation, but for Atlas's own; empty where there is none."""
    records = await connection.fetch(persons_sql.SEARCHABLE, relation)
    return tuple(Shape(each["name"], each["type"], each["needed"], each["keyed"])
                 for each in records)  # fmt: skip


async def sightings(connection: Driver, searched: Searched, person: Person) -> tuple[Sighting, ...]:
    """The rows that hold the person; only those that may are read."""
    if not searched.cells:
        return ()
    tokens = sorted(person.marks.every_token)
    patterns = [f"%{token.replace('_', chr(92) + '_')}%" for token in tokens]
    query = persons_sql.search(searched, person.marks)
    found: list[Sighting] = []
    piece: list[asyncpg.Record] = []
    async for record in connection.cursor(query, tokens, patterns, prefetch=CHUNK):
        piece.append(record)
        if len(piece) == CHUNK:
            found += await asyncio.to_thread(_held, piece, searched.cells, person.matcher)
            piece = []
    found += await asyncio.to_thread(_held, piece, searched.cells, person.matcher)
    return tuple(found)


def _held(
    records: Sequence[asyncpg.Record], cells: Sequence[Cell], matcher: Matcher
) -> list[Sighting]:
    found = []
    for record in records:
        seen = {}
        for cell, text in zip(cells, record[1:], strict=False):
            match = matcher.match(text, cell.trust) if text is not None else None
            if match is not None:
                seen[cell.name] = Seen(match, len(text))
        if seen:
            found.append(Sighting(record["at"], seen, record.get("number"), record.get("source")))
    return found
