"""The SQL of the rows that were put aside: they come, leave and are told of; pure text.

A row leaves in the transaction that publishes it. Refining only notes for which run it would leave,
so that a run that is held back takes nothing out of quarantine.
"""

from engine.adapters.postgres.names import qualified, text_literal
from engine.catalog.model import Table
from engine.runs.model import Release


def create(table: Table) -> str:
    """CREATE TABLE for the quarantine of a table."""
    return (
        f"CREATE TABLE IF NOT EXISTS {_quarantine(table)} ("
        '"row" jsonb NOT NULL, reasons text[] NOT NULL, source text, bronze_row bigint, '
        "run_id text NOT NULL, quarantined_at timestamptz NOT NULL DEFAULT now(), leaving text)"
    )


def add_leaving(table: Table) -> str:
    """ALTER TABLE for one that an older Atlas made."""
    return f"ALTER TABLE {_quarantine(table)} ADD COLUMN IF NOT EXISTS leaving text"


def let_leave(table: Table, source: str | None = None) -> str:
    """UPDATE of what was put aside before of the rows that are judged anew; $1 is the run id."""
    judged = f" WHERE bronze_row IN (SELECT _row FROM {source} b)" if source else ""
    return f"UPDATE {_quarantine(table)} SET leaving = $1{judged}"


def drop_replaced(table: Table) -> str:
    """DELETE of the leaving rows that were put aside once more; $1 is the run id."""
    name = _quarantine(table)
    again = f"SELECT bronze_row FROM {name} WHERE leaving IS NULL AND run_id = $1"
    # IS TRUE keeps it from becoming a join, which is nested where nobody counted the new rows yet
    return f"DELETE FROM {name} WHERE leaving = $1 AND (bronze_row IN ({again})) IS TRUE"


def leave(table: str) -> str:
    """DELETE of the rows that leave with what a run publishes; $1 is the run id."""
    return f"DELETE FROM {qualified('quarantine', table)} WHERE leaving = $1"


def rows_of(table: Table, release: Release) -> str:
    """SELECT of the rows of bronze that are asked for."""
    asked = "true" if release.rule is None else _matching(text_literal(release.rule))
    return f"SELECT bronze_row FROM {_quarantine(table)} WHERE {asked}"


def count(table: Table) -> str:
    """SELECT of how many rows there are; $1 is the rule, $2 the moment, each may be NULL."""
    return f"SELECT count(*) FROM {_quarantine(table)} WHERE {_MEANT}"


def reasons(table: Table) -> str:
    """SELECT of how many rows each reason has, the most frequent ones first."""
    return (
        f"SELECT {_KIND} AS kind, count(*) AS rows FROM {_quarantine(table)}, "
        f"unnest(reasons) reason WHERE {_MEANT} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_REASONS}"
    )


def newest(table: Table) -> str:
    """SELECT of the rows that were read last; $3 are the columns to show, $4 how many rows."""
    return (
        f'SELECT source, bronze_row, reasons, run_id, ARRAY(SELECT left("row" ->> name, {LONGEST})'
        " FROM unnest($3::text[]) WITH ORDINALITY shown (name, place) ORDER BY place) AS values "
        f"FROM {_quarantine(table)} WHERE {_MEANT} ORDER BY bronze_row DESC LIMIT $4"
    )


def delete(table: Table) -> str:
    """DELETE of them."""
    return f"DELETE FROM {_quarantine(table)} WHERE {_MEANT}"


MOST_REASONS = 8
LONGEST = 60
"""Characters of a value that are shown."""

_OF_A_CHECK = "split_part(reason, ': ', 1) ~ '[ (]'"
_KIND = f"CASE WHEN {_OF_A_CHECK} THEN reason ELSE split_part(reason, ' (', 1) END"
"""A reason without the shape of its value: `birth_date: not a date`."""


def _matching(rule: str) -> str:
    """Whether a row was put aside for a rule: its reason, or a column that this is about."""
    about = f"CASE WHEN {_OF_A_CHECK} THEN reason ELSE split_part(reason, ': ', 1) END"
    words = f"' ' || translate({about}, ':()[]<>=!,', repeat(' ', 10)) || ' '"
    column = f"\"row\" ? {rule} AND position(' ' || {rule} || ' ' IN {words}) > 0"
    return f"EXISTS (SELECT FROM unnest(reasons) reason WHERE {rule} = {_KIND} OR {column})"


_MEANT = (
    f"($1::text IS NULL OR {_matching('$1::text')}) "
    "AND ($2::timestamptz IS NULL OR quarantined_at < $2::timestamptz)"
)


def _quarantine(table: Table) -> str:
    return qualified("quarantine", table.name)
