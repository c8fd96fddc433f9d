"""Read days and clock times as people write them; the only place that uses dateutil."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from dateutil import parser  # type: ignore[import-untyped]  # ships no types

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = frozenset({
    "jan", "january", "feb", "february", "mar", "march", "apr", "april", "may", "jun", "june",
    "jul", "july", "aug", "august", "sep", "sept", "september", "oct", "october", "nov",
    "november", "dec", "december",
})  # fmt: skip
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_NUMBERS = re.compile(r"[0-9]{1,2}[/.][0-9]{1,2}([/.][0-9]{2,4})?")
_CLOCK = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?(am|pm)?")
_HALF_A_DAY = 12
_NAMED_CLOCKS = {"noon": time(12), "midday": time(12), "midnight": time(0)}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The present moment in the asker's time zone; days without a year lie behind or ahead."""

    now: datetime
    zone: tzinfo
    ahead: bool = False

    @property
    def local(self) -> datetime:
        """The present moment as the asker's clock shows it."""
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The asker's present day."""
        return self.local.date()

    def at(self, day: date, clock: time = time(0)) -> datetime:
        """A wall-clock time of a day; one that the clocks skip moves on by the hour skipped."""
        wall = datetime.combine(day, clock, tzinfo=self.zone)
        return wall.astimezone(UTC).astimezone(self.zone)

    def ago(self, elapsed: timedelta) -> datetime:
        """The moment that long ago: hours as they passed, whole days by the wall clock."""
        if elapsed % timedelta(days=1):
            return (self.now.astimezone(UTC) - elapsed).astimezone(self.zone)
        return self.at(self.today - elapsed, self.local.time())


def read_day(words: list[str], at: int, calendar: Calendar) -> tuple[date, int] | None:
    """The day named at a position and how many words name it."""
    return (
        _weekday(words, at, calendar)
        or _iso_day(words[at])
        or _numbers(words[at], calendar)
        or _day_of_month(words, at, calendar)
    )


def read_clock(words: list[str], at: int) -> tuple[time, int] | None:
    """The clock time named at a position and how many words name it."""
    if at >= len(words):
        return None
    if words[at] in _NAMED_CLOCKS:
        return _NAMED_CLOCKS[words[at]], 1
    joined = words[at] + words[at + 1] if words[at + 1 : at + 2] in (["am"], ["pm"]) else ""
    found = _clock(joined)
    return (found, 2) if found else ((alone, 1) if (alone := _clock(words[at])) else None)


def _clock(text: str) -> time | None:
    match = _CLOCK.fullmatch(text)
    if not match or not (match[2] or match[3]):
        return None  # a bare number is no time
    hour = int(match[1])
    if match[3] and hour > _HALF_A_DAY:
        return None
    if match[3]:
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    return time(hour, int(match[2] or 0))


def _weekday(words: list[str], at: int, calendar: Calendar) -> tuple[date, int] | None:
    last = words[at] == "last"
    named = words[at + 1] if last and at + 1 < len(words) else words[at]
    if named not in WEEKDAYS:
        return None
    back = (calendar.today.weekday() - WEEKDAYS.index(named)) % 7
    if last and back == 0:
        back = 7
    return calendar.today - timedelta(days=back), 1 + last


def _iso_day(word: str) -> tuple[date, int] | None:
    return (date.fromisoformat(word), 1) if _ISO_DAY.fullmatch(word) else None


def _numbers(word: str, calendar: Calendar) -> tuple[date, int] | None:
    match = _NUMBERS.fullmatch(word)
    if not match:
        return None
    text = word.replace(".", "/")
    found = _parsed(text, calendar.today.year) if match[1] else _nearest(text, calendar)
    return (found, 1) if found else None


def _day_of_month(words: list[str], at: int, calendar: Calendar) -> tuple[date, int] | None:
    used = next((taken for taken in _shapes(words, at) if taken), None)
    if not used:
        return None
    dated = " ".join(word for word in words[at : at + used] if word != "of")
    if not words[at + used : at + used + 1] or not _YEAR.fullmatch(words[at + used]):
        found = _nearest(dated, calendar)
        return (found, used) if found else None
    return _parsed(f"{dated} {words[at + used]}", calendar.today.year), used + 1


def day_length(words: list[str], at: int) -> int:
    """How many words are written as a day with its month, whether or not there is such a day."""
    if at >= len(words):
        return 0
    if _ISO_DAY.fullmatch(words[at]) or _NUMBERS.fullmatch(words[at]):
        return 1
    used = next((taken for taken in _shapes(words, at) if taken), 0)
    has_year = used and at + used < len(words) and _YEAR.fullmatch(words[at + used])
    return used + bool(has_year)


def _shapes(words: list[str], at: int) -> Iterator[int]:
    ahead = (*words[at : at + 3], "", "", "")
    is_day = tuple(bool(_DAY.fullmatch(word)) for word in ahead)
    yield 2 if is_day[0] and ahead[1] in _MONTHS else 0
    yield 2 if ahead[0] in _MONTHS and is_day[1] else 0
    yield 3 if is_day[0] and ahead[1] == "of" and ahead[2] in _MONTHS else 0


def _nearest(text: str, calendar: Calendar) -> date | None:
    """The day without a year that was last, so that no date lies ahead; or the next one."""
    step = 1 if calendar.ahead else -1
    for years in range(9):
        try:
            found = _parsed(text, calendar.today.year + step * years)
        except ValueError:
            continue  # 29 February exists in few years
        if found == calendar.today or (found > calendar.today) == calendar.ahead:
            return found
    return None


def _parsed(text: str, year: int) -> date:
    found: datetime = parser.parse(text, dayfirst=True, default=datetime(year, 1, 1, tzinfo=UTC))
    return found.date()


def by_the_clock(moment: datetime, zone: tzinfo | None) -> str | None:
    """Such as `2026-03-12 09:00`; None where the clock does not tell it, or tells it twice."""
    there = moment.astimezone(zone)
    both = {there.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    if zone is None or both != {moment.astimezone(UTC)} or there.second or there.microsecond:
        return None
    return f"{there:%Y-%m-%d %H:%M}"


def full_minute(moment: datetime) -> datetime:
    """The moment, or the next full minute: nobody reads seconds."""
    full = moment.replace(second=0, microsecond=0)
    return full if full == moment else full + timedelta(minutes=1)
