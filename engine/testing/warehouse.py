"""Bronze, silver and gold in memory."""

import csv
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from engine.alerts.model import Brought
from engine.catalog.model import DatasetName, Model, Table, column_names
from engine.errors import StatementFailed
from engine.lineage.model import Field
from engine.privacy.coverage import Coverage
from engine.privacy.gold import Unwanted
from engine.privacy.model import ColumnSample
from engine.privacy.recognition import STANDARD, Recognition
from engine.runs.arrivals import Arrived
from engine.runs.drift import narrowing_question, refuse_missing
from engine.runs.model import Counts, Run, staged_name
from engine.runs.ports import CopyFormat, Delivery, Leftover, Loaded, Refinement
from engine.testing.faults import Faults
from engine.testing.state import Deed, MemoryState, MemoryTable


class MemoryWarehouse:
    """Keeps rows as text; it moves them as the real one does, and neither cleans nor protects."""

    def __init__(self, state: MemoryState, faults: Faults) -> None:
        self._state = state
        self._faults = faults

    async def loaded(self, table: Table) -> Mapping[str, str]:
        """The deliveries in bronze, name → fingerprint."""
        self._faults.reach("loaded", table.bronze)
        return self._state.deliveries.get(table.name, {})

    async def read_since(self, table: Table) -> str | None:
        """Nothing: this warehouse refines all of bronze in every run."""
        self._faults.reach("read_since", table.silver)
        return None

    async def load(self, run: Run, table: Table, delivery: Delivery) -> Loaded:
        """Append the delivery's rows to bronze."""
        self._faults.reach("load", table.bronze)
        rows = await _rows(delivery)
        columns = column_names(delivery.headers)
        had = self._state.last_columns.get(table.name, ())
        refuse_missing(run, table, delivery.name, columns, had)
        declared = tuple(column.name for column in table.columns)
        before = self._state.tables.get(table.bronze, MemoryTable(declared))
        self._state.tables[table.bronze] = _appended(before, columns, rows)
        known = self._state.deliveries.get(table.name, {})
        self._state.deliveries[table.name] = {**known, delivery.name: delivery.fingerprint}
        self._state.last_columns[table.name] = columns
        earlier = self._state.brought.get((run.id, table.name), ())
        newest = Brought(delivery.name, len(rows))
        self._state.brought[run.id, table.name] = (newest, *earlier)
        self._did("loaded", run, table.bronze)
        return Loaded(
            rows=len(rows),
            extra=tuple(name for name in columns if name not in declared),
            missing=tuple(name for name in declared if name not in columns),
        )

    async def refine(
        self,
        run: Run,
        table: Table,
        coverages: Sequence[Coverage],
        recognition: Recognition = STANDARD,  # noqa: ARG002  # it reads no values
    ) -> Refinement:
        """Stage all of bronze as it is."""
        self._faults.reach("refine", table.silver)
        bronze = self._state.tables[table.bronze]
        self._stage(run, table.silver, bronze)
        whole = sum(each.protection is not None for each in coverages)
        counts = Counts(rows_in=len(bronze.rows), quarantined=0, deduplicated=0, protected=whole)
        return Refinement(counts)

    async def build(self, run: Run, model: Model) -> Counts:
        """Stage one row for each dataset that the model reads; raises StatementFailed."""
        self._faults.reach("build", model.gold)
        absent = [name for name in model.upstream if name not in self._state.tables]
        if absent:
            raise StatementFailed(f"{absent[0]} does not exist.", "Run the whole pipeline.")
        rows = tuple((str(name),) for name in model.upstream)
        self._stage(run, model.gold, MemoryTable(("read",), rows))
        return Counts(built=len(rows))

    async def redact(self, run: Run, model: Model, unwanted: Unwanted) -> Mapping[str, int]:  # noqa: ARG002  # it protects nothing
        """Nothing: no table of this warehouse holds a substitute."""
        self._faults.reach("redact", model.gold)
        return {}

    async def publish(self, run: Run, dataset: DatasetName) -> Counts:
        """Put the staged table in place of the published one; raises StatementFailed."""
        self._faults.reach("publish", dataset)
        staged = self._state.staged.pop((run.id, dataset), None)
        if staged is None:
            raise StatementFailed(f"{dataset} was not staged by {run.id}.")
        question = narrowing_question(run, dataset, self._typed(dataset), _types(staged))
        if question is not None:
            raise question
        self._state.tables[dataset] = staged
        self._did("published", run, dataset)
        return Counts(published=len(staged.rows))

    async def discard(self, run: Run, dataset: DatasetName) -> None:
        """Drop the staged table, if there is one."""
        self._faults.reach("discard", dataset)
        if self._state.staged.pop((run.id, dataset), None) is not None:
            self._did("discarded", run, dataset)

    async def leftovers(self, dataset: DatasetName | None = None) -> tuple[Leftover, ...]:
        """What is staged now."""
        staged = [Leftover(each, run_id) for run_id, each in self._state.staged]
        return tuple(each for each in staged if dataset in {None, each.dataset})

    async def columns(self, dataset: DatasetName) -> tuple[Field, ...]:
        """The columns of a dataset, all of them text."""
        self._faults.reach("columns", dataset)
        table = self._staged(dataset) or self._state.tables.get(dataset, MemoryTable(()))
        return tuple(Field(name, "text") for name in table.columns)

    async def brought(
        self, runs: Collection[str], datasets: Collection[DatasetName]
    ) -> tuple[Brought, ...]:
        """What they loaded, that of the last run first."""
        wanted = {(run, each.table) for run in runs for each in datasets}
        found = [each for of, each in self._state.brought.items() if of in wanted]
        return tuple(chain.from_iterable(reversed(found)))

    async def longest(self, dataset: DatasetName, columns: Sequence[str]) -> Mapping[str, int]:
        """The length of each column's longest value."""
        self._faults.reach("longest", dataset)
        table = self._state.tables.get(dataset, MemoryTable(()))
        places = {name: table.columns.index(name) for name in columns}
        return {
            name: max((len(row[place].encode()) for row in table.rows), default=0)
            for name, place in places.items()
        }

    async def sample(
        self, dataset: DatasetName, columns: Sequence[str], size: int
    ) -> tuple[ColumnSample, ...]:
        """The first different values of each column."""
        self._faults.reach("sample", dataset)
        table = self._state.tables.get(dataset, MemoryTable(()))
        return tuple(ColumnSample(name, _different(table, name, size)) for name in columns)

    def _staged(self, name: DatasetName) -> MemoryTable | None:
        """The staged table of that name."""
        named = {
            (dataset.layer, staged_name(run_id, dataset)): table
            for (run_id, dataset), table in self._state.staged.items()
        }
        return named.get((name.layer, name.table))

    def _typed(self, dataset: DatasetName) -> Mapping[str, str]:
        return _types(self._state.tables.get(dataset, MemoryTable(())))

    def _stage(self, run: Run, dataset: DatasetName, table: MemoryTable) -> None:
        self._state.staged[run.id, dataset] = table
        self._did("staged", run, dataset)

    def _did(self, what: str, run: Run, dataset: DatasetName) -> None:
        self._state.deeds.append(Deed(what, run.id, dataset))


