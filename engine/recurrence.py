"""When something comes again: a cron line, an interval or one moment, in words and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from typing_extensions import override

from engine.errors import RecurrenceUnreadable

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
"""In the order of cron, which counts Sunday as 0."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

WORKING_DAYS = frozenset(range(1, 6))

_MOST_TOLD = 4
"""How many clock times or days are told in words; more of them read better as a cron line."""


class Unit(StrEnum):
    """What an interval counts."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


UNIT_SECONDS: Mapping[Unit, int] = MappingProxyType(
    {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.DAY: 86_400, Unit.WEEK: 604_800}
)


@dataclass(frozen=True, slots=True)
class Cron:
    """The times that a cron line means in a time zone; `text` is its one normal form."""

    text: str
    zone: str

    @classmethod
    def read(cls, text: str, zone: str) -> "Cron":
        """A cron line of five fields; raises RecurrenceUnreadable."""
        pieces = text.split()
        if len(pieces) != len(_FIELDS):
            raise RecurrenceUnreadable(f"{text!r} has {len(pieces)} fields, not five.")
        pairs = zip(_FIELDS, pieces, strict=True)
        return cls(" ".join(field.written(field.read(piece)) for field, piece in pairs), zone)

    @classmethod
    def at(
        cls,
        clocks: Sequence[tuple[int, int]],
        zone: str,
        weekdays: frozenset[int] = frozenset(),
        days: frozenset[int] = frozenset(),
    ) -> "Cron":
        """The clock times of some days; of every day where none are named."""
        minutes, hours = {minute for _, minute in clocks}, {hour for hour, _ in clocks}
        if len(minutes) > 1 and len(hours) > 1:
            raise RecurrenceUnreadable(
                "One cron line can't hold these clock times.", "Make a schedule for each of them."
            )
        found = (_listed(minutes), _listed(hours), _listed(days), "*", _listed(weekdays))
        return cls.read(" ".join(found), zone)

    @property
    def values(self) -> tuple[frozenset[int], ...]:
        """The minutes, hours, days, months and weekdays (Sunday is 0) that are meant."""
        pairs = zip(_FIELDS, self.text.split(), strict=True)
        return tuple(field.read(piece) for field, piece in pairs)

    @property
    def rhythm(self) -> str:
        """In words, without the time zone."""
        minute, hour, day, month, weekday = self.text.split()
        if (hour, day, month, weekday) == ("*",) * 4 and minute in ("*", "0"):
            return "every minute" if minute == "*" else "every hour"
        clocks, days = self._clocks(), self._days()
        return f"{days} at {clocks}" if clocks and days else f"cron {self.text}"

    @override
    def __str__(self) -> str:
        return f"{self.rhythm} {self.zone}"

    def _clocks(self) -> str:
        minutes, hours, *_ = self.values
        if len(minutes) * len(hours) > _MOST_TOLD:
            return ""
        return listed(
            [f"{hour:02}:{minute:02}" for hour in sorted(hours) for minute in sorted(minutes)]
        )

    def _days(self) -> str:
        day, month, weekday = self.text.split()[2:]
        if (day, month, weekday) == ("*",) * 3:
            return "every day"
        if (day, month) == ("*", "*"):
            return _weekdays(self.values[4])
        if (month, weekday) == ("*", "*") and len(self.values[2]) <= _MOST_TOLD:
            days = listed([ordinal(each) for each in sorted(self.values[2])])
            return f"on the {days} of every month"
        return ""


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again after so much time; days and weeks by the wall clock, from `start` on.

    Without a start it counts from the midnight before it was asked for.
    """

    count: int
    unit: Unit
    zone: str
    start: datetime | None = None

    @property
    def seconds(self) -> int:
        """How long it is from one time to the next."""
        return self.count * UNIT_SECONDS[self.unit]

    @property
    def rhythm(self) -> str:
        """In words, without the time zone."""
        again = f"every {self.count} {self.unit}{'' if self.count == 1 else 's'}"
        return f"{again} from {_moment(self.start, self.zone)}" if self.start else again

    @override
    def __str__(self) -> str:
        return f"{self.rhythm} {self.zone}"


