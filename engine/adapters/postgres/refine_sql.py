"""The SQL that turns bronze text into a typed, protected silver table; pure text in, text out.

Each row is read, cast and judged once, into the temporary table `_judged`: cleaned (text) → present
(no words for nothing) → typed → judged (`_ok`) → ranked. The good ones go on to silver and the bad
ones to quarantine from there; reasons are worded for bad ones only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.adapters.postgres import cell_sql
from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.names import dataset, ident, qualified, text_literal
from engine.catalog.model import DatasetName, Operator, Table
from engine.privacy.protect import REDACTED

JUDGED = "_judged"

PROTECTED = "_protected"
"""The temporary table of substitutes; it goes with the transaction."""


@dataclass(frozen=True, slots=True)
class RowRule:
    """A condition on the columns of `source`, for rows that are put aside where it holds."""

    condition: str
    reason: str


_APART = "OFFSET '0'"
"""Keeps PostgreSQL from merging a layer into the next one, which would work each text out anew
wherever it is used: a hundred times slower on ten columns. The quotes let it work in parallel:
it takes a bare 0, which is an integer before it is a bigint, for a real limit."""


def create_protected(columns: Sequence[SilverColumn]) -> str:
    """CREATE TABLE of the substitutes of each row that has some."""
    made = ", ".join(f"{each.substitute} text" for each in columns)
    return f"CREATE TEMP TABLE {PROTECTED} (_row bigint, {made}) ON COMMIT DROP"


def readable(columns: Sequence[SilverColumn], piece: str) -> str:
    """SELECT of the number and the texts of a part of bronze, cleaned as refining cleans them."""
    return f"""SELECT _row, {_each(columns, cell_sql.present)}
FROM (SELECT _row, {_each(columns, cell_sql.cleaned)} FROM {piece} b {_APART}) cleaned"""


def pages(bronze: DatasetName, first: int, end: int, after: int = 0) -> str:
    """The part of bronze on some of its pages, found without reading the others.

    Of an incremental load it is the rows after a number.
    """
    between = f"ctid >= '({first},0)'::tid AND ctid < '({end},0)'::tid"
    newer = f" AND _row > {after}" if after else ""
    return f"(SELECT * FROM {dataset(bronze)} WHERE {between}{newer})"


def rows_between(source: str, after: int, upto: int) -> str:
    """The part of a source with numbers in this range."""
    return f"(SELECT * FROM {source} source WHERE _row > {after} AND _row <= {upto})"


def last_rows(source: str, size: int) -> str:
    """SELECT of the last number of each piece of so many rows."""
    return f"""SELECT max(_row) FROM (
  SELECT _row, (row_number() OVER (ORDER BY _row) - 1) / {size} AS piece FROM {source} source
) numbered GROUP BY piece ORDER BY 1"""


def typed_rows(bronze: str, columns: Sequence[SilverColumn]) -> str:
    """SELECT of `_row` and some columns, cleaned and typed as refining does it."""
    # a watermark may be part of the key, and then is asked for twice
    columns = list({each.number: each for each in columns}.values())
    return f"""SELECT _row, {_typed(columns)}
FROM (SELECT _row, {_each(columns, cell_sql.present)}
      FROM (SELECT _row, {_each(columns, cell_sql.cleaned)} FROM {bronze} b {_APART}) cleaned
      {_APART}) present"""


def judge(
    table: Table,
    columns: Sequence[SilverColumn],
    source: str | None = None,
    rules: Sequence[RowRule] = (),
) -> str:
    """CREATE TABLE of the rows of bronze with `_ok`, and `_rank` among those of the same key.

    `source` is a part of bronze in brackets; without one all of it is judged.
    """
    keys = [each for each in columns if each.column.name in table.key]
    known_keys = _join(keys, "judged")
    return f"""
CREATE TEMP TABLE {JUDGED} ON COMMIT DROP AS
SELECT judged.*, row_number() OVER (PARTITION BY {_keys(keys)}, judged._ok
                                    ORDER BY {_newest(table)}) AS _rank
FROM (SELECT _row, CASE WHEN NOT _ok THEN _source END AS _source, _ok, {_kept_of(table, columns)}
             {"".join(f", {name}" for name, _ in _named(rules))}
      FROM (SELECT *, {_ok(columns, rules)} AS _ok
            FROM {_ruled(_values(table, columns, source), rules)}
            {_APART}) tested
      {_APART}) judged
{known_keys}
"""


def _values(table: Table, columns: Sequence[SilverColumn], source: str | None) -> str:
    return f"""(SELECT _row, _source, {_typed(columns)}
                  FROM (SELECT _row, _source, {_each(columns, cell_sql.present)}
                        FROM (SELECT _row, _source, {_each(columns, cell_sql.cleaned)}
                              FROM {source or dataset(table.bronze)} b
                              {_APART}) cleaned
                        {_APART}) present
                  {_APART})"""


def _ruled(values: str, rules: Sequence[RowRule]) -> str:
    """The rows with what the rules say of them, each worked out once."""
    if not rules:
        return f"{values} typed"
    flags = ", ".join(f"(({rule.condition}) IS TRUE) AS {name}" for name, rule in _named(rules))
    return f"(SELECT *, {flags} FROM {values} source {_APART}) ruled"


def _named(rules: Sequence[RowRule]) -> list[tuple[str, RowRule]]:
    return [(ident(f"_rule_{number}"), rule) for number, rule in enumerate(rules)]


def put_aside(table: Table, columns: Sequence[SilverColumn], rules: Sequence[RowRule] = ()) -> str:
    """INSERT of the bad rows into quarantine, protected, with reasons; $1 is the run id."""
    found = [reason for each in columns for reason in cell_sql.reasons(each)]
    found += [
        f"CASE WHEN r.{name} THEN {text_literal(rule.reason)} END" for name, rule in _named(rules)
    ]
    return f"""
