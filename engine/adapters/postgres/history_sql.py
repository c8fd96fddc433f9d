"""The SQL that keeps every version of a row, slowly changing dimensions of type 2; pure text.

A version holds from its watermark to the next one's. The versions of the touched keys are worked
out anew from all of their rows in bronze, so late rows find their place.
"""

from collections.abc import Mapping, Sequence

from engine.adapters.postgres.increments import Increment
from engine.adapters.postgres.merge_sql import differ
from engine.adapters.postgres.names import ident

VALIDITY = ("valid_from", "valid_to", "is_current")

GONE = "_gone"
"""Marks a row of the delta that says only that the key was deleted then."""


def validity_types(increment: Increment) -> Mapping[str, str]:
    """The columns that a history adds, with their types."""
    moment = increment.watermark_type
    return dict(zip(VALIDITY, (moment, moment, "boolean"), strict=True))


def versions(events: str, columns: Sequence[str], increment: Increment) -> str:
    """SELECT of the versions that some rows make, one row a key and watermark; with `_gone`."""
    keys = ", ".join(ident(key) for key in increment.key)
    at = ident(increment.watermark)
    order = f"PARTITION BY {keys} ORDER BY {at}"
    gone = f"coalesce({ident(increment.deleted)}, false)" if increment.deleted else "false"
    content = [ident(name) for name in columns if name not in {*increment.key, increment.watermark}]
    equal = (f"{name} IS NOT DISTINCT FROM lag({name}) OVER by_time" for name in content)
    same = " AND ".join(["row_number() OVER by_time > 1", *equal])
    names = ", ".join(ident(name) for name in columns)
    return f"""
SELECT {names}, {at} AS valid_from, valid_to, valid_to IS NULL AS is_current,
  {gone} AS {GONE}
FROM (
  SELECT *, lead({at}) OVER ({order}) AS valid_to
  FROM (SELECT *, {same} AS _same FROM {events} WINDOW by_time AS ({order})) compared
  WHERE NOT _same
) version
"""


def merged_rows(delta: str, increment: Increment) -> tuple[str, str]:
    """Which rows of the delta and of silver make the history as it will be.

    The delta has all versions of its keys.
    """
    return (
        f"NOT d.{GONE}",
        f"NOT EXISTS (SELECT FROM {delta} d WHERE {_same_key(increment)})",
    )


def merge(silver: str, delta: str, columns: Sequence[str], increment: Increment) -> Sequence[str]:
    """Statements in order: versions that are no more, that end, that changed, that are new.

    Versions end before others begin: a key has one current version at any time.
    """
    names = ", ".join(ident(name) for name in columns)
    values = ", ".join(f"d.{ident(name)}" for name in columns)
    changes = ", ".join(f"{ident(name)} = d.{ident(name)}" for name in columns)
    same = f"{_same_key(increment)} AND s.valid_from = d.valid_from AND NOT d.{GONE}"
    changed = f"{same} AND {differ(columns)}"
    delete = f"DELETE FROM {silver} s USING (SELECT DISTINCT {_keys(increment)} FROM {delta}) t"
    insert = f"INSERT INTO {silver} ({names}) SELECT {values} FROM {delta} d"
    kept = f"EXISTS (SELECT FROM {delta} d WHERE {same})"
    there = f"EXISTS (SELECT FROM {silver} s WHERE {same})"
    update = f"UPDATE {silver} s SET {changes} FROM {delta} d WHERE {changed}"
    return (
        f"{delete} WHERE {_same_key(increment, 't')} AND NOT {kept}",
        f"{update} AND NOT d.is_current",
        f"{update} AND d.is_current",
        f"{insert} WHERE NOT d.{GONE} AND NOT {there}",
    )


def _keys(increment: Increment) -> str:
    return ", ".join(ident(key) for key in increment.key)


def _same_key(increment: Increment, delta: str = "d") -> str:
    return " AND ".join(f"s.{ident(key)} = {delta}.{ident(key)}" for key in increment.key)
