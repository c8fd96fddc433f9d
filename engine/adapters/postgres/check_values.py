"""Which values of a column are missing, valid or invalid, as conditions in SQL.

They mean what Soda's mean for PostgreSQL; each is given without parentheses around it.
"""

import math

from engine.adapters.postgres.check_formats import FORMATS, NUMBERS
from engine.adapters.postgres.names import text_literal
from engine.sodacl.model import Values

Literal = str | int | float


class Unanswerable(Exception):  # becomes the reason of a verdict, never an error for people
    """A check that can't be asked of this table, and why."""


def missing(column: str, values: Values) -> str:
    """NULL, and what was declared to mean the same."""
    clauses = [f"{column} IS NULL"]
    if values.missing_values:
        clauses.append(f"{column} IN {_literals(values.missing_values)}")
    if values.missing_regex is not None:
        clauses.append(_like(column, values.missing_regex))
    return " OR ".join(clauses)


def valid(column: str, values: Values) -> str:
    """There, and as was declared."""
    present = f"NOT ({missing(column, values)})"
    unlike = [f"NOT ({each})" for each in _signs_of_invalid(column, values)]
    return " AND ".join([present, *_needs_of_valid(column, values), *unlike])


def invalid(column: str, values: Values) -> str:
    """There, and not as was declared; raises Unanswerable where nothing was."""
    needs, signs = _needs_of_valid(column, values), _signs_of_invalid(column, values)
    if not needs and not signs:
        raise Unanswerable("it does not say which values are valid")
    bad = [*([f"NOT ({' AND '.join(needs)})"] if needs else []), *signs]
    return f"NOT ({missing(column, values)}) AND ({' OR '.join(bad)})"


def number(column: str, values: Values) -> str:
    """The column as a number, where it is text in a format of numbers."""
    return _cast(column) if values.valid_format in NUMBERS else column


def is_costly(values: Values) -> bool:
    """Whether a regular expression must look at each value."""
    return any(
        each is not None
        for each in (
            *(values.missing_regex, values.valid_regex, values.invalid_regex),
            *(values.valid_format, values.invalid_format),
        )
    )


def _needs_of_valid(column: str, values: Values) -> list[str]:
    """What must all hold of a valid value."""
    needs: list[str] = []
    if values.valid_values:
        needs.append(f"{column} IN {_literals(values.valid_values)}")
    if values.valid_format is not None:
        needs.append(_like(column, _format(values.valid_format)))
    if values.valid_regex is not None:
        needs.append(_like(column, values.valid_regex))
    for comparator, length in (
        ("=", values.valid_length),
        (">=", values.valid_min_length),
        ("<=", values.valid_max_length),
    ):
        if length is not None:
            needs.append(f"length({column}) {comparator} {length}")
    for comparator, limit in ((">=", values.valid_min), ("<=", values.valid_max)):
        if limit is not None:
            needs.append(_bounded(column, values, f"{comparator} {_literal(limit)}"))
    return needs


def _signs_of_invalid(column: str, values: Values) -> list[str]:
    """Each of which makes a value invalid."""
    signs: list[str] = []
    if values.invalid_format is not None:
        signs.append(_like(column, _format(values.invalid_format)))
    if values.invalid_values:
        signs.append(f"{column} IN {_literals(values.invalid_values)}")
    if values.invalid_regex is not None:
        signs.append(_like(column, values.invalid_regex))
    return signs


def _bounded(column: str, values: Values, limit: str) -> str:
    if values.valid_format is None:
        return f"{column} {limit}"
    # only what has the format can be cast, and AND promises no order
    fits = _like(column, _format(values.valid_format))
    return f"CASE WHEN {fits} THEN {_cast(column)} {limit} END"


def _cast(column: str) -> str:
    """All but digits, signs and points taken away, as Soda does it."""
    digits = rf"regexp_replace({column}, '[^-0-9\.\,]', '', 'g')"
    return f"CAST(NULLIF(regexp_replace({digits}, ',', '.', 'g'), '') AS double precision)"


def _format(name: str) -> str:
    if name not in FORMATS:
        raise Unanswerable(f"there is no format {name!r}")
    return FORMATS[name]


def _like(column: str, regex: str) -> str:
    return f"{column} ~ {text_literal(regex)}"


def _literals(values: tuple[Literal, ...]) -> str:
    return f"({', '.join(_literal(value) for value in values)})"


def _literal(value: Literal) -> str:
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f"'{value}'::float8"
    return str(value)
