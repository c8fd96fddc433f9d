"""Schedules: what happens when, and what is decided once its time has come."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from engine.people import Asker
from engine.recurrence import Every, Once, Recurrence

GRACE = timedelta(seconds=60)
"""How late a run may start before its time counts as missed."""

SHORTEST = 60
"""Seconds between two times of a schedule, at least."""


class Missed(StrEnum):
    """What becomes of times that passed while Atlas was away."""

    CATCH_UP = "catch_up"
    SKIP = "skip"


class Turn(StrEnum):
    """What to do with a schedule now."""

    WAIT = "wait"
    START = "start"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Digest:
    """A summary that is sent to a place; `period` are days, without it all since the last one."""

    place: str
    period: int | None = None
    quiet: bool = False
    """Whether nothing is sent where there is nothing to say."""
    title: str = ""

    @property
    def channel(self) -> str:
        """The channel of its place, such as `#general`."""
        return self.place.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens whenever a time comes, and whoever wanted it; 0 is no number yet.

    That is a run of a pipeline, or a digest, which has no pipeline.
    """

    number: int
    pipeline: str
    table: str | None
    recurrence: Recurrence
    asker: Asker
    made_at: datetime
    next_due: datetime
    paused: bool = False
    last_due: datetime | None = None
    last_run_id: str | None = None
    digest: Digest | None = None

    @property
    def id(self) -> str:
        """The id that people type, such as `SCH-3`."""
        return f"SCH-{self.number}"

    @property
    def what(self) -> str:
        """The pipeline and the table in words, or where the digest goes."""
        if self.digest is not None:
            return f"digest to {self.digest.channel}"
        return f"{self.pipeline} for {self.table}" if self.table else self.pipeline

    @property
    def key(self) -> str:
        """What makes the run of the next due time the same one, whoever asks for it."""
        return f"schedule:{self.id}:{self.next_due.astimezone(UTC).isoformat()}"

    def turn(self, now: datetime, missed: Missed) -> Turn:
        """What to do at this moment."""
        if self.paused or now < self.next_due:
            return Turn.WAIT
        # a digest sums up what was missed, so it is never skipped
        is_missed = self.digest is None and now - self.next_due > GRACE
        return Turn.SKIP if is_missed and missed is Missed.SKIP else Turn.START

    def is_for(self, pipeline: str | None, table: str | None) -> bool:
        """Whether it runs that pipeline and that table; None means any."""
        return pipeline in {None, self.pipeline} and table in {None, self.table}

    def does_as(self, other: "Schedule") -> bool:
        """Whether both do the same at the same times."""
        return (self.pipeline, self.table, self.recurrence, self.digest) == (
            other.pipeline,
            other.table,
            other.recurrence,
            other.digest,
        )


def is_too_often(recurrence: Recurrence) -> bool:
    """Whether its times follow each other faster than a schedule may."""
    return isinstance(recurrence, Every) and recurrence.seconds < SHORTEST


def ends(recurrence: Recurrence) -> bool:
    """Whether there is nothing after its first time."""
    return isinstance(recurrence, Once)


def number_of(text: str) -> int | None:
    """The number in an id as people type it: `SCH-3`, `sch 3` or `3`."""
    digits = text.strip().casefold().removeprefix("sch").strip(" -#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None  # noqa: PLR2004  # longer than any number that was given
