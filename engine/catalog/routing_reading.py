"""routes.yaml as values: zones are put to its times, and one word becomes a list of one."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.cards import Severity
from engine.catalog.routing import (
    EVERY_DAY,
    Condition,
    Escalation,
    Hours,
    Maintenance,
    QuietHours,
    Route,
    Routing,
    Stretch,
    at_least,
)
from engine.catalog.routing_documents import (
    EscalationDocument,
    MaintenanceDocument,
    QuietHoursDocument,
    RouteDocument,
    RoutingDocument,
    WhenDocument,
)


def routing_of(document: RoutingDocument) -> Routing:
    """What a file without mistakes says; owners and default channels come from atlas.yaml."""
    zone = document.timezone
    return Routing(
        matching=document.match,
        routes=tuple(_route(each) for each in document.routes),
        quiet=tuple(_quiet(each, zone) for each in document.quiet_hours),
        maintenance=tuple(_maintenance(each, zone) for each in document.maintenance),
        escalation=tuple(_escalation(each) for each in document.escalation),
        zone=zone,
    )


def condition_of(when: WhenDocument) -> Condition:
    """What a notice must be; one severity means at least so severe, a list just these."""
    return Condition(
        kinds=when.kind or (),
        severities=_severities(when.severity),
        layers=when.layer or (),
        owners=when.owner or (),
        tags=when.tag or (),
        datasets=when.dataset or (),
    )


def _severities(written: Severity | tuple[Severity, ...] | None) -> tuple[Severity, ...]:
    match written:
        case None:
            return ()
        case Severity():
            return at_least(written)
        case _:
            return written


def _route(document: RouteDocument) -> Route:
    when = condition_of(document.when)
    return Route(document.name, when, document.to, document.mention or ())


def _quiet(document: QuietHoursDocument, zone: str) -> QuietHours:
    hours = Hours(document.start, document.until, document.timezone or zone, _united(document.days))
    return QuietHours(hours, document.let_through, document.channels or ())


def _maintenance(document: MaintenanceDocument, zone: str) -> Maintenance:
    what = Condition(
        layers=document.layer or (), tags=document.tag or (), datasets=document.dataset or ()
    )
    return Maintenance(when_of(document, document.timezone or zone), what, document.reason)


def when_of(document: MaintenanceDocument, zone: str) -> Hours | Stretch:
    """Hours that come again, or the stretch between two days or moments."""
    first, last = document.start, document.until
    if isinstance(first, time) and isinstance(last, time):
        return Hours(first, last, zone, _united(document.days))
    return Stretch(_beginning(first, zone), _ending(last, zone))


def _beginning(written: time | date, zone: str) -> datetime:
    """A day begins at its midnight, a moment without a zone is one of the file's zone.

    As moments of UTC they compare right where the clocks of the zone change.
    """
    if isinstance(written, datetime):
        known = written if written.tzinfo else written.replace(tzinfo=ZoneInfo(zone))
        return known.astimezone(UTC)
    if isinstance(written, date):
        return datetime.combine(written, time(), ZoneInfo(zone)).astimezone(UTC)
    message = "a clock time stands beside a day"
    raise ValueError(message)


def _ending(written: time | date, zone: str) -> datetime:
    """Until a day is until that day is over."""
    if isinstance(written, date) and not isinstance(written, datetime):
        written += timedelta(days=1)
    return _beginning(written, zone)


def _escalation(document: EscalationDocument) -> Escalation:
    return Escalation(
        document.after, document.to, at_least(document.severity), document.mention or ()
    )


def _united(days: Iterable[frozenset[int]] | None) -> frozenset[int]:
    return frozenset().union(*days) if days else EVERY_DAY
