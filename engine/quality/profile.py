"""What one look at a table tells of it: counts of every column, values only of open ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from engine.catalog.model import DatasetName, Layer, Project

MOST_REFERENCES = 6
"""So many foreign keys are tried: each is a join of its own."""

MOST_UPSTREAM = 4
"""From so many of the datasets that a gold model reads totals are taken."""

FEW_VALUES = 12
"""A text column with at most so many different values is a list to choose from."""

_LONGEST_CHOICE = 40
_ROWS_FOR_A_CHOICE = 20
"""Each of few values stands for so many rows on average."""

_MOST_IN_A_KEY = 4

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        # each takes less than what SodaCL calls by that name, so what is found here holds there
        "email": r"^[a-zA-Z0-9.\-_%+]+@[a-zA-Z0-9.\-_]+\.[A-Za-z]{2,4}$",
        "uuid": r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        "date iso 8601": r"^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "ipv4 address": r"^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$",
    }
)
"""How text may be written, by the name that SodaCL has for it."""


class Family(StrEnum):
    """What can be told of the values of a PostgreSQL type."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    DATE = "date"
    PLAIN = "plain"
    """Values can be counted and compared, and that is all."""
    OTHER = "other"


_FAMILIES = (
    (Family.TEXT, ("text", "character", "varchar")),
    (Family.NUMBER, ("smallint", "integer", "bigint", "numeric", "real", "double precision")),
    (Family.TIME, ("timestamp",)),
    (Family.DATE, ("date",)),
    (Family.PLAIN, ("boolean", "uuid")),
)


@dataclass(frozen=True, slots=True)
class Field:
    """A column as the database knows it."""

    name: str
    type: str

    @property
    def family(self) -> Family:
        """What can be told of its values."""
        if self.type.endswith("[]"):
            return Family.OTHER
        found = (family for family, starts in _FAMILIES if self.type.startswith(starts))
        return next(found, Family.OTHER)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the values of an open column are like; not shown in a repr of its column."""

    low: Decimal | None = None
    high: Decimal | None = None
    total: Decimal | None = None
    average: Decimal | None = None
    age: timedelta | None = None
    """How long ago the newest was."""
    lengths: tuple[int, int] | None = None
    formats: tuple[str, ...] = ()
    """The formats that all values have."""
    pattern: str | None = None
    """A regular expression of the one shape that all values have."""
    values: tuple[str, ...] = ()
    """All different values, the most frequent first, where they are few."""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column: counts, and of an open one what its values are like."""

    name: str
    family: Family
    nulls: int
    distinct: int | None = None
    """How many different values there are; None where that was not counted."""
    estimated: bool = False
    shown: Shown | None = field(default=None, repr=False)

    def is_a_choice(self, rows: int) -> bool:
        """Whether it is open text with few different values, each of them in many rows."""
        if self.shown is None or self.shown.lengths is None or not self.distinct:
            return False
        is_short = self.shown.lengths[1] <= _LONGEST_CHOICE
        return is_short and self.distinct <= min(FEW_VALUES, rows // _ROWS_FOR_A_CHOICE)

    def with_values(self, values: Sequence[str]) -> Self:
        """The same column with all of its values, unless they are none or too many."""
        if self.shown is None or not 0 < len(values) <= FEW_VALUES:
            return self
        shown = replace(self.shown, values=tuple(values))
        return replace(self, distinct=len(values), estimated=False, shown=shown)


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that may tell rows apart, and how many different ones they tell."""

    columns: tuple[str, ...]
    distinct: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that may name rows of another dataset."""

    column: str
    other: DatasetName
    other_column: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """How many rows have a value there that the other dataset lacks."""

    reference: Reference
    unmatched: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What a dataset adds up to: its rows, and its open columns of numbers."""

    dataset: DatasetName
    rows: int
    sums: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """One dataset as it was found."""

    dataset: DatasetName
    rows: int
    columns: tuple[ColumnProfile, ...]
    keys: tuple[Key, ...] = ()
    inclusions: tuple[Inclusion, ...] = ()
    upstream: tuple[Totals, ...] = ()

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name."""
        return next((each for each in self.columns if each.name == name), None)

    def is_unique(self, key: Key) -> bool:
        """Whether no two rows are the same there."""
        return 0 < self.rows == key.distinct


def keys_to_try(
    project: Project, dataset: DatasetName, fields: Sequence[Field]
) -> tuple[tuple[str, ...], ...]:
    """Columns that may tell rows apart: the declared key, and of gold what is no measure."""
    present = {each.name for each in fields}
    if dataset.layer is Layer.SILVER:
        key = project.source_table(dataset).key
        return (key,) if present.issuperset(key) else ()
    if dataset.layer is Layer.BRONZE:
        return ()  # the same row comes again with each delivery
    families = (Family.TEXT, Family.DATE, Family.TIME)
    named = tuple(each.name for each in fields if each.family in families)[:_MOST_IN_A_KEY]
    singly = tuple((name,) for name in named)
    firsts = tuple(named[:length] for length in range(2, len(named) + 1))
    return singly + firsts


def references_to_try(
    project: Project, dataset: DatasetName, fields: Sequence[Field]
) -> tuple[Reference, ...]:
    """Columns called like the key of another silver table."""
    if dataset.layer is Layer.BRONZE:
        return ()
    return tuple(_references(project, dataset, fields))[:MOST_REFERENCES]


def _references(
    project: Project, dataset: DatasetName, fields: Sequence[Field]
) -> Iterator[Reference]:
    for table in project.tables:
        if len(table.key) != 1 or table.silver == dataset:
            continue
        (key,) = table.key
        called = {key, f"{table.name.removesuffix('s')}_{key}", f"{table.name}_{key}"}
        if key in {"id", "key", "code", "name"}:
            called.discard(key)  # each table may have one of its own
        for each in fields:
            if each.name in called and each.family in (Family.TEXT, Family.NUMBER, Family.PLAIN):
                yield Reference(each.name, table.silver, key)


def upstream_to_total(project: Project, dataset: DatasetName) -> tuple[DatasetName, ...]:
    """The datasets whose totals a gold model may repeat."""
    if dataset.layer is not Layer.GOLD:
        return ()
    read = project.upstream_of(dataset)
    return tuple(each for each in read if each.layer is Layer.SILVER)[:MOST_UPSTREAM]


def pattern_of(shape: str, low: str, high: str) -> str | None:
    """A regular expression of values that all have a shape, from the first and the last of them.

    In a shape 9 stands for a digit, a and A for letters. Where the first and the last value
    begin alike, all do.
    """
    if not shape or not all(
        each.isascii() and (each.isalnum() or each in _AS_IS) for each in shape
    ):
        return None
    same = 0
    while same < len(shape) and low[same] == high[same] and shape[same] != "9":
        same += 1
    begin = "".join(map(_literal, low[:same]))
    return f"^{begin}{''.join(_classes(shape[same:]))}$"


_AS_IS = "_-/."
_CLASSES = {"9": "[0-9]", "a": "[a-z]", "A": "[A-Z]"}


def _classes(shape: str) -> Iterator[str]:
    at = 0
    while at < len(shape):
        count = 1
        while at + count < len(shape) and shape[at + count] == shape[at]:
            count += 1
        piece = _CLASSES.get(shape[at]) or _literal(shape[at])
        yield piece if count == 1 else f"{piece}{{{count}}}"
        at += count


def _literal(character: str) -> str:
    return "[.]" if character == "." else character
