"""The time that a quality report is about: its days, and its moments in words."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

USUAL_DAYS = 7
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a report is about, and the days of its trend with as many before them."""

    since: datetime
    until: datetime
    days: tuple[date, ...]
    zone: tzinfo
    over: bool = False
    """Whether it ends before the present."""

    @property
    def half(self) -> int:
        """How many of the days lie before those that the trend is about."""
        return len(self.days) // 2

    @property
    def ends(self) -> tuple[datetime, ...]:
        """When each of the days ends; the last one with the report."""
        nights = (datetime.combine(day + _DAY, time(0), self.zone) for day in self.days)
        return tuple(min(night, self.until) for night in nights)

    @property
    def told(self) -> str:
        """The time in words, such as `since Mon 2 Mar 2026`."""
        if self.over:
            return f"from {self.moment(self.since)} to {self.moment(self.until)}"
        return f"since {self.moment(self.since)}"

    def moment(self, moment: datetime) -> str:
        """With the time zone, and without a time where a day begins."""
        there = moment.astimezone(self.zone)
        clock = "" if there.time() == time(0) else f"{there: %H:%M %Z}"
        return f"{day_told(there)} {there:%Y}{clock}"

    def in_a_cell(self, moment: datetime) -> str:
        """As short as it is clear: a column has one time zone, and most moments are of one year."""
        there = moment.astimezone(self.zone)
        if there.year != self.until.year:
            return f"{there:%Y-%m-%d}"
        return f"{day_told(there)} {there:%H:%M}"

    def zoned(self, column: str) -> str:
        """The name of a column of moments."""
        return f"{column} ({self.until:%Z})"


_DAY = timedelta(days=1)


def day_told(day: date) -> str:
    """Such as `Mon 2 Mar`."""
    return f"{day:%a} {day.day} {day:%b}"


def span_of(since: datetime | None, until: datetime | None, now: datetime, zone: tzinfo) -> Span:
    """The time that is meant: without a beginning the usual days; nothing of the future."""
    last = max(min(until or now, now), _EARLIEST).astimezone(zone)
    usual = datetime.combine(_last_day(last) - (USUAL_DAYS - 1) * _DAY, time(0), zone)
    first = max(min(since or usual, last), _EARLIEST).astimezone(zone)
    return Span(first, last, _days(first, last), zone, over=last < now)


_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Before there was anything to report on."""


def _last_day(until: datetime) -> date:
    """The day of the last moment: midnight belongs to the day that it ends."""
    return (until - timedelta(microseconds=1)).date()


def _days(since: datetime, until: datetime) -> tuple[date, ...]:
    """At least the usual days; of a long time every second day, every third, and so on."""
    last = _last_day(until)
    length = max((last - since.date()).days + 1, USUAL_DAYS)
    stride = -(-length // MOST_DAYS)
    count = -(-length // stride)
    return tuple(last - step * stride * _DAY for step in reversed(range(2 * count)))
