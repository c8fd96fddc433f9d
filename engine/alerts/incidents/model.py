"""An incident: all that follows from one cause, who looks after it, and where it was told."""

from collections.abc import Iterable
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
class Incident:
    """What is known of one cause and of all that follows from it; number 0 has none yet."""

    number: int
    members: tuple[Member, ...]
    root: str
    """The fingerprint of the member that is taken for the cause."""
    severity: Severity
    opened_at: datetime
    changed_at: datetime
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
    def unresolved(self) -> tuple[Member, ...]:
        """The members that are not over."""
        return tuple(each for each in self.members if not each.over)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that it is about, by name."""
        return tuple(sorted({str(each.dataset) for each in self.members if each.dataset}))

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs that showed it, by id."""
        return tuple(sorted({run for each in self.members for run in each.runs}))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The fingerprints of its members."""
        return tuple(sorted(each.fingerprint for each in self.members))

    @property
    def count(self) -> int:
        """How often anything of it was noted."""
        return sum(each.count for each in self.members)

    def member(self, fingerprint: str) -> Member | None:
        """The member of that fingerprint."""
        return next((each for each in self.members if each.fingerprint == fingerprint), None)

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
