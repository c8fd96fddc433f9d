"""An incident: all that follows from one cause, who looks after it, and where it was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from engine.alerts.routing.model import Destination
from engine.cards import Card, Severity
from engine.catalog.model import DatasetName
from engine.topics import Kind

KEPT_OCCURRENCES = 50
"""So many runs of one trouble are remembered; the first of them always is."""

KEPT_ENTRIES = 60
"""So many lines has a history; how it began always stays."""


class Status(StrEnum):
    """Where an incident is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class What(StrEnum):
    """What happened to an incident."""

    OPENED = "opened"
    JOINED = "joined"
    MERGED = "merged"
    FLAPPING = "flapping"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    ESCALATED = "escalated"
    WITHHELD = "withheld"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's history."""

    at: datetime
    what: What
    who: str = ""
    """The name of a person; empty where it happened by itself."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One trouble of an incident, however often it was noted."""

    fingerprint: str
    kind: Kind
    dataset: DatasetName | None
    severity: Severity
    card: Card
    """What is known of it: its own part of the incident's message."""
    first_at: datetime
    last_at: datetime
    occurrences: tuple[str, ...]
    runs: tuple[str, ...] = ()
    count: int = 1
    holds_back: bool = False
    """Whether a version was not published: a look at the published one says nothing of it."""
    left_out: tuple[str, ...] = ()
    """Datasets that the same run did not make for it."""
    over_at: datetime | None = None
    over_by: str = ""
    """The run that ended it; empty where none did."""

    @property
    def over(self) -> bool:
        """Whether it is over."""
        return self.over_at is not None


@dataclass(frozen=True, slots=True)
class Totals:
    """What some members come to."""

    members: int = 0
    open: int = 0
    """Those that are not over."""
    noted: int = 0
    """How often they were noted, taken together."""
    last_at: datetime | None = None
    over_at: datetime | None = None
    """When the last one of them that is over ended."""
    over_by: str = ""

    @classmethod
    def of(cls, members: Sequence[Member]) -> Self:
        """What those come to."""
        over_at, over_by = max(
            ((each.over_at, each.over_by) for each in members if each.over_at),
            default=(None, ""),
        )
        return cls(
            members=len(members),
            open=sum(not each.over for each in members),
            noted=sum(each.count for each in members),
            last_at=max((each.last_at for each in members), default=None),
            over_at=over_at,
            over_by=over_by,
        )

    def plus(self, other: Self) -> Self:
        """What both come to."""
        ended = [(each.over_at, each.over_by) for each in (self, other) if each.over_at]
        over_at, over_by = max(ended, default=(None, ""))
        return replace(
            self,
            members=self.members + other.members,
            open=self.open + other.open,
            noted=self.noted + other.noted,
            last_at=max((each.last_at for each in (self, other) if each.last_at), default=None),
            over_at=over_at,
            over_by=over_by,
        )

    def without(self, other: Self) -> Self:
        """What is left when some of them are looked at by themselves; its moments stay."""
        if other.members == self.members:
            return type(self)()
        return replace(
            self,
            members=self.members - other.members,
            open=self.open - other.open,
            noted=self.noted - other.noted,
        )


@dataclass(frozen=True, slots=True)
class Incident:
    """What is known of one cause and of all that follows from it; number 0 has none yet."""

    number: int
    members: tuple[Member, ...]
    """Those at hand: of an incident with many a few, the cause always among them."""
    root: str
    """The fingerprint of the member that is taken for the cause."""
    severity: Severity
    opened_at: datetime
    changed_at: datetime
    beyond: Totals = Totals()
    """What the members come to that are not at hand."""
    begun_at: datetime | None = None
    """When it was heard of, or heard of again: storms are counted by it."""
    status: Status = Status.OPEN
    assignee: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    """None while snoozed: until it is over."""
    snoozed_by: str | None = None
    resolved_by: str | None = None
    """A person, or what ended it, such as `run 7K3F9QTZ`."""
    resolved_at: datetime | None = None
    merged_into: int | None = None
    reopened: int = 0
    closings: tuple[datetime, ...] = ()
    """When it ended by itself, lately."""
    flapping: bool = False
    storm: int | None = None
    """The storm in which it began: one message tells of all its incidents."""
    escalations: tuple[datetime, ...] = ()
    history: tuple[Entry, ...] = ()
    posted: tuple[Destination, ...] = ()
    """Where its message is."""
    reasons: tuple[str, ...] = ()
    """What was said of it by each route and all else when it was last decided where it goes."""
    withheld: str | None = None
    """What keeps it from being told."""
    withheld_until: datetime | None = None

    @property
    def id(self) -> str:
        """As people name it, such as INC-12."""
        return f"INC-{self.number}"

    @property
    def resolved(self) -> bool:
        """Whether it is over."""
        return self.status is Status.RESOLVED

    @property
    def cause(self) -> Member:
        """The member that is taken for the cause."""
        return next(each for each in self.members if each.fingerprint == self.root)

    @property
    def others(self) -> tuple[Member, ...]:
        """What was folded in."""
        return tuple(each for each in self.members if each.fingerprint != self.root)

    @property
    def totals(self) -> Totals:
        """What all of its members come to, at hand or not."""
        return Totals.of(self.members).plus(self.beyond)

    @property
    def whole(self) -> bool:
        """Whether all of its members are at hand."""
        return not self.beyond.members

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that it is about, by name, as far as its members are at hand."""
        return tuple(sorted({str(each.dataset) for each in self.members if each.dataset}))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The fingerprints of its members at hand."""
        return tuple(sorted(each.fingerprint for each in self.members))

    def noting(self, *entries: Entry) -> Self:
        """The same with a longer history; the middle of one that is too long goes."""
        history = (*self.history, *entries)
        if len(history) > KEPT_ENTRIES:
            history = (history[0], *history[-(KEPT_ENTRIES - 1) :])
        return replace(self, history=history)


def worst(severities: Iterable[Severity]) -> Severity:
    """The most severe of some."""
    return max(severities, key=rank, default=Severity.INFO)


def rank(severity: Severity) -> int:
    """Its place among severities: the more severe, the higher."""
    return _RANK[severity]


_RANK = {each: place for place, each in enumerate(Severity)}
