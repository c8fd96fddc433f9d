"""The SQL that finds and erases a person; no value that anybody typed is ever in it.

The server is asked for tokens, and for cells that by their form may hold what is meant: which of
them do is found out here. A row is addressed by its ctid, within one transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engine.adapters.postgres import refine_sql
from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.names import dataset, ident, qualified, text_literal
from engine.catalog.model import Table
from engine.persons.model import ERASED, Look, Marks, Trust

TOKEN_LENGTH = 36
"""Characters of the shortest token: a text that holds one among others is longer."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A column that is searched: how its text is read from a row `t`, and its type."""

    name: str
    text: str
    trust: Trust
    sql_type: str = "text"
    in_clear: bool = True
    """Whether raw values may stand in it."""


@dataclass(frozen=True, slots=True)
class Searched:
    """A relation with the columns to search, and others to be read of each row found."""

    relation: str
    """Quoted."""
    cells: tuple[Cell, ...]
    others: Mapping[str, str] = field(default_factory=dict)


def search(searched: Searched, marks: Marks) -> str:
    """SELECT of the rows that may hold the person; $1 are the tokens, $2 patterns of them."""
    conditions = {each.name: _may_hold(each, marks) for each in searched.cells}
    shown = [
        f"CASE WHEN {conditions[each.name]} THEN {each.text} END AS {ident(f'c{number}')}"
        for number, each in enumerate(searched.cells)
    ]
    others = [f"{text} AS {ident(name)}" for name, text in searched.others.items()]
    return (
        f"SELECT t.ctid::text AS at, {', '.join([*shown, *others])} FROM {searched.relation} t "
        f"WHERE {' OR '.join(conditions.values())}"
    )


def _may_hold(cell: Cell, marks: Marks) -> str:
    text = cell.text
    within = f"octet_length({text}) > {TOKEN_LENGTH} AND {text} LIKE ANY ($2::text[])"
    sealed = rf"{text} LIKE '%es_\__\_%' OR {text} LIKE '%es_\___\_%'"
    found = f"{text} = ANY ($1::text[]) OR ({within}) OR {sealed}"
    compared = cell.in_clear and marks.looked_for(cell.trust)
    raw = _raw(text, marks) if compared else "false"
    return f"({found} OR {raw})"


def _raw(text: str, marks: Marks) -> str:
    """Whether a cell has the form of what is meant; one with other letters than ASCII always."""
    foreign = f"octet_length({text}) <> char_length({text})"
    long = f"octet_length({text}) >= {marks.length}"
    match marks.look:
        case Look.EMAIL:
            return f"(({long} AND {text} LIKE '%@%') OR {foreign})"
        case Look.NUMBER:
            digits = rf"([0-9][\s().+/-]{{0,5}}){{{marks.length}}}"
            return f"(({long} AND {text} ~ '{digits}') OR {foreign})"
        case Look.WORDS:
            return f"({long} OR {foreign})"


def update(relation: str, cells: Sequence[Cell]) -> str:
    """UPDATE of rows by ctid; $1 is `[{"at": …, "cells": {column: {"to"} or {"kept"}}}]`."""
    changed = ", ".join(f"{ident(each.name)} = {_changed(each)}" for each in cells)
    return (
        f"UPDATE {relation} t SET {changed} "
        "FROM jsonb_to_recordset($1::jsonb) AS s (at text, cells jsonb) "
        "WHERE t.ctid = s.at::tid"
    )


def _changed(cell: Cell) -> str:
    change, name = f"s.cells -> {text_literal(cell.name)}", f"t.{ident(cell.name)}"
    piece = f"substr({name}::text, (kept ->> 0)::int + 1, (kept ->> 1)::int - (kept ->> 0)::int)"
    kept = (
        f"(SELECT string_agg({piece}, {text_literal(ERASED)} ORDER BY place) "
        f"FROM jsonb_array_elements({change} -> 'kept') WITH ORDINALITY AS p (kept, place))"
    )
    return (
        f"CASE WHEN {name} IS NULL OR NOT s.cells ? {text_literal(cell.name)} THEN {name} "
        f"WHEN {change} ? 'kept' THEN {kept}::{cell.sql_type} "
        f"ELSE ({change} ->> 'to')::{cell.sql_type} END"
    )


