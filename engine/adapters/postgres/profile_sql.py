"""The SQL of a profile: one SELECT for all columns, one for the values of those with few."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.adapters.postgres.names import dataset as quoted
from engine.adapters.postgres.names import ident, text_literal
from engine.catalog.model import DatasetName
from engine.quality.profile import FORMATS, Family, Field, Reference

LONGEST_SHAPE = 40
"""Longer texts have no shape that anybody would write down."""

TRIED_ROWS = 1_000
"""Only a format or shape that the first so many rows have is tried on all: it is dear."""

MOST_VALUES = 1_000
"""So many are read of columns that should have few: statistics may be old."""

_DIGITS, _SMALL, _LARGE = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FROM, _TO = _DIGITS + _SMALL + _LARGE, "9" * 10 + "a" * 26 + "A" * 26


@dataclass(frozen=True, slots=True)
class Common:
    """What the first values of a column of text have in common, and perhaps all the others."""

    formats: tuple[str, ...] = ()
    pattern: str | None = None


NOTHING = Common()


LIKE = "like "
"""Before a pattern, where it is asked how many values have it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One number or text that is asked of a column."""

    column: str
    what: str
    sql: str


def asked_of(
    field: Field, *, is_open: bool, exact: bool, common: Common = NOTHING
) -> Iterator[Asked]:
    """What is asked of a column: of a closed one only how many values it has and lacks."""
    name = ident(field.name)
    yield Asked(field.name, "present", f"count({name})")
    if exact and field.family is not Family.OTHER:
        yield Asked(field.name, "distinct", f"count(DISTINCT {name})")
    if is_open:
        for what, sql in _shown(field, name, common):
            yield Asked(field.name, what, sql)


def _shown(field: Field, name: str, common: Common) -> Iterator[tuple[str, str]]:
    match field.family:
        case Family.NUMBER:
            for what in ("min", "max", "sum", "avg"):
                yield what, f"{what}({name})::numeric"
        case Family.TIME | Family.DATE:
            yield "age", _age(name)
        case Family.TEXT:
            yield from _text(name, common)
        case _:
            return


def _text(name: str, common: Common) -> Iterator[tuple[str, str]]:
    yield "shortest", f"min(length({name}))"
    yield "longest", f"max(length({name}))"
    for each in common.formats:
        yield each, _how_many(name, FORMATS[each])
    if common.pattern is not None:
        yield f"{LIKE}{common.pattern}", _how_many(name, common.pattern)


def _how_many(name: str, pattern: str) -> str:
    return f"count(*) FILTER (WHERE {name} ~ {text_literal(pattern)})"


def _head(name: str) -> str:
    return f'left({name}::text, {LONGEST_SHAPE + 1}) COLLATE "C"'


def _shape(name: str) -> str:
    return f"translate({_head(name)}, {text_literal(_FROM)}, {text_literal(_TO)})"


def _age(name: str) -> str:
    """The age of the newest, in seconds; NULL for infinity and beyond what years Python knows."""
    newest = f"max({name})"
    known = f"{newest} BETWEEN '0001-01-01' AND '9999-12-31'"
    return f"CASE WHEN {known} THEN extract(epoch FROM now() - {newest}::timestamptz) END"


def select(dataset: DatasetName, asked: Sequence[Asked]) -> str:
    """One pass for all that is asked."""
    return f"SELECT {', '.join(each.sql for each in asked)} FROM {quoted(dataset)}"


def distinct(dataset: DatasetName, key: Sequence[str]) -> str:
    """How many different rows a key tells; hashed, where count(DISTINCT …) would sort."""
    names = ", ".join(map(ident, key))
    return f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM {quoted(dataset)}) different"


def common_to_some(dataset: DatasetName, columns: Sequence[str]) -> str:
    """For each column whether the first rows have each format, and the ends of their shapes."""
    asked = ", ".join(each for column in columns for each in _in_common(ident(column)))
    names = ", ".join(map(ident, columns))
    some = f"SELECT {names} FROM {quoted(dataset)} LIMIT {TRIED_ROWS}"
    return f"SELECT {asked} FROM ({some}) first_rows"


def _in_common(name: str) -> Iterator[str]:
    for pattern in FORMATS.values():
        yield f"bool_and({name} ~ {text_literal(pattern)})"
    for sql in (_shape(name), _head(name)):
        yield f"min({sql})"
        yield f"max({sql})"


def values_of(dataset: DatasetName, columns: Sequence[str]) -> str:
    """The values of these columns, one pass: the place of a column, the value, its rows."""
    names = [ident(column) for column in columns]
    sets = ", ".join(f"({name})" for name in names)
    places = " ".join(f"WHEN grouping({name}) = 0 THEN {at}" for at, name in enumerate(names))
    texts = " ".join(f"WHEN grouping({name}) = 0 THEN {name}::text" for name in names)
    return (
        f"SELECT CASE {places} END AS place, CASE {texts} END AS value, count(*) AS rows "
        f"FROM {quoted(dataset)} GROUP BY GROUPING SETS ({sets}) "
        f"ORDER BY rows DESC, value LIMIT {MOST_VALUES}"
    )


def unmatched(dataset: DatasetName, reference: Reference) -> str:
    """How many rows name nothing in the other dataset."""
    mine, other = ident(reference.column), ident(reference.other_column)
    there = f"SELECT FROM {quoted(reference.other)} o WHERE o.{other} = t.{mine}"
    return (
        f"SELECT count(*) FROM {quoted(dataset)} t "
        f"WHERE t.{mine} IS NOT NULL AND NOT EXISTS ({there})"
    )


def totals(dataset: DatasetName, columns: Sequence[str]) -> str:
    """The rows, and what each column of numbers adds up to."""
    sums = (f"sum({ident(column)})::numeric" for column in columns)
    return f"SELECT {', '.join(('count(*)', *sums))} FROM {quoted(dataset)}"
