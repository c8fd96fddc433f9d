"""How much of each column protection looks at, and what it came upon there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from engine.cards import counted
from engine.catalog.model import Operator
from engine.privacy.model import Protection


class Reach(StrEnum):
    """What of a column protection is about."""

    CELL = "cell"
    """The whole value of each cell, which is personal."""
    PATTERNS = "patterns"
    """What has the form of something personal, within values that are not."""
    TEXT = "text"
    """That, and names and places in free text."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is done to one column: to its cells, or to what is found within them.

    `spans` says it by entity, `otherwise` for any other one; `ignored` entities are not personal
    here, because somebody said so.
    """

    column: str
    reach: Reach
    protection: Protection | None = None
    spans: Mapping[str, Protection] = field(default_factory=dict)
    otherwise: Protection | None = None
    ignored: frozenset[str] = frozenset()

    @classmethod
    def whole(cls, protection: Protection) -> "Coverage":
        """Each cell as a whole."""
        return cls(protection.column, Reach.CELL, protection)

    def protection_of(self, entity: str) -> Protection | None:
        """What is done to an entity within the cells; None where it stays."""
        found = self.spans.get(entity, self.otherwise)
        if found is None or found.operator is Operator.KEEP or entity in self.ignored:
            return None
        return replace(found, entity=entity)


@dataclass(frozen=True, slots=True, order=True)
class Spotted:
    """In how many cells of a column an entity was found and protected."""

    column: str
    entity: str
    cells: int


def merged(spotted: Iterable[Spotted]) -> tuple[Spotted, ...]:
    """One entry for each column and entity, in their order."""
    cells: dict[tuple[str, str], int] = {}
    for each in spotted:
        key = (each.column, each.entity)
        cells[key] = cells.get(key, 0) + each.cells
    return tuple(Spotted(*key, count) for key, count in sorted(cells.items()))


def protections_of(
    coverages: Sequence[Coverage], spotted: Sequence[Spotted], rows: int
) -> tuple[Protection, ...]:
    """What was protected in so many rows: whole columns, and what was found within others."""
    whole = [each.protection for each in coverages if each.protection is not None]
    by_column = {each.column: each for each in coverages}
    return (*whole, *_found_within(by_column, spotted, rows))


def _found_within(
    coverages: Mapping[str, Coverage], spotted: Sequence[Spotted], rows: int
) -> Iterable[Protection]:
    for each in spotted:
        done = coverages[each.column].protection_of(each.entity)
        if done is not None:
            reason = f"{each.entity} in {counted(each.cells, 'cell')} of {rows:,}"
            yield replace(
                done,
                reasons=(reason,),
                within=True,
                cells=each.cells,
                share=each.cells / max(rows, 1),
            )
