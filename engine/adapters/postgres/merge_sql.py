"""The SQL that brings a delta into silver, newer rows only; pure text in, text out."""

from collections.abc import Collection, Mapping, Sequence

from engine.adapters.postgres.increments import Increment
from engine.adapters.postgres.names import ident, text_literal


def same_key(increment: Increment) -> str:
    """Whether a row `d` of the delta and a row `s` of silver are of the same thing."""
    return " AND ".join(f"s.{ident(key)} = d.{ident(key)}" for key in increment.key)


def _newer(increment: Increment) -> str:
    """Of equal watermarks the delta's row was loaded later; no watermark at all is the oldest."""
    name = ident(increment.watermark)
    return f"coalesce(d.{name} >= s.{name}, s.{name} IS NULL)"


def _gone(increment: Increment) -> str:
    return f"coalesce(d.{ident(increment.deleted)}, false)" if increment.deleted else "false"


def merged_rows(delta: str, increment: Increment) -> tuple[str, str]:
    """Which rows of the delta, without late ones, and of silver make silver as it will be."""
    return (
        f"NOT {_gone(increment)}",
        f"NOT EXISTS (SELECT FROM {delta} d WHERE {same_key(increment)})",
    )


def drop_late(silver: str, delta: str, increment: Increment) -> str:
    """DELETE of the rows of a delta that are older than those in silver."""
    late = f"{same_key(increment)} AND NOT {_newer(increment)}"
    return f"DELETE FROM {delta} d USING {silver} s WHERE {late}"


def union(
    silver: str,
    delta: str,
    columns: Mapping[str, str],
    present: Collection[str],
    rows: tuple[str, str],
) -> str:
    """SELECT of some rows of the delta and of silver; `columns` are the delta's, with types."""
    ours = ", ".join(f"d.{ident(name)}" for name in columns)
    theirs = ", ".join(
        f"s.{ident(name)}" if name in present else f"NULL::{sql_type}"
        for name, sql_type in columns.items()
    )
    return (
        f"SELECT {ours} FROM {delta} d WHERE {rows[0]}\n"
        f"UNION ALL\nSELECT {theirs} FROM {silver} s WHERE {rows[1]}"
    )


def coming(delta: str, increment: Increment) -> str:
    """SELECT of the rows that a delta without late ones brings."""
    return f"SELECT d.* FROM {delta} d WHERE NOT {_gone(increment)}"


def going(silver: str, delta: str, increment: Increment) -> str:
    """SELECT of the rows of silver that a delta replaces or takes away."""
    same = f"SELECT FROM {delta} d WHERE {same_key(increment)}"
    return f"SELECT s.* FROM {silver} s WHERE EXISTS ({same})"


def merge(silver: str, delta: str, columns: Sequence[str], increment: Increment) -> str:
    """The MERGE, which returns how many rows it inserted, updated and deleted."""
    names = ", ".join(ident(name) for name in columns)
    values = ", ".join(f"d.{ident(name)}" for name in columns)
    changed = ", ".join(f"{ident(name)} = d.{ident(name)}" for name in columns)
    newer, gone = _newer(increment), _gone(increment)
    return f"""
WITH merged AS (
  MERGE INTO {silver} AS s USING {delta} AS d ON {same_key(increment)}
  WHEN MATCHED AND {newer} AND {gone} THEN DELETE
  WHEN MATCHED AND {newer} AND {differ(columns)} THEN UPDATE SET {changed}
  WHEN NOT MATCHED AND NOT {gone} THEN INSERT ({names}) VALUES ({values})
  RETURNING merge_action() AS action
)
SELECT count(*) FILTER (WHERE action = 'INSERT') AS inserted,
  count(*) FILTER (WHERE action = 'UPDATE') AS updated,
  count(*) FILTER (WHERE action = 'DELETE') AS deleted
FROM merged
"""


def differ(columns: Sequence[str]) -> str:
    """Whether any of the columns of `s` and `d` differs."""
    before = ", ".join(f"s.{ident(name)}" for name in columns)
    after = ", ".join(f"d.{ident(name)}" for name in columns)
    return f"ROW({before}) IS DISTINCT FROM ROW({after})"


def newest(table: str, increment: Increment, known: str | None) -> str:
    """SELECT of the highest watermark of a table, or of the one known before, as text."""
    highest = f"max({ident(increment.watermark)})"
    if known is not None:
        highest = f"greatest({highest}, {text_literal(known)}::{increment.watermark_type})"
    return f"SELECT {highest}::text FROM {table}"


BY_INDEX = "SELECT set_config('random_page_cost', '1.1', true)"
"""A delta is small: its rows are looked up in silver, which is not read from end to end."""


def drop_deleted(staged: str, deleted: str) -> str:
    """DELETE of the rows that say of themselves that they are gone."""
    return f"DELETE FROM {staged} WHERE {ident(deleted)}"


def unique_key(name: str, table: str, increment: Increment) -> str:
    """CREATE UNIQUE INDEX on the key; of a history only current rows are one a key."""
    keys = ", ".join(ident(key) for key in increment.key)
    current = " WHERE is_current" if increment.history else ""
    return f"CREATE UNIQUE INDEX {ident(name)} ON {table} ({keys}){current}"
