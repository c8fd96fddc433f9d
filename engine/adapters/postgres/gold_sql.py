"""The SQL that finds substitutes in a staged gold table and redacts them; pure text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.adapters.postgres.names import ident, text_literal
from engine.privacy.gold import Unwanted
from engine.privacy.protect import REDACTED, TOKEN_BYTES

WORDED = """SELECT attname AS name, format_type(atttypid, atttypmod) AS type,
  CASE WHEN attcollation <> typcollation THEN
    (SELECT quote_ident(nspname) || '.' || quote_ident(collname) FROM pg_collation
     JOIN pg_namespace ON pg_namespace.oid = collnamespace WHERE pg_collation.oid = attcollation)
  END AS collation
FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
  AND typcategory IN ('S', 'A', 'C', 'U') AND typname NOT IN ('uuid', 'bytea')
ORDER BY attnum"""
"""The columns that can hold words: text, lists, rows, and documents such as JSON."""

_FEWEST_SEALED = 23
"""Characters of the shortest sealed value behind its prefix: sixteen bytes and one more."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A column that can hold words, as it is."""

    name: str
    sql_type: str
    collation: str | None = None

    @property
    def text(self) -> str:
        """Its value as text."""
        return f"{ident(self.name)}::text"


def pattern(found: Unwanted) -> str:
    """What has to go, as a regular expression of PostgreSQL, in whatever case a model wrote it."""
    version = "[1-9][0-9]{0,3}"
    parts = []
    if found.tokens:
        parts.append(f"{_one_of(found.tokens)}{version}_[0-9a-f]{{{2 * TOKEN_BYTES}}}")
    if found.sealed:
        letters = _one_of(found.sealed)
        parts.append(f"es{version}_{letters}_[a-z0-9_-]{{{_FEWEST_SEALED},}}")
    if found.masks:
        # within a document or a list its signs stay, so that it can be read as one again
        parts.extend((r"^\*{4,}[^*]{4}$", r"\*{4,}[^*\s\"\\,(){}]{4}"))
    return f"(?i){'|'.join(parts)}"


def _one_of(letters: Collection[str]) -> str:
    return f"({'|'.join(sorted(letters))})"


def count(relation: str, columns: Sequence[Worded], what: str) -> str:
    """SELECT of how many cells of each column hold what has to go."""
    wanted = text_literal(what)
    cells = ", ".join(f"count(*) FILTER (WHERE {each.text} ~ {wanted})" for each in columns)
    return f"SELECT {cells} FROM {relation}"


def redact(relation: str, columns: Sequence[Worded], what: str) -> str:
    """ALTER TABLE that writes it anew: an UPDATE would leave each row there twice."""
    return f"ALTER TABLE {relation} {', '.join(_redacted(each, what) for each in columns)}"


def _redacted(each: Worded, what: str) -> str:
    wanted, word = text_literal(what), text_literal(REDACTED)
    name = ident(each.name)
    collation = f" COLLATE {each.collation}" if each.collation else ""
    changed = f"regexp_replace({each.text}, {wanted}, {word}, 'g')::{each.sql_type}"
    return (
        f"ALTER COLUMN {name} TYPE {each.sql_type}{collation} "
        f"USING CASE WHEN {each.text} ~ {wanted} THEN {changed} ELSE {name} END"
    )
