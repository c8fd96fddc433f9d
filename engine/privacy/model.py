"""What is known of a column's values, and how it is decided that they are personal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.catalog.model import Column, ColumnType, DatasetName, Operator
from engine.privacy.hints import hinted_entity

HALF = 0.5

SHORTEST_NUMBER = 9
"""Characters from which a number can be personal by itself: a US_SSN has nine digits."""


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """Some values of one column; they are never shown in a repr."""

    column: str
    values: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """In how many of the sampled cells each entity was found, and what else they look like.

    `formed` counts the cells that have the form of an entity with a checksum, whether it holds or
    not; `fitting` those that may be what the column's name says; `wordy` those with sentences.
    """

    column: str
    sampled: int
    cells: Mapping[str, int]
    formed: Mapping[str, int] = field(default_factory=dict)
    fitting: int = 0
    wordy: int = 0
    shapes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """How what was found of each entity looks, masked; under "" how the cells do."""

    def looks(self, entity: str | None) -> tuple[str, ...]:
        """How values of an entity look, or the cells where none was recognised in them."""
        return self.shapes.get(entity or "") or self.shapes.get("", ())

    def share(self, entity: str) -> float:
        """The part of the sampled cells that held the entity."""
        return self.cells.get(entity, 0) / self.sampled if self.sampled else 0.0


@dataclass(frozen=True, slots=True)
class ColumnClass:
    """What a column holds: an entity with the reasons for it, or nothing personal.

    In a column of free text personal data stands within what people wrote. What is there `by_luck`
    is none: so few values of that form pass its check that those that do are chance.
    """

    column: str
    entity: str | None
    reasons: tuple[str, ...] = ()
    free_text: bool = False
    by_luck: frozenset[str] = frozenset()
    looks: tuple[str, ...] = ()
    """How what it holds looks, masked."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What is done to one column on its way to silver, and who decided it."""

    column: str
    operator: Operator
    entity: str | None = None
    declared: bool = True
    reasons: tuple[str, ...] = ()
    to: str | None = None
    rule: str = ""
    within: bool = False
    """Whether only what stands within some cells is meant."""
    cells: int = 0
    """In how many, where only some hold it."""
    share: float = 1.0
    """The part of all cells that hold it."""
    looks: tuple[str, ...] = ()
    """How its values look, masked, where somebody looked."""


@dataclass(frozen=True, slots=True)
class ColumnFinding:
    """That an entity was found in a column: in how many cells, since when, in which run last."""

    dataset: DatasetName
    column: str
    entity: str
    cells: int
    share: float
    first_seen: datetime
    last_seen: datetime
    run_id: str

    @property
    def fills_the_cells(self) -> bool:
        """Whether the column is that, and not only has it somewhere within its texts."""
        return self.share >= HALF


def unnamed_numbers(columns: Sequence[str], declared: Sequence[Column]) -> tuple[str, ...]:
    """Those of the columns that hold numbers by declaration, and whose name speaks for nothing."""
    numbers = {column.name for column in declared if column.type is not ColumnType.TEXT}
    return tuple(name for name in columns if name in numbers and hinted_entity(name) is None)


def worth_sampling(columns: Sequence[str], longest: Mapping[str, int]) -> tuple[str, ...]:
    """The columns without those of numbers, as their longest value shows, that say nothing."""
    return tuple(name for name in columns if longest.get(name, SHORTEST_NUMBER) >= SHORTEST_NUMBER)
