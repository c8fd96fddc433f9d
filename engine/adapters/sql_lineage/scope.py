"""What one statement knows while it is read: the schema, what was said so far, names in sight."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlglot import exp

from engine.adapters.sql_lineage.made import NOTHING, Made
from engine.adapters.sql_lineage.relations import LOST, SYSTEM_COLUMNS, Relation, Rows
from engine.lineage.columns import ColumnOrigin, ColumnSource, Influence

Schema = Mapping[str, Mapping[str, str]]

ANY = "*"
"""A column of a schema that stands for others that are not known."""

_UNKNOWN: Mapping[str, str] = {ANY: ""}

BUDGET = 400_000
"""Nodes and sources that are looked at: some tenths of a second."""


class TooMuch(Exception):
    """A statement takes more work than its lineage is worth."""


@dataclass(frozen=True, slots=True)
class Write:
    """What a statement writes into one table."""

    target: str
    reads: frozenset[str]
    columns: tuple[ColumnOrigin, ...] = ()
    influences: Made = NOTHING


@dataclass(slots=True)
class Reading:
    """One statement being read: what it may know, and what was found out."""

    schema: Schema
    relation_of: "Callable[[exp.Expr, Scope], Relation]"
    notes: dict[str, None] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    _reads: list[set[str]] = field(default_factory=lambda: [set()])
    _left: int = BUDGET

    def note(self, words: str) -> None:
        """Say what could not be told."""
        self.notes[words] = None

    def spend(self, amount: int = 1) -> None:
        """Count some work; raises TooMuch where it never ends."""
        self._left -= amount
        if self._left < 0:
            raise TooMuch

    def read(self, datasets: frozenset[str]) -> None:
        """Remember that the query at hand reads these."""
        self._reads[-1] |= datasets

    @contextmanager
    def reads(self) -> Iterator[set[str]]:
        """What is read within, told apart from what is read around it."""
        self._reads.append(set())
        try:
            yield self._reads[-1]
        finally:
            self._reads.pop()

    def table(self, schema: str, name: str) -> Relation:
        """The relation of a table by its name; LOST where it can't be told."""
        dataset = f"{schema}.{name}" if schema else self._in_some_schema(name)
        if dataset is None:
            return LOST
        self.read(frozenset({dataset}))
        return self.dataset(dataset)

    def dataset(self, dataset: str) -> Relation:
        """The columns of a table that is named with its schema."""
        self.spend()
        known = self.schema.get(dataset, _UNKNOWN)
        self.spend(len(known))
        columns = tuple((each, _itself(dataset, each)) for each in known if each != ANY)
        has_others = ANY in known
        beyond = (lambda name: _itself(dataset, name)) if has_others else None
        return Relation(columns, beyond=beyond, dataset=dataset)

    def _in_some_schema(self, name: str) -> str | None:
        found = [each for each in self.schema if each.partition(".")[2] == name]
        if len(found) == 1:
            return found[0]
        if found:
            self.note(f"{name} is in several schemas: {', '.join(sorted(found))}")
        else:
            self.note(f"{name} is in no schema that is known")
        return None

    def target(self, schema: str, name: str) -> Relation:
        """The table that is written; what is written is not read by that."""
        dataset = f"{schema}.{name}" if schema else self._in_some_schema(name)
        return self.dataset(dataset) if dataset else replace(LOST, dataset=name)


def _itself(dataset: str, column: str) -> Made:
    return frozenset({ColumnSource(dataset, column, Influence.IDENTITY)})


@dataclass(frozen=True, slots=True)
class Scope:
    """The names in sight at one place of a statement."""

    reading: Reading
    rows: Rows = field(default_factory=Rows)
    queries: Mapping[str, Relation] = field(default_factory=dict)
    """Those of WITH."""
    outer: "Scope | None" = None
    windows: Mapping[str, Made] = field(default_factory=dict)

    def seeing(self, rows: Rows) -> "Scope":
        """The same place with other rows in sight."""
        return replace(self, rows=rows)

    def within(self) -> "Scope":
        """The beginning of a query that may look at the rows around it."""
        return Scope(self.reading, queries=self.queries, outer=self)

    def relation(self, alias: str, schema: str = "") -> Relation | None:
        """The nearest relation of that name."""
        found = self.rows.relation(alias, schema)
        if found is None and self.outer is not None:
            return self.outer.relation(alias, schema)
        return found

    def qualified(self, schema: str, alias: str, column: str) -> Made:
        """What `alias.column` is made of."""
        relation = self.relation(alias, schema)
        if relation is None:
            self.reading.note(f"no table is called {alias} where {alias}.{column} stands")
            return NOTHING
        found = relation.find(column)
        if found is None:
            self.reading.note(f"{alias} has no one column {column}")
        return found if found is not None else NOTHING

    def unqualified(self, column: str) -> Made:
        """What a column without a table's name is made of."""
        found = self.find(column)
        if found is not None:
            return found
        row = self.relation(column)
        if row is None:
            self.reading.note(f"{column} is a column of no table here")
            return NOTHING
        if row.beyond is not None:
            self.reading.note(f"the columns of {column} are not known, and its row is one value")
        return row.row()

    def find(self, column: str) -> Made | None:
        """The nearest column of that name; None where there is none."""
        found = self.rows.named(column)
        if len(found) == 1:
            return found[0]
        if found:
            self.reading.note(f"{column} is a column of several tables here")
            return NOTHING
        if column in SYSTEM_COLUMNS and self.rows.relations:
            return NOTHING
        farther = self.outer.find(column) if self.outer else None
        return self._guessless(column, self.rows.unknown, farther)

    def _guessless(
        self, column: str, unknown: Sequence[Relation], farther: Made | None
    ) -> Made | None:
        """Whose column it is where tables with unknown columns may have it."""
        if not unknown or self.relation(column) is not None:
            return farther
        if len(unknown) > 1 or farther is not None:
            self.reading.note(f"{column} may be a column of several tables, not all known")
            return NOTHING
        return unknown[0].find(column)

    def knows(self, column: str) -> bool:
        """Whether the rows in sight have a column of that name."""
        return bool(self.rows.named(column))
