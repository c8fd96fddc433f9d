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

_VERSION = "[1-9][0-9]{0,3}"

_DIGITS = 2 * TOKEN_BYTES
"""Of a token, behind its prefix."""

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


def count(relation: str, columns: Sequence[Worded], found: Unwanted) -> str:
    """SELECT of how many cells of each column hold what has to go."""
    cells = ", ".join(f"count(*) FILTER (WHERE {_holds(each, found)})" for each in columns)
    return f"SELECT {cells} FROM {relation}"


def redact(relation: str, columns: Sequence[Worded], found: Unwanted) -> str:
    """ALTER TABLE that writes it anew: an UPDATE would leave each row there twice."""
    return f"ALTER TABLE {relation} {', '.join(_altered(each, found) for each in columns)}"


def _altered(each: Worded, found: Unwanted) -> str:
    name, word = ident(each.name), text_literal(REDACTED)
    collation = f" COLLATE {each.collation}" if each.collation else ""
    within = f"regexp_replace({each.text}, {_pattern(found)}, {word}, 'g')"
    changed = f"CASE WHEN {_is_token(each, found)} THEN {word} ELSE {within} END"
    return (
        f"ALTER COLUMN {name} TYPE {each.sql_type}{collation} USING "
        f"CASE WHEN {_holds(each, found)} THEN ({changed})::{each.sql_type} ELSE {name} END"
    )


def _holds(each: Worded, found: Unwanted) -> str:
    """Whether a cell holds any of it; what is cheap to see goes before the pattern."""
    signs = [rf"{each.text} LIKE '%\_%'"] if found.tokens or found.sealed else []
    signs += [f"{each.text} LIKE '%****%'"] if found.masks else []
    return (
        f"CASE WHEN {_is_token(each, found)} THEN true "
        f"WHEN {' OR '.join(signs)} THEN {each.text} ~ {_pattern(found)} ELSE false END"
    )


def _is_token(each: Worded, found: Unwanted) -> str:
    """Whether a cell is a token and nothing else: ten times faster than the pattern finds it."""
    if not found.tokens:
        return "false"
    begins = text_literal(f"(?i)^{_one_of(found.tokens)}{_VERSION}_")
    digits = f"right({each.text}, {_DIGITS})"
    return (
        f"octet_length({each.text}) BETWEEN {_DIGITS + 4} AND {_DIGITS + 7} "
        f"AND {each.text} ~ {begins} AND btrim({digits}, '0123456789abcdefABCDEF') = ''"
    )


def _pattern(found: Unwanted) -> str:
    """What has to go, as a regular expression, in whatever case a model wrote it."""
    parts = []
    if found.tokens:
        parts.append(f"{_one_of(found.tokens)}{_VERSION}_[0-9a-f]{{{_DIGITS}}}")
    if found.sealed:
        letters = _one_of(found.sealed)
        parts.append(f"es{_VERSION}_{letters}_[a-z0-9_-]{{{_FEWEST_SEALED},}}")
    if found.masks:
        # within a document or a list its signs stay, so that it can be read as one again
        parts.extend((r"^\*{4,}[^*]{4}$", r"\*{4,}[^*\s\"\\,(){}]{4}"))
    return text_literal(f"(?i)(?:{'|'.join(parts)})")


def _one_of(letters: Collection[str]) -> str:
    return f"(?:{'|'.join(sorted(letters))})"