@dataclass(frozen=True, slots=True)
class Once:
    """One moment, told in a time zone."""

    at: datetime
    zone: str

    @property
    def rhythm(self) -> str:
        """In words, without the time zone."""
        return f"on {_moment(self.at, self.zone)}"

    @override
    def __str__(self) -> str:
        return f"{self.rhythm} {self.zone}"


Recurrence = Cron | Every | Once

_ADAPTER: TypeAdapter[Recurrence] = TypeAdapter(Recurrence)


def to_json(recurrence: Recurrence) -> str:
    """The recurrence as it is stored."""
    return _ADAPTER.dump_json(recurrence, exclude_none=True).decode()


def from_json(text: str | bytes) -> Recurrence:
    """Read what `to_json` wrote."""
    return _ADAPTER.validate_json(text)


def listed(words: Sequence[str]) -> str:
    """«a», «a and b», «a, b and c»."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if words[1:] else "".join(words)


def ordinal(number: int) -> str:
    """«1st», «2nd», «13th»."""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _weekdays(days: frozenset[int]) -> str:
    if days == WORKING_DAYS:
        return "every weekday"
    return f"every {listed([WEEKDAYS[day % 7] for day in sorted(day or 7 for day in days)])}"


def _moment(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    seconds = f":{local.second:02}" if local.second else ""
    return f"{local.day} {MONTHS[local.month - 1]} {local.year} at {local:%H:%M}{seconds}"


def _listed(values: set[int] | frozenset[int]) -> str:
    return ",".join(map(str, sorted(values))) or "*"


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields of a cron line."""

    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()
    also_last: int | None = None
    """One number more, which means the first: Sunday is 0 and 7."""

    def read(self, text: str) -> frozenset[int]:
        """The numbers that a text means; raises RecurrenceUnreadable."""
        found = frozenset(number for part in text.split(",") for number in self._part(part))
        return frozenset(self.first if number == self.also_last else number for number in found)

    def written(self, values: frozenset[int]) -> str:
        """The shortest text that means these numbers."""
        if len(values) == self.last - self.first + 1:
            return "*"
        for step in range(2, self.last):
            if len(values) > 2 and values == frozenset(range(self.first, self.last + 1, step)):  # noqa: PLR2004  # two are shorter as a list
                return f"*/{step}"
        return ",".join(_stretches(values))

    def _part(self, text: str) -> range:
        span, slash, step = text.partition("/")
        low, dash, high = span.partition("-")
        if span == "*":
            found = range(self.first, self.last + 1)
        elif dash:
            found = range(self._number(low, text), self._number(high, text) + 1)
        else:
            end = self.last if slash else self._number(low, text)
            found = range(self._number(low, text), end + 1)
        by = self._digits(step) if slash else 1
        if not found or not by:
            raise self._unreadable(text)
        return found[::by]

    def _number(self, text: str, part: str) -> int:
        if text.casefold() in self.names:
            return self.names.index(text.casefold()) + self.first
        number = self._digits(text)
        if number is None or not self.first <= number <= (self.also_last or self.last):
            raise self._unreadable(part)
        return number

    @staticmethod
    def _digits(text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else None  # noqa: PLR2004  # no field counts to 100

    def _unreadable(self, text: str) -> RecurrenceUnreadable:
        return RecurrenceUnreadable(f"{text!r} is no {self.name} of a cron line.")


def _stretches(values: frozenset[int]) -> Iterator[str]:
    """«1-5» for three or more that follow each other, the numbers themselves otherwise."""
    for _, group in groupby(enumerate(sorted(values)), lambda pair: pair[1] - pair[0]):
        run = [value for _, value in group]
        if len(run) > 2:  # noqa: PLR2004  # two are as short as a list
            yield f"{run[0]}-{run[-1]}"
        else:
            yield from map(str, run)


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, tuple(name[:3].casefold() for name in MONTHS)),
    _Field("weekday", 0, 6, tuple(name[:3].casefold() for name in WEEKDAYS), also_last=7),
)
