"""Which columns a column is made of, and how each of them takes part."""

from dataclasses import dataclass
from enum import StrEnum


class Influence(StrEnum):
    """How a column of the input acts on the output, in the words of OpenLineage."""

    IDENTITY = "IDENTITY"
    TRANSFORMATION = "TRANSFORMATION"
    AGGREGATION = "AGGREGATION"
    JOIN = "JOIN"
    FILTER = "FILTER"
    GROUP_BY = "GROUP_BY"
    SORT = "SORT"
    WINDOW = "WINDOW"
    CONDITIONAL = "CONDITIONAL"

    @property
    def direct(self) -> bool:
        """The value is made of this column; else the column only decides about it."""
        return self in _DIRECT


_DIRECT = frozenset({Influence.IDENTITY, Influence.TRANSFORMATION, Influence.AGGREGATION})


@dataclass(frozen=True, slots=True, order=True)
class ColumnSource:
    """A column that takes part, its dataset told as `schema.table` of this database."""

    dataset: str
    column: str
    influence: Influence
    masking: bool = False


@dataclass(frozen=True, slots=True)
class ColumnOrigin:
    """An output column, and what it is made of."""

    column: str
    sources: tuple[ColumnSource, ...]


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """What the columns of one dataset come from.

    `influences` act on all rows: filters, joins, grouping. `unresolved` says in words what could
    not be told, and nothing was guessed in its place.
    """

    columns: tuple[ColumnOrigin, ...] = ()
    influences: tuple[ColumnSource, ...] = ()
    unresolved: tuple[str, ...] = ()
