"""What may be asked about what feeds what."""

from dataclasses import dataclass
from enum import StrEnum

from engine.commands.base import Command


class Direction(StrEnum):
    """Which way to follow what feeds what."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    BOTH = "both"


class Mishap(StrEnum):
    """What is imagined to happen to a dataset or a column."""

    BREAKS = "breaks"
    LATE = "late"
    DROPPED = "dropped"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ShowLineage(Command):
    """What a dataset, or one of its columns, is made from and what is made from it."""

    name = "show_lineage"
    dataset: str
    column: str | None = None
    direction: Direction = Direction.BOTH


@dataclass(frozen=True, slots=True)
class ShowImpact(Command):
    """What a mishap to a dataset, or to one of its columns, would break, and whom it would hurt."""

    name = "show_impact"
    dataset: str
    column: str | None = None
    mishap: Mishap = Mishap.BREAKS