INSERT INTO {qualified("quarantine", table.name)} ("row", reasons, source, bronze_row, run_id)
SELECT (SELECT to_jsonb(kept) FROM (SELECT {_shown(columns)}) kept),
  array_remove(ARRAY[{", ".join(found)}]::text[], NULL), r._source, r._row, $1
FROM {JUDGED} r
{_join(columns, "r")}
WHERE NOT r._ok
"""


def stage(columns: Sequence[SilverColumn], staged: str) -> str:
    """CREATE TABLE of the newest good row of each key, protected."""
    protected = ",\n  ".join(f"{_protected(each)} AS {each.name}" for each in columns)
    return f"""
CREATE TABLE {staged} AS
SELECT {protected}
FROM {JUDGED} r
{_join(columns, "r")}
WHERE r._ok AND r._rank = 1
"""


def count() -> str:
    """SELECT of how many rows were judged, and how many good ones have a newer one."""
    return (
        "SELECT count(*) AS rows_in, count(*) FILTER (WHERE _ok AND _rank > 1) AS deduplicated "
        f"FROM {JUDGED}"
    )


def _keys(keys: Sequence[SilverColumn]) -> str:
    """What makes rows the same: two spellings with one token are one row of silver."""
    return ", ".join(_made(key, f"judged.{key.name}") for key in keys)


def _newest(table: Table) -> str:
    names = [f"judged.{ident(table.watermark)} DESC NULLS LAST"] if table.watermark else []
    return ", ".join([*names, "judged._row DESC"])


def _each(columns: Sequence[SilverColumn], way: Callable[[SilverColumn], str]) -> str:
    return ",\n    ".join(f"{way(each)} AS {each.text}" for each in columns)


def _typed(columns: Sequence[SilverColumn]) -> str:
    values = [f"{cell_sql.value(each)} AS {each.name}" for each in columns if each.typed]
    return ",\n    ".join([each.text for each in columns] + values)


def _kept_of(table: Table, columns: Sequence[SilverColumn]) -> str:
    """What of a row is needed later: the watermark in any case, to tell which is the newest."""
    texts = [f"{_kept(table, each)} AS {each.text}" for each in columns]
    return ",\n    ".join([*texts, *(each.name for each in columns if each.typed)])


def _kept(table: Table, each: SilverColumn) -> str:
    tells_newest = each.column.name == table.watermark and not each.typed
    return each.text if tells_newest else cell_sql.kept_text(each)


def _ok(columns: Sequence[SilverColumn], rules: Sequence[RowRule]) -> str:
    tests = [test for each in columns if (test := cell_sql.holds(each)) is not None]
    tests += [f"NOT {name}" for name, _ in _named(rules)]
    return f"({' AND '.join(tests)})" if tests else "true"


def _shown(columns: Sequence[SilverColumn]) -> str:
    """What a quarantined row keeps: protected values, and shapes of those that can't be cast."""
    parts = []
    for each in columns:
        value = _protected(each)
        if each.typed and not each.protection:
            value = f"coalesce({value}::text, {cell_sql.shape(f'r.{each.text}')})"
        parts.append(f"{value} AS {each.name}")
    return ",\n    ".join(parts)


def _protected(each: SilverColumn) -> str:
    value = f"r.{each.name}"
    match each.operator:
        case Operator.REDACT if each.typed:
            return f"NULL::{each.sql_type}"
        case Operator.REDACT:
            return f"CASE WHEN {value} IS NOT NULL THEN {text_literal(REDACTED)} END"
        case _:
            return _made(each, value)


def _made(each: SilverColumn, value: str) -> str:
    """The substitute of a cell, or its value where it has none."""
    if each.substituted:
        return f"p.{each.substitute}" if each.in_bronze else "NULL::text"
    return f"coalesce(p.{each.substitute}, {value})" if each.made else value


def _join(columns: Sequence[SilverColumn], rows: str) -> str:
    if not any(each.made for each in columns):
        return ""
    return f"LEFT JOIN {PROTECTED} p ON p._row = {rows}._row"
