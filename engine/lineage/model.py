"""One lineage event: a job read some datasets and wrote others; no value of a row is in it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from engine.catalog.model import DatasetName
from engine.lineage.columns import ColumnLineage

_NAMESPACE = UUID("6f1d1d2e-6c5e-5c57-9a36-2f1c5b0f3a11")


class EventType(StrEnum):
    """Where in its life a job run is, in OpenLineage's words."""

    START = "START"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    ABORT = "ABORT"


@dataclass(frozen=True, slots=True)
class Field:
    """A column as PostgreSQL knows it."""

    name: str
    type: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ExternalDataset:
    """A dataset outside of Atlas's database, by the names of OpenLineage."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A word about a dataset, or about one of its columns."""

    key: str
    value: str
    column: str | None = None


class JobKind(StrEnum):
    """What a job does, as consumers of OpenLineage tell jobs apart."""

    PIPELINE = "DAG"
    TABLE = "TASK"
    MODEL = "MODEL"
    CHECK = "TEST"


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What is known of a job, whichever run it has."""

    kind: JobKind = JobKind.TABLE
    sql: str = ""
    owner: str = ""
    description: str = ""


class Asked(StrEnum):
    """Who set a run going."""

    PERSON = "person"
    SCHEDULE = "schedule"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why there is a run, and for which time."""

    asked: Asked = Asked.PERSON
    starts: datetime | None = None
    """When it was due, or the first moment of the rows that it is for."""
    ends: datetime | None = None
    """The moment after those rows."""


class Change(StrEnum):
    """What became of a dataset as a whole."""

    CREATE = "CREATE"
    OVERWRITE = "OVERWRITE"


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What the project says of a dataset that is written or checked."""

    owner: str = ""
    description: str = ""
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of a dataset that was written: numbers and names, never a value."""

    change: Change | None = None
    version: str = ""
    columns: ColumnLineage = field(default_factory=ColumnLineage)
    missing: tuple[tuple[str, int], ...] = ()
    """How many rows have no value, by column, where that was measured."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A check and how it ended; `actual` is a count, a share, or of columns that may be told."""

    kind: str
    holds: bool
    text: str
    name: str
    column: str | None = None
    blocks: bool = True
    skipped: bool = False
    """It was not evaluated."""
    expected: str | None = None
    actual: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked of the one dataset that an event reads."""

    assertions: tuple[Assertion, ...] = ()
    rows: int | None = None
    missing: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LineageEvent:
    """A dataset of a run, or the run as a whole, seen as an OpenLineage job."""

    type: EventType
    at: datetime
    run_id: str
    attempt: int
    pipeline: str
    job: str
    inputs: tuple[DatasetName, ...] = ()
    outputs: tuple[DatasetName, ...] = ()
    schema: tuple[Field, ...] = ()
    rows: int | None = None
    error: str | None = None
    sources: tuple[ExternalDataset, ...] = ()
    """What it reads outside of Atlas's database."""
    rows_read: int | None = None
    """Of the one dataset that it reads, where it reads one."""
    occasion: Occasion = Occasion()
    work: JobFacts = JobFacts()
    about: DatasetFacts = DatasetFacts()
    """Of what it writes, or checks."""
    made: Made | None = None
    checked: Checked | None = None
    engine_version: str = ""
    """Of the PostgreSQL that did the work."""

    @property
    def completes(self) -> bool:
        """Whether it tells of a dataset that was written."""
        return self.type is EventType.COMPLETE and bool(self.outputs)

    @property
    def whole(self) -> bool:
        """Whether it tells of the run, not of one of its datasets."""
        return self.job == self.pipeline

    @property
    def openlineage_run(self) -> UUID:
        """The run id that OpenLineage knows it by."""
        return self.parent_run if self.whole else openlineage_run_id(*self._attempt, self.job)

    @property
    def parent_run(self) -> UUID:
        """The run id of the whole that it is a part of."""
        return openlineage_run_id(*self._attempt)

    @property
    def _attempt(self) -> tuple[str, str]:
        return self.run_id, str(self.attempt)


def openlineage_run_id(*parts: str) -> UUID:
    """The UUID of a run or of one of its steps: the same parts give the same UUID."""
    return uuid5(_NAMESPACE, "/".join(parts))
