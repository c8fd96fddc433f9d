"""What a digest tells: runs, quality, incidents, personal data, what comes, how long it takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from engine.quality.report import Trend
from engine.schedules.model import Schedule

USUAL = timedelta(days=7)
"""How far a digest looks back where nobody said how far."""

ENOUGH = 2
"""So many runs at least, now and before, make a comparison of how long they take."""

BETTER = 0.9
"""Improved is what takes no more than that part of the time before."""

MOST = timedelta(days=366)
"""A digest looks back no further."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a digest is about, and the time zone in which it is told."""

    since: datetime
    until: datetime
    zone: tzinfo

    @classmethod
    def of(cls, since: datetime, until: datetime, zone: tzinfo) -> "Period":
        """From a moment on, though neither the future nor longer than a year."""
        earliest = until - MOST
        return cls(max(min(since, until), earliest), until, zone)

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until - self.since

    @property
    def before(self) -> datetime:
        """Where the period before begins, which is as long as this one."""
        return self.since - self.length


@dataclass(frozen=True, slots=True)
class Tally:
    """How runs of one period ended, and how long those that succeeded took."""

    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    seconds: float | None = None
    """The median of those that succeeded."""

    @property
    def ended(self) -> int:
        """All of them."""
        return self.succeeded + self.failed + self.cancelled

    @property
    def rate(self) -> float | None:
        """The part that succeeded of those that nobody cancelled; None without any."""
        judged = self.succeeded + self.failed
        return self.succeeded / judged if judged else None


NONE = Tally()


@dataclass(frozen=True, slots=True)
class PipelineTally:
    """The runs of one pipeline and table, in this period and in the one before."""

    title: str
    now: Tally = NONE
    before: Tally = NONE

    @property
    def gained(self) -> float | None:
        """What part of the time before it takes now; None where that can't be compared."""
        enough = min(self.now.succeeded, self.before.succeeded) >= ENOUGH
        if not enough or not self.now.seconds or not self.before.seconds:
            return None
        return self.now.seconds / self.before.seconds


@dataclass(frozen=True, slots=True)
class NewPersonalData:
    """Personal data in a column that nobody knew of before."""

    column: str
    """Such as `silver.customers.note`."""
    entity: str


@dataclass(frozen=True, slots=True)
class OpenOf:
    """The incidents of one owner that are not resolved."""

    owner: str
    """Empty where nobody owns what they are about."""
    open: int
    critical: int = 0
    oldest: str = ""
    """The id of the oldest, such as `INC-12`."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The score now and when the period began, with its trend; None where nothing was checked."""

    score: int | None
    before: int | None
    trend: Trend


@dataclass(frozen=True, slots=True)
class Summary:
    """All that a digest tells."""

    period: Period
    pipelines: tuple[PipelineTally, ...] = ()
    quality: Quality | None = None
    open: tuple[OpenOf, ...] = ()
    personal: tuple[NewPersonalData, ...] = ()
    ahead: tuple[Schedule, ...] = ()
    """What is scheduled, the next first."""

    @property
    def now(self) -> Tally:
        """All runs of the period."""
        return _sum([each.now for each in self.pipelines])

    @property
    def before(self) -> Tally:
        """All runs of the period before."""
        return _sum([each.before for each in self.pipelines])

    @property
    def says_nothing(self) -> bool:
        """Whether nothing ran, nothing is open, nothing was found, and the score is as it was."""
        quality = self.quality
        changed = quality is not None and quality.score != quality.before
        return not (self.now.ended or self.open or self.personal or changed)

    def slowest(self) -> tuple[PipelineTally, ...]:
        """What ran in the period, what takes longest first."""
        ran = [each for each in self.pipelines if each.now.ended]
        return tuple(sorted(ran, key=lambda each: (-(each.now.seconds or 0.0), each.title)))

    def most_improved(self) -> PipelineTally | None:
        """What takes a smaller part of its time before than all others, if that is worth a word."""
        gains = {each: each.gained for each in self.pipelines}
        better = {each: gain for each, gain in gains.items() if gain is not None and gain <= BETTER}
        return min(better, key=lambda each: better[each], default=None)


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        sum(each.succeeded for each in tallies),
        sum(each.failed for each in tallies),
        sum(each.cancelled for each in tallies),
    )


def next_first(schedules: Sequence[Schedule]) -> Iterator[Schedule]:
    """What is scheduled and not paused, the next first; digests are of no interest in a digest."""
    meant = (each for each in schedules if not each.paused and each.digest is None)
    yield from sorted(meant, key=lambda each: (each.next_due, each.number))