def delete(relation: str) -> str:
    """DELETE of rows by ctid."""
    return f"DELETE FROM {relation} WHERE ctid = ANY ($1::text[]::tid[])"


def siblings(
    table: Table,
    columns: Sequence[SilverColumn],
    tokenised: Collection[str],
    identifying: Sequence[str],
    *,
    aside: bool,
) -> str:
    """SELECT of all rows of bronze with the keys of some; $1 are the numbers of these.

    `newest` says of which row of a key silver is made; rows that are put aside make none.
    """
    keys = [each for each in columns if each.column.name in table.key]
    marks = [each for each in columns if each.column.name == table.watermark]
    names = ", ".join(each.text for each in keys)
    told = [f"{_told(each, tokenised)} AS {ident(f'k{n}')}" for n, each in enumerate(keys)]
    order = [f"{each.name} DESC NULLS LAST" for each in marks]
    quarantine = qualified("quarantine", table.name)
    put_aside = f"(_row IN (SELECT bronze_row FROM {quarantine})) IS TRUE" if aside else "false"
    moment = f"{marks[0].name}::text" if marks else "NULL::text"
    cells = [f"b.{ident(name)} AS {ident(f'i{n}')}" for n, name in enumerate(identifying)]
    return f"""
WITH keyed AS MATERIALIZED ({refine_sql.typed_rows(dataset(table.bronze), [*keys, *marks])}),
alike AS (
  SELECT _row, {", ".join(told)}, {moment} AS moment, row_number() OVER (
    PARTITION BY {names} ORDER BY {", ".join([put_aside, *order, "_row DESC"])}) = 1 AS newest
  FROM keyed WHERE ({names}) IN (SELECT {names} FROM keyed WHERE _row = ANY ($1::bigint[])))
SELECT alike.*, b.ctid::text AS at, b._source AS source{"".join(f", {each}" for each in cells)}
FROM alike JOIN {dataset(table.bronze)} b USING (_row)
"""


def _told(each: SilverColumn, tokenised: Collection[str]) -> str:
    """A key as text: what its token is made of, or how silver shows it."""
    as_written = not each.typed or each.column.name in tokenised
    return each.text if as_written else f"{each.name}::text"


def linked(relation: str, columns: Sequence[str]) -> str:
    """SELECT of the rows whose columns, as text, are one of those given column by column."""
    names = ", ".join(f"t.{ident(name)}::text" for name in columns)
    given = ", ".join(f"${number}::text[]" for number in range(1, len(columns) + 1))
    return (
        f"SELECT t.ctid::text AS at FROM {relation} t "
        f"WHERE ({names}) IN (SELECT * FROM unnest({given}))"
    )


def cells_of(relation: str, columns: Sequence[str]) -> str:
    """SELECT of some columns as text of rows by ctid."""
    names = "".join(f", t.{ident(name)}::text" for name in columns)
    return (
        f"SELECT t.ctid::text AS at{names} FROM {relation} t WHERE t.ctid = ANY ($1::text[]::tid[])"
    )


AT_WORK = """SELECT id FROM atlas.runs WHERE status IN ('queued', 'running')
  AND (status = 'running' OR job_id IS NOT NULL OR attempt > 1) AND targets && $1::text[]
ORDER BY requested_at LIMIT 1"""
"""A run that writes one of the datasets, or that may publish what it staged before."""

PROTECTIONS = """SELECT (report -> 'protections')::text FROM atlas.step_runs
WHERE dataset = $1 AND kind = 'refine' AND status = 'succeeded'
ORDER BY finished_at DESC LIMIT 1"""
"""How the table was protected when it was written last."""

ENTITIES = """SELECT entity FROM atlas.pii_findings UNION
SELECT entity FROM atlas.privacy_findings"""

SEARCHABLE = """SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
  attnotnull OR EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisunique
    AND attnum = ANY (indkey)) AS needed,
  EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisunique
    AND attnum = ANY (indkey)) AS keyed
FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attname NOT LIKE '\\_%'
ORDER BY attnum"""
