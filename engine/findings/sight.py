"""What one look sees: runs at work, publications, deliveries, what waits and what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.catalog.model import DatasetName
from engine.schedules.model import Schedule


@dataclass(frozen=True, slots=True)
class AtWork:
    """A run that is not over, with the seconds that the same took when it succeeded before."""

    run_id: str
    title: str
    step: str
    """What it is at, or would be next."""
    dataset: DatasetName
    queued: bool
    moved_at: datetime
    """When one of its steps, or its own state, changed last."""
    started_at: datetime | None = None
    before: tuple[float, ...] = ()
    ahead: bool = False
    """Whether another run that is at work keeps it waiting."""
    silent_since: datetime | None = None
    """Since when its session in the database waits for something; None where it is busy."""
    session: bool = False
    """Whether it has a session in the database."""


@dataclass(frozen=True, slots=True)
class Published:
    """One publication of a dataset."""

    run_id: str
    at: datetime
    rows: int | None = None
    by_hand: bool = False
    """Whether a person asked for it, which makes no rhythm."""
    special: bool = False
    """Whether it loaded another amount than usual by intention: a backfill, all anew."""
    expected: bool = False
    """Whether somebody said that its numbers were expected."""


@dataclass(frozen=True, slots=True)
class Publications:
    """The newest publications of a dataset, oldest first."""

    dataset: DatasetName
    all: tuple[Published, ...]

    @property
    def newest(self) -> Published:
        """The last one."""
        return self.all[-1]


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery of a table, with the columns that it had."""

    name: str
    columns: tuple[str, ...]
    at: datetime
    run_id: str
    types: Mapping[str, str] = field(default_factory=dict)
    """By column, as its source calls them; without those whose source does not tell."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The newest deliveries of a table, oldest first."""

    dataset: DatasetName
    all: tuple[Delivered, ...]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is on its way out and did not arrive: how much, and since when the oldest waits."""

    what: str
    """Such as `messages to slack`."""
    waiting: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Room:
    """What there is of something, and what of it is free."""

    free: int
    total: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file of the project that has mistakes, and without which Atlas works on."""

    file: str
    problems: tuple[str, ...]
    """Each with its file and line."""
    meanwhile: str
    """What holds in its place."""

    @property
    def sentence(self) -> str:
        """All of it in a line."""
        return f"{'; '.join(self.problems)} \N{EM DASH} {self.meanwhile}"


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a dataset may become, by a check of it."""

    dataset: DatasetName
    at_most: timedelta
    check: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule, with the datasets that its runs publish."""

    schedule: Schedule
    datasets: tuple[DatasetName, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """All that a look saw; what can't be known here is None or empty."""

    at: datetime
    runs: Sequence[AtWork] = ()
    publications: Sequence[Publications] = ()
    deliveries: Sequence[Deliveries] = ()
    planned: Sequence[Planned] = ()
    freshness: Sequence[Freshness] = ()
    backlogs: Sequence[Backlog] = ()
    connections: Room | None = None
    disk: Room | None = None
    set_aside: Sequence[SetAside] = ()
