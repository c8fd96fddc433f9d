"""Who hears of what, as routes.yaml says it: routes, quiet hours, maintenance, escalation."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from engine.cards import Severity
from engine.catalog.names import Layer
from engine.catalog.parties import Owner
from engine.recurrence import WEEKDAYS
from engine.topics import Kind

ROUTES_FILE = "routes.yaml"

OWNER = "owner"
"""Stands for the owner of whatever a notice is about."""

EVERY_DAY = frozenset(range(len(WEEKDAYS)))
"""Days are counted as by cron: Sunday is 0."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Which channel hears about what where no route says more."""

    quality: str = "#data-alerts"
    privacy: str = "#privacy"
    runs: str = "#data-alerts"

    def of(self, kind: Kind) -> str:
        """The channel for a kind of trouble."""
        match kind:
            case Kind.PRIVACY:
                return self.privacy
            case Kind.RUN | Kind.SCHEDULE | Kind.OPERATIONS:
                return self.runs
            case Kind.QUALITY | Kind.FRESHNESS | Kind.VOLUME | Kind.SCHEMA:
                return self.quality


class Matching(StrEnum):
    """Whether all routes that match send, or only the first."""

    ALL = "all"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a notice must be for a route to match; what is left empty fits all."""

    kinds: tuple[Kind, ...] = ()
    severities: tuple[Severity, ...] = ()
    layers: tuple[Layer, ...] = ()
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """Any of them."""
    datasets: tuple[str, ...] = ()
    """Names, perhaps with * and ?; one without a layer is a table in all of its layers."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where notices go that fit."""

    name: str
    when: Condition
    to: tuple[str, ...]
    """Places, or `owner`."""
    mention: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of some weekdays by the clock of a zone; one that ends where it starts is a day."""

    start: time
    end: time
    zone: str
    days: frozenset[int] = EVERY_DAY
    """The days on which it starts."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nothing is posted that is not severe enough."""

    hours: Hours
    let_through: Severity = Severity.CRITICAL
    channels: tuple[str, ...] = ()
    """The places that are quiet then; all where none are named."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment to another."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Maintenance:
    """When nothing is posted about some datasets, because people work on them."""

    when: Hours | Stretch
    what: Condition = field(default_factory=Condition)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who hears of it as well when nobody acknowledges an incident for so long."""

    after: timedelta
    to: tuple[str, ...]
    severities: tuple[Severity, ...] = (Severity.CRITICAL,)
    mention: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Routing:
    """All that decides where notices of a project go."""

    defaults: Routes = Routes()
    matching: Matching = Matching.ALL
    routes: tuple[Route, ...] = ()
    quiet: tuple[QuietHours, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    escalation: tuple[Escalation, ...] = ()
    zone: str = "UTC"
    """In which times are told, and meant where nothing else is said."""
    owners: tuple[Owner, ...] = ()

    def owner(self, id_: str | None) -> Owner | None:
        """The owner of that id."""
        return next((each for each in self.owners if each.id == id_), None)


def at_least(severity: Severity) -> tuple[Severity, ...]:
    """A severity and all that is more severe."""
    order = tuple(Severity)
    return order[order.index(severity) :]


def covers(broad: Condition, narrow: Condition) -> bool:
    """Whether all that fits the narrow condition surely fits the broad one."""
    pairs = (
        (broad.kinds, narrow.kinds),
        (broad.severities, narrow.severities),
        (broad.layers, narrow.layers),
        (broad.owners, narrow.owners),
        (broad.tags, narrow.tags),
        (broad.datasets, narrow.datasets),
    )
    return all(_within(inner, outer) for outer, inner in pairs)


def _within(inner: Iterable[str], outer: Iterable[str]) -> bool:
    """Nothing named fits all: only that which names some can be within others."""
    outside, inside = set(outer), set(inner)
    return not outside or (bool(inside) and inside <= outside)
