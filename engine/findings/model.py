"""A finding: something that somebody should know; its evidence can't hold a value of a row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from engine.cards import Severity
from engine.catalog.model import DatasetName, Layer
from engine.privacy.model import Protection
from engine.quality.model import Verdict
from engine.quality.wording import title
from engine.runs.model import Retyped
from engine.topics import Kind


def _types(columns: Sequence[Retyped]) -> Iterator[str]:
    return (f"{each.column}:{each.after}" for each in columns)


def _titles(verdicts: Sequence[Verdict]) -> str:
    return "/".join(sorted(title(verdict.check) for verdict in verdicts))


@dataclass(frozen=True, slots=True)
class ChecksFailed:
    """Checks that did not hold; the dataset was held back."""

    verdicts: tuple[Verdict, ...]

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return _titles(self.verdicts)


@dataclass(frozen=True, slots=True)
class ChecksWarned:
    """Checks that only warned; the dataset was published."""

    verdicts: tuple[Verdict, ...]

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return _titles(self.verdicts)


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A column that nobody declared personal, and is."""

    protection: Protection
    beside: tuple[Protection, ...] = ()
    """What else was found within the cells of the same column, in the same run."""

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return f"{self.protection.column}/{self.protection.entity}"


@dataclass(frozen=True, slots=True)
class StepBroke:
    """A step that ended with an error."""

    step: str
    error: str
    hint: str

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return self.step


@dataclass(frozen=True, slots=True)
class TypesChanged:
    """A table that was published with other types than the version before it had."""

    columns: tuple[Retyped, ...]

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return " ".join(_types(self.columns))


@dataclass(frozen=True, slots=True)
class RunSlow:
    """A run that takes far longer than the same took before."""

    run: str
    """What it is, such as `bronze_to_silver for customers`."""
    seconds: float
    usual: float
    """The median of the runs before, in seconds."""
    of: int
    """How many these are."""

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return self.run


@dataclass(frozen=True, slots=True)
class RunStuck:
    """A run of which nothing was heard for long."""

    run: str
    waits_for: str
    """What it is at, such as `refine silver.customers`, or what it waits for."""
    since: datetime

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return self.run


@dataclass(frozen=True, slots=True)
class ScheduleMissed:
    """A due time that passed, and nothing was started."""

    schedule: str
    what: str
    due: datetime

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return self.schedule


@dataclass(frozen=True, slots=True)
class Stale:
    """A dataset that should have been published again by now."""

    published: datetime | None
    """When it was published last; None where it never was."""
    expected: datetime
    """When it should have been there again, at the latest."""
    because: str
    """Which rhythm says so, such as `SCH-3 runs every day at 06:00 Europe/Berlin`."""

    @property
    def detail(self) -> str:
        """There is but one of its sort in a place."""
        return ""


@dataclass(frozen=True, slots=True)
class VolumeOdd:
    """A publication with far more or fewer rows than those before make likely."""

    rows: int
    low: float
    high: float
    because: str
    published: datetime

    @property
    def detail(self) -> str:
        """There is but one of its sort in a place."""
        return ""


@dataclass(frozen=True, slots=True)
class SchemaDrifted:
    """A delivery whose columns differ from those of the deliveries before it."""

    delivery: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    at: datetime
    retyped: tuple[Retyped, ...] = ()

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        came, went = (f"+{each}" for each in self.came), (f"-{each}" for each in self.went)
        return " ".join((*came, *went, *_types(self.retyped)))


@dataclass(frozen=True, slots=True)
class OutboxBlocked:
    """Something on its way out that does not get there."""

    what: str
    """Such as `messages to slack`."""
    waiting: int
    oldest: datetime

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return self.what


@dataclass(frozen=True, slots=True)
class DiskShort:
    """Little room is left where the database keeps its files."""

    free: int
    total: int
    """In bytes, both."""

    @property
    def detail(self) -> str:
        """There is but one of its sort."""
        return ""


@dataclass(frozen=True, slots=True)
class ConnectionsShort:
    """Nearly all connections that PostgreSQL allows are taken."""

    used: int
    most: int

    @property
    def detail(self) -> str:
        """There is but one of its sort."""
        return ""


@dataclass(frozen=True, slots=True)
class FileSetAside:
    """A file of the project that has mistakes, and without which Atlas works on."""

    file: str
    problems: tuple[str, ...]
    meanwhile: str

    @property
    def detail(self) -> str:
        """What tells it from other trouble of its sort in the same place."""
        return "/".join(self.problems)


OfRun = ChecksFailed | ChecksWarned | PersonalData | StepBroke | TypesChanged
"""What a run shows by itself."""

Seen = (
    RunSlow
    | RunStuck
    | ScheduleMissed
    | Stale
    | VolumeOdd
    | SchemaDrifted
    | OutboxBlocked
    | DiskShort
    | ConnectionsShort
    | FileSetAside
)
"""What is seen by looking from time to time."""

Evidence = OfRun | Seen

_KINDS: Mapping[type[Evidence], tuple[str, Kind]] = MappingProxyType(
    {
        ChecksFailed: ("checks_failed", Kind.QUALITY),
        ChecksWarned: ("checks_warned", Kind.QUALITY),
        PersonalData: ("personal_data", Kind.PRIVACY),
        StepBroke: ("step_broke", Kind.RUN),
        TypesChanged: ("types_changed", Kind.SCHEMA),
        RunSlow: ("run_slow", Kind.RUN),
        RunStuck: ("run_stuck", Kind.RUN),
        ScheduleMissed: ("schedule_missed", Kind.SCHEDULE),
        Stale: ("stale", Kind.FRESHNESS),
        VolumeOdd: ("volume_odd", Kind.VOLUME),
        SchemaDrifted: ("schema_drifted", Kind.SCHEMA),
        OutboxBlocked: ("outbox_blocked", Kind.OPERATIONS),
        DiskShort: ("disk_short", Kind.OPERATIONS),
        ConnectionsShort: ("connections_short", Kind.OPERATIONS),
        FileSetAside: ("file_set_aside", Kind.OPERATIONS),
    }
)
"""As programs name each sort of trouble, and as people choose it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed, where, in which run; equal fingerprints mean the same trouble."""

    dataset: DatasetName | None
    """None where it is about Atlas itself, or about more than one dataset."""
    severity: Severity
    run_id: str
    """Empty where no run showed it."""
    evidence: Evidence
    only_looked: bool = False
    """Whether the run was a check or a scan, which changes nothing."""

    @property
    def on(self) -> DatasetName:
        """The dataset of a finding that can't be without one; raises ValueError where it is."""
        if self.dataset is None:
            message = f"a finding of the sort {self.kind} is about no dataset"
            raise ValueError(message)
        return self.dataset

    @property
    def kind(self) -> str:
        """The sort of trouble, as programs name it."""
        return _KINDS[type(self.evidence)][0]

    @property
    def topic_kind(self) -> Kind:
        """The sort of trouble, as people choose what they want to hear of."""
        return _KINDS[type(self.evidence)][1]

    @property
    def fingerprint(self) -> str:
        """The same for the same trouble in another run."""
        return f"{self.kind}/{self._place}/{self.evidence.detail}"

    @property
    def _place(self) -> str:
        """A column that is personal is so in bronze and on its way to silver alike."""
        if self.dataset is None:
            return ""
        personal = isinstance(self.evidence, PersonalData)
        if personal and self.dataset.layer is not Layer.GOLD:
            return self.dataset.table
        return str(self.dataset)
