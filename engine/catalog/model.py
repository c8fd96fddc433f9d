"""The values of a project: tables, models, pipelines, owners, and the pure rules between them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from graphlib import TopologicalSorter
from pathlib import Path

from engine.catalog.names import NAME as NAME  # noqa: PLC0414  # the first word of a project
from engine.catalog.names import DatasetName as DatasetName  # noqa: PLC0414  # as above
from engine.catalog.names import Layer as Layer  # noqa: PLC0414  # as above
from engine.catalog.parties import Exposure as Exposure  # noqa: PLC0414  # part of a project
from engine.catalog.parties import Owner as Owner  # noqa: PLC0414  # part of a project
from engine.catalog.policy import ColumnRule, Place
from engine.catalog.policy import Operator as Operator  # noqa: PLC0414  # a word of columns too
from engine.catalog.policy import PrivacyPolicy as PrivacyPolicy  # noqa: PLC0414  # part of a project
from engine.catalog.routing import Routes as Routes  # noqa: PLC0414  # part of a project
from engine.catalog.routing import Routing
from engine.errors import Mistake, UnknownDataset
from engine.identifiers import name_without_identifiers


class ColumnType(StrEnum):
    """What the values of a silver column are."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


class Cleaning(StrEnum):
    """One way to normalise raw text before it is cast."""

    TRIM = "trim"
    SQUEEZE = "squeeze"
    LOWER = "lower"
    UPPER = "upper"
    DIGITS = "digits"


class DateFormat(StrEnum):
    """How dates may be written in a source; their separators tell them apart."""

    ISO = "YYYY-MM-DD"
    DOTTED = "DD.MM.YYYY"
    SLASHED = "DD/MM/YYYY"
    AMERICAN = "MM/DD/YYYY"
    NAMED = "Mon DD, YYYY"


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column; without an operator its sample decides whether it is protected."""

    name: str
    type: ColumnType = ColumnType.TEXT
    required: bool = False
    clean: tuple[Cleaning, ...] = ()
    formats: tuple[DateFormat, ...] = (DateFormat.ISO,)
    operator: Operator | None = None
    entity: str | None = None
    description: str = ""


class FileFormat(StrEnum):
    """How a delivered file is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class FileSource:
    """Files that arrive beside the project; each run takes the oldest one not loaded yet."""

    format: FileFormat
    path: str
    delimiter: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class PostgresSource:
    """A table of another PostgreSQL, whose address stands in an environment variable."""

    url_env: str
    table: str


Source = FileSource | PostgresSource


class LoadMode(StrEnum):
    """How much of bronze a run reads."""

    FULL = "full"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, slots=True)
class Load:
    """How rows get into silver: all anew, or what is new into what is there."""

    mode: LoadMode = LoadMode.FULL
    overlap: timedelta = timedelta(0)
    """How far behind its newest watermark a database source is read again."""
    deleted: str | None = None
    """The boolean column of rows that leave silver."""
    history: bool = False
    """Whether silver keeps every version of a row."""

    @property
    def incremental(self) -> bool:
        """Whether only what is new is read."""
        return self.mode is LoadMode.INCREMENTAL


@dataclass(frozen=True, slots=True)
class Check:
    """One SodaCL check as it was written, and where."""

    text: str
    line: int | None = None
    file: str | None = None
    """Where it is not that of its table or model."""
    path: tuple[int | str, ...] = ()
    """The keys that lead to it."""

    @property
    def title(self) -> str:
        """The check in one line."""
        return self.text.splitlines()[0].removesuffix(":")


