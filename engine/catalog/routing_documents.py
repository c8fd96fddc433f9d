"""The shape of routes.yaml: who hears of what, when it is quiet, and who hears of it next."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from engine.cards import Severity
from engine.catalog.documents import Document, Some, Span, Tag
from engine.catalog.mistakes import meant
from engine.catalog.names import Layer
from engine.catalog.parties import PLACE
from engine.catalog.routing import EVERY_DAY, OWNER, Matching
from engine.recurrence import WEEKDAYS, WORKING_DAYS
from engine.topics import Kind

T = TypeVar("T")

_DAYS = {day.casefold(): frozenset({number}) for number, day in enumerate(WEEKDAYS)} | {
    "weekdays": WORKING_DAYS,
    "weekend": EVERY_DAY - WORKING_DAYS,
}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_MIDNIGHT = "24:00"


def _listed(written: object) -> object:
    """One thing is a list of one."""
    return written if isinstance(written, list | tuple) else (written,)


Several = Annotated[Some[T], BeforeValidator(_listed)]


def _place(written: object) -> str:
    if isinstance(written, str) and (written == OWNER or PLACE.fullmatch(written)):
        return written
    near = meant(str(written), [OWNER], like=70)
    raise PydanticCustomError(
        "place", "write a channel such as '#finance', a person such as '@lea', or owner" + near
    )


Place = Annotated[str, BeforeValidator(_place)]
Channel = Annotated[str, StringConstraints(pattern=rf"^{PLACE.pattern}$")]
Grade = Literal[Severity.INFO, Severity.WARNING, Severity.CRITICAL]


def _day(written: object) -> frozenset[int]:
    name = str(written).casefold()
    found = [days for word, days in _DAYS.items() if name in {word, word[:3]}]
    if not found:
        near = meant(name, list(_DAYS), like=70)
        raise PydanticCustomError("day", "write a day such as friday, weekdays or weekend" + near)
    return found[0]


Day = Annotated[frozenset[int], BeforeValidator(_day)]


def _clock(written: object) -> time:
    found = _CLOCK.fullmatch(written) if isinstance(written, str) else None
    if written == _MIDNIGHT:
        return time()
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:  # noqa: PLR2004  # a clock's
        raise PydanticCustomError("clock", "write a clock time such as 22:00")
    return time(int(found[1]), int(found[2]))


Clock = Annotated[time, BeforeValidator(_clock)]


def _moment(written: object) -> time | date | datetime:
    """A clock time, a day, or a moment; YAML reads some of them by itself."""
    if isinstance(written, date):  # a datetime is one too
        return written
    try:
        text = str(written)
        return _clock(text) if _CLOCK.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError(
            "moment", "write a day such as 2026-12-24, a moment such as 2026-12-24 22:00, or 22:00"
        ) from None


Moment = Annotated[time | date | datetime, BeforeValidator(_moment)]


class WhenDocument(Document):
    """The `when` of a route."""

    kind: Several[Kind] | None = None
    severity: Grade | tuple[Grade, ...] | None = None
    layer: Several[Layer] | None = None
    owner: Several[str] | None = None
    tag: Several[Tag] | None = None
    dataset: Several[str] | None = None


class RouteDocument(Document):
    """An entry of `routes`."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    when: WhenDocument = WhenDocument()
    to: Several[Place]
    mention: Several[Place] | None = None


class QuietHoursDocument(Document):
    """An entry of `quiet_hours`."""

    start: Clock = Field(alias="from")
    until: Clock
    timezone: str | None = None
    days: Several[Day] | None = None
    let_through: Literal[Severity.WARNING, Severity.CRITICAL] = Severity.CRITICAL
    channels: Several[Channel] | None = None


class MaintenanceDocument(Document):
    """An entry of `maintenance`."""

    start: Moment = Field(alias="from")
    until: Moment
    timezone: str | None = None
    days: Several[Day] | None = None
    layer: Several[Layer] | None = None
    tag: Several[Tag] | None = None
    dataset: Several[str] | None = None
    reason: str = ""


class EscalationDocument(Document):
    """An entry of `escalation`."""

    after: Span
    severity: Grade = Severity.CRITICAL
    to: Several[Place]
    mention: Several[Place] | None = None


class RoutingDocument(Document):
    """The file routes.yaml."""

    match: Matching = Matching.ALL
    timezone: str = "UTC"
    routes: tuple[RouteDocument, ...] = ()
    quiet_hours: Annotated[tuple[QuietHoursDocument, ...], BeforeValidator(_listed)] = ()
    maintenance: Annotated[tuple[MaintenanceDocument, ...], BeforeValidator(_listed)] = ()
    escalation: Annotated[tuple[EscalationDocument, ...], BeforeValidator(_listed)] = ()


NOT_AT_ALL = timedelta(0)
"""No time in which somebody could acknowledge."""