def _appended(
    before: MemoryTable, columns: tuple[str, ...], rows: Sequence[Sequence[str]]
) -> MemoryTable:
    names = tuple(dict.fromkeys((*before.columns, *columns)))
    wide = (*(dict(zip(before.columns, row, strict=False)) for row in before.rows),)
    new = (*(dict(zip(columns, row, strict=False)) for row in rows),)
    cells = tuple(tuple(row.get(name, "") for name in names) for row in (*wide, *new))
    return MemoryTable(names, cells)


def _types(table: MemoryTable) -> Mapping[str, str]:
    return dict.fromkeys(table.columns, "text")


def _different(table: MemoryTable, column: str, size: int) -> tuple[str, ...]:
    place = table.columns.index(column)
    values = dict.fromkeys(row[place] for row in table.rows if row[place].strip())
    return tuple(islice(values, size))


async def _rows(delivery: Delivery) -> tuple[tuple[str, ...], ...]:
    written = b"".join([chunk async for chunk in delivery.chunks()])
    lines = written.decode(delivery.format.encoding).splitlines(keepends=True)
    rows = tuple(map(tuple, csv.reader(lines, delimiter=delivery.format.delimiter)))
    return rows[1:] if delivery.format.header else rows


@dataclass(frozen=True, slots=True)
class FixedDelivery:
    """A Delivery of given rows; the name is its fingerprint too, unless told otherwise."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    fingerprint: str = ""
    format: CopyFormat = field(default=CopyFormat())
    types: tuple[str, ...] = ()

    async def chunks(self) -> AsyncIterator[bytes]:
        """One chunk a row."""
        for row in self.rows:
            cells = self.format.delimiter.join(f'"{cell}"' for cell in row)
            yield f"{cells}\n".encode(self.format.encoding)


class FixedDeliveries:
    """Deliveries that are there from the start, by table, oldest first."""

    def __init__(self, deliveries: Mapping[str, Sequence[FixedDelivery]]) -> None:
        self._deliveries = deliveries

    async def next_for(
        self,
        table: Table,
        loaded: Mapping[str, str],
        since: str | None = None,  # noqa: ARG002  # these rows have no order
    ) -> Arrived:
        """The first one that was not loaded in its present form."""
        known = self._deliveries.get(table.name, ())
        new = (each for each in known if loaded.get(each.name) != each.fingerprint)
        return Arrived(next(new, None))