@dataclass(frozen=True, slots=True)
class Table:
    """A source table on its way from bronze to silver."""

    name: str
    source: Source
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    watermark: str | None = None
    checks: tuple[Check, ...] = ()
    owner: str | None = None
    description: str = ""
    load: Load = Load()
    tags: tuple[str, ...] = ()
    bronze_checks: tuple[Check, ...] = ()
    """What its raw rows are held to before silver is made of them."""

    @property
    def bronze(self) -> DatasetName:
        """Where its raw rows are."""
        return DatasetName(Layer.BRONZE, self.name)

    @property
    def silver(self) -> DatasetName:
        """Where its clean rows are."""
        return DatasetName(Layer.SILVER, self.name)

    def column(self, name: str) -> Column | None:
        """The declared column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def tellable(self) -> tuple[str, ...]:
        """The columns of which a value may be shown: those declared to hold nothing personal."""
        return tuple(column.name for column in self.columns if column.operator is Operator.KEEP)


@dataclass(frozen=True, slots=True)
class Model:
    """A gold dataset: one SELECT, with the datasets that it reads."""

    name: str
    sql: str
    upstream: tuple[DatasetName, ...]
    checks: tuple[Check, ...] = ()
    owner: str | None = None
    description: str = ""
    tags: tuple[str, ...] = ()

    @property
    def gold(self) -> DatasetName:
        """Where its rows are."""
        return DatasetName(Layer.GOLD, self.name)


class Stage(StrEnum):
    """A part of a pipeline."""

    INGEST = "ingest"
    SILVER = "silver"
    GOLD = "gold"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages to run in order, over some tables or over all of the project's."""

    name: str
    stages: tuple[Stage, ...]
    tables: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what nobody needs any more is kept."""

    runs: timedelta = timedelta(days=90)
    """Runs that are over, with their steps, verdicts, findings and lineage events."""
    logs: timedelta = timedelta(days=30)
    """Posts that were delivered, messages of the web page, events of the queue."""
    quarantine: timedelta = timedelta(days=30)
    """Rows that were put aside."""
    staged: timedelta = timedelta(days=7)
    """Tables that are kept for the retry of a run that did not succeed."""


@dataclass(frozen=True, slots=True)
class Project:
    """All that a project folder declares, already checked."""

    name: str
    folder: Path
    pipelines: tuple[Pipeline, ...]
    tables: tuple[Table, ...]
    models: tuple[Model, ...]
    owners: tuple[Owner, ...]
    routes: Routes
    privacy: PrivacyPolicy
    description: str = ""
    retention: Retention = Retention()
    exposures: tuple[Exposure, ...] = ()
    routing: Routing = field(default_factory=Routing)
    set_aside: tuple[Mistake, ...] = ()
    """What is wrong with files without which it stands: nothing that they say is in it."""

    def __post_init__(self) -> None:
        """Let the routing know the owners and the channels of the project."""
        known = replace(self.routing, defaults=self.routes, owners=self.owners)
        object.__setattr__(self, "routing", known)

    def pipeline(self, name: str) -> Pipeline | None:
        """The pipeline of that name."""
        return next((each for each in self.pipelines if each.name == name), None)

    def table(self, name: str) -> Table | None:
        """The source table of that name."""
        return next((each for each in self.tables if each.name == name), None)

    def model(self, name: str) -> Model | None:
        """The gold model of that name."""
        return next((each for each in self.models if each.name == name), None)

    def decided(self, table: str, column: str) -> ColumnRule:
        """What people decided about a column of a source table, whichever file says it."""
        given = self.privacy.columns.get((table, column))
        known = self.table(table)
        declared = known.column(column) if known else None
        if given is not None or declared is None:
            return given or ColumnRule()
        place = Place(f"tables/{table}.yaml")
        return ColumnRule(declared.operator, entity=declared.entity, place=place)

    def source_table(self, dataset: DatasetName) -> Table:
        """The table behind a bronze or silver dataset; raises UnknownDataset."""
        table = self.table(dataset.table)
        if table is None or dataset.layer is Layer.GOLD:
            raise UnknownDataset(str(dataset))
        return table

    def gold_model(self, dataset: DatasetName) -> Model:
        """The model behind a gold dataset; raises UnknownDataset."""
        model = self.model(dataset.table)
        if model is None or dataset.layer is not Layer.GOLD:
            raise UnknownDataset(str(dataset))
        return model

    def checks_of(self, dataset: DatasetName) -> tuple[Check, ...]:
        """The checks declared for a dataset."""
        if dataset.layer is Layer.GOLD:
            return self.gold_model(dataset).checks
        table = self.source_table(dataset)
        return table.checks if dataset.layer is Layer.SILVER else table.bronze_checks

    def tags_of(self, dataset: DatasetName) -> tuple[str, ...]:
        """The tags of the table or model behind a dataset."""
        thing = self._thing(dataset)
        return thing.tags if thing else ()

    def _thing(self, dataset: DatasetName) -> Table | Model | None:
        is_gold = dataset.layer is Layer.GOLD
        return self.model(dataset.table) if is_gold else self.table(dataset.table)

    def owner_of(self, dataset: DatasetName) -> Owner | None:
        """Who answers for a dataset."""
        thing = self._thing(dataset)
        wanted = thing.owner if thing else None
        return next((owner for owner in self.owners if owner.id == wanted), None)

    def owned(self) -> Iterator[tuple[DatasetName, str]]:
        """Every dataset with the id of its owner, where one is named."""
        for table in self.tables:
            if table.owner is not None:
                yield from ((table.bronze, table.owner), (table.silver, table.owner))
        yield from ((model.gold, model.owner) for model in self.models if model.owner is not None)

    def datasets(self) -> tuple[DatasetName, ...]:
        """Every dataset of the project, bronze first."""
        bronze = [table.bronze for table in self.tables]
        silver = [table.silver for table in self.tables]
        return (*bronze, *silver, *(model.gold for model in self.models))

    def upstream_of(self, dataset: DatasetName) -> tuple[DatasetName, ...]:
        """The datasets that this one is made from, directly."""
        if dataset.layer is Layer.GOLD:
            model = self.model(dataset.table)
            return model.upstream if model else ()
        if dataset.layer is Layer.SILVER:
            return (DatasetName(Layer.BRONZE, dataset.table),)
        return ()

    def downstream_of(self, dataset: DatasetName) -> tuple[DatasetName, ...]:
        """All datasets that are made from this one, nearest first."""
        found: list[DatasetName] = [dataset]
        for name in found:
            feeds = [each for each in self.datasets() if name in self.upstream_of(each)]
            found.extend(each for each in feeds if each not in found)
        return tuple(found[1:])


def in_dependency_order(models: Iterable[Model]) -> tuple[Model, ...]:
    """Models such that each comes after those it reads; raises graphlib.CycleError."""
    by_name = {model.gold: model for model in models}
    graph = {
        name: [each for each in by_name[name].upstream if each in by_name]
        for name in sorted(by_name)
    }
    return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())


_SYSTEM_COLUMNS = frozenset({"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"})
"""Names that each table of PostgreSQL has already."""


def column_names(headers: Sequence[str]) -> tuple[str, ...]:
    """The columns of a delivery; one whose header may mean a person is called by its place."""
    return tuple(
        column_name(name_without_identifiers(header, f" hidden {number} "))
        for number, header in enumerate(headers, 1)
    )


def column_name(header: str) -> str:
    """A file's header as a column name: `Customer ID` becomes `customer_id`, `ÄrztIn` stays."""
    name = re.sub(r"\W+", "_", header.strip().lower()).strip("_")
    if name in _SYSTEM_COLUMNS:
        return f"{name}_"
    # PostgreSQL cuts names at 63 bytes, which may be fewer characters
    return name.encode()[:63].decode(errors="ignore") or "column"
