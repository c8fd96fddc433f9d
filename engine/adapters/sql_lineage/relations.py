"""What stands in a FROM: named relations, their columns, and what they make visible together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from engine.adapters.sql_lineage.made import NOTHING, Made, changed, together

Column = tuple[str, Made]

SYSTEM_COLUMNS = frozenset({"ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"})


@dataclass(frozen=True, slots=True)
class Relation:
    """Columns in their order, what acts on all rows, and which datasets are read for them.

    Where not all columns are known, `beyond` says what another one would be made of.
    """

    columns: tuple[Column, ...] = ()
    influences: Made = NOTHING
    reads: frozenset[str] = frozenset()
    beyond: Callable[[str], Made] | None = None
    dataset: str | None = None

    def find(self, name: str) -> Made | None:
        """What a column is made of; None where there is none, or several of that name."""
        found = [made for column, made in self.columns if column == name]
        if len(found) == 1:
            return found[0]
        if not found and name in SYSTEM_COLUMNS:
            return NOTHING
        return self.beyond(name) if self.beyond and not found else None

    def row(self) -> Made:
        """What the row as one value is made of."""
        return changed(together(made for _, made in self.columns))

    def renamed(self, names: Sequence[str]) -> "Relation":
        """With other names for its first columns."""
        rest = self.columns[len(names) :]
        first = zip(names, self.columns, strict=False)
        return replace(self, columns=(*((name, made) for name, (_, made) in first), *rest))


LOST = Relation(beyond=lambda _: NOTHING)
"""A relation that is not known, which was said already."""


@dataclass(frozen=True)
class Rows:
    """What a FROM makes visible: relations by alias, and columns as `*` would show them."""

    relations: tuple[tuple[str, Relation], ...] = ()
    visible: tuple[Column, ...] = ()
    influences: Made = NOTHING
    _index: dict[str, list[Made]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, alias: str, relation: Relation) -> "Rows":
        """The rows of one relation."""
        return cls(((alias, relation),), relation.columns, relation.influences)

    def __post_init__(self) -> None:
        for name, made in self.visible:
            self._index.setdefault(name, []).append(made)

    def relation(self, alias: str, schema: str = "") -> Relation | None:
        """The relation of that name."""
        wanted = f"{schema}.{alias}"
        for name, relation in self.relations:
            if name == alias and (not schema or relation.dataset == wanted):
                return relation
        return None

    def named(self, column: str) -> Sequence[Made]:
        """What each visible column of a name is made of."""
        return self._index.get(column, ())

    @property
    def unknown(self) -> tuple[Relation, ...]:
        """The relations that may have more columns."""
        return tuple(each for _, each in self.relations if each.beyond is not None)

    def beside(self, other: "Rows") -> "Rows":
        """Both, without any condition."""
        return Rows(
            (*self.relations, *other.relations),
            (*self.visible, *other.visible),
            self.influences | other.influences,
        )

    def merged(self, other: "Rows", shared: Iterable[Column], influences: Made) -> "Rows":
        """Both, with some columns of the same name shown once, and first."""
        first = tuple(shared)
        names = {name for name, _ in first}
        rest = ((name, made) for name, made in (*self.visible, *other.visible) if name not in names)
        both = self.beside(other)
        return Rows(both.relations, (*first, *rest), both.influences | influences)

    def under(self, influences: Made) -> "Rows":
        """The same, with more that acts on all of them."""
        return Rows(self.relations, self.visible, self.influences | influences)
