"""When it is quiet: hours of some weekdays by the clock of a zone, across clock changes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.cards import counted
from engine.catalog.routing import Hours, Stretch

BEFORE = datetime.min.replace(tzinfo=UTC)
"""No day of today: a moment is told beside it with its date."""

_DAY = timedelta(days=1)
_MOST_IN_A_ROW = 14
"""So many stretches that touch are one; who silences more is told a nearer end."""


def ends(when: Hours | Stretch, at: datetime) -> datetime | None:
    """When that which holds at a moment is over; None where nothing holds."""
    if isinstance(when, Stretch):
        return when.end if when.start <= at < when.end else None
    end = _end_of_one(when, at)
    for _ in range(_MOST_IN_A_ROW):
        after = _end_of_one(when, end) if end else None
        if after is None:
            break
        end = after
    return end


def _end_of_one(hours: Hours, at: datetime) -> datetime | None:
    ends_now = (end for start, end in _around(hours, at) if start <= at < end)
    return max(ends_now, default=None)


def _around(hours: Hours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches that begin on the day before and on the day itself, as moments of UTC.

    The clocks of one zone compare as if they never changed, so moments are compared instead.
    """
    zone = ZoneInfo(hours.zone)
    today = at.astimezone(zone).date()
    for day in (today - _DAY, today):
        if day.isoweekday() % 7 not in hours.days:
            continue
        last = day if hours.start < hours.end else day + _DAY
        start = datetime.combine(day, hours.start, zone)
        yield start.astimezone(UTC), datetime.combine(last, hours.end, zone).astimezone(UTC)


def told(moment: datetime, at: datetime, zone: str) -> str:
    """A moment in a zone: «12:00 CET», with its day where that is another one."""
    there = moment.astimezone(ZoneInfo(zone))
    here = at if at == BEFORE else at.astimezone(ZoneInfo(zone))
    clock = f"{there:%H:%M %Z}"
    if there.date() == here.date():
        return clock
    year = "" if there.year == here.year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year} {clock}"


def span_words(span: timedelta) -> str:
    """«30 minutes», «1 day»."""
    minutes = int(span.total_seconds()) // 60
    for size, noun in ((1440, "day"), (60, "hour")):
        if minutes % size == 0:
            return counted(minutes // size, noun)
    return counted(minutes, "minute")
