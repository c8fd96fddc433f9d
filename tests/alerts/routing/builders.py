"""Notices, routes and moments for tests about where alerts go."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from engine.alerts.routing.model import Notice
from engine.cards import Severity
from engine.catalog.model import DatasetName, Owner
from engine.catalog.routing import Condition, Hours, Route
from engine.topics import Kind

BERLIN = "Europe/Berlin"
NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo(BERLIN))
NIGHT = NOON.replace(hour=23)
OWNERS = (Owner("crm", "Customer relations", "#crm"), Owner("sales", "Sales", "@lea"))
AT_NIGHT = Hours(time(22), time(7), BERLIN)


def a_notice(
    kind: Kind = Kind.QUALITY,
    severity: Severity = Severity.WARNING,
    dataset: str | None = "gold.revenue",
    owner: str | None = "sales",
    tags: tuple[str, ...] = ("finance",),
) -> Notice:
    """A warning about the quality of revenue, which is of sales."""
    name = None if dataset is None else DatasetName.parse(dataset)
    return Notice(kind, severity, name, str(name.layer) if name else None, owner, tags)


def a_route(
    name: str = "all",
    *to: str,
    when: Condition | None = None,
    mention: tuple[str, ...] = (),
) -> Route:
    """A route that takes everything to #all."""
    return Route(name, when or Condition(), to or (f"#{name}",), mention)
