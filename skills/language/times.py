"""Read stretches of time: «last night», «since Monday 9am», «between 1 March and 3 March»."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from engine.recurrence import UNIT_SECONDS
from skills.language.dates import WEEKDAYS, Calendar, read_clock, read_day
from skills.language.halves import read_uneven

_UNITS: Mapping[str, timedelta] = MappingProxyType(
    {
        name: length
        for names, length in (
            ("m min mins minute minutes", timedelta(minutes=1)),
            ("h hr hrs hour hours", timedelta(hours=1)),
            ("d day days", timedelta(days=1)),
            ("w week weeks", timedelta(weeks=1)),
            ("month months", timedelta(days=30)),
        )
        for name in names.split()
    }
)
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "couple": 2, "few": 3}
_MOST_DIGITS = 4
_ISO_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}t")
_SHORT = re.compile(r"([0-9]{1,4})(m|min|h|hrs|d|w)")
_PARTS_OF_DAYS: Mapping[tuple[str, ...], tuple[int, int, int, int]] = MappingProxyType(
    {
        tuple(words.split()): span
        for words, span in {
            "today": (0, 0, 1, 0), "yesterday": (-1, 0, 0, 0), "last night": (-1, 18, 0, 8),
            "overnight": (-1, 18, 0, 8), "this morning": (0, 0, 0, 12),
            "this afternoon": (0, 12, 0, 18), "this evening": (0, 18, 1, 0),
            "tonight": (0, 18, 1, 8), "yesterday morning": (-1, 0, -1, 12),
            "yesterday afternoon": (-1, 12, -1, 18), "yesterday evening": (-1, 18, 0, 0),
            "yesterday night": (-1, 18, 0, 8), "the day before yesterday": (-2, 0, -1, 0),
        }.items()
    }
)  # fmt: skip
"""Days from today and hours at which a part of a day starts and ends."""

_FROM = frozenset({"since", "from", "after", "starting"})
_TO = frozenset({"until", "till", "before", "by"})
_WITHIN = frozenset({"on", "at", "in", "during", "over", "within", "for", "the", "from"})
_JOIN = frozenset({"and", "to", "until", "till"})


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when; None is open."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: datetime
    end: datetime | None
    length: int


def read_period(words: list[str], at: int, calendar: Calendar) -> tuple[Period, int] | None:
    """The period named at a position and how many words name it."""
    try:
        return _read_period(words, at, calendar)
    except (ValueError, OverflowError):
        return None  # 31 February, hour 25, the year 0: no time after all


def _read_period(words: list[str], at: int, calendar: Calendar) -> tuple[Period, int] | None:
    opening = words[at]
    first = _stretch(words, _past_article(words, at + 1), calendar)
    taken = _past_article(words, at + 1) - at
    if first and opening in ("between", "from"):
        joined = _joined(words, at, taken, first, calendar)
        if joined:
            return joined
    if first and opening in _FROM:
        start = first.end if opening == "after" and first.end else first.start
        return Period(since=start), taken + first.length
    if first and opening in _TO:
        end = first.start if opening == "before" or not first.end else first.end
        return Period(until=end), taken + first.length
    if first and opening in _WITHIN:
        return _whole(first, calendar), taken + first.length
    alone = _stretch(words, at, calendar)
    return (_whole(alone, calendar), alone.length) if alone else None


def _joined(
    words: list[str], at: int, taken: int, first: _Stretch, calendar: Calendar
) -> tuple[Period, int] | None:
    join = at + taken + first.length
    if join + 1 >= len(words) or words[join] not in _JOIN:
        return None
    second = _stretch(words, join + 1, calendar)
    if not second:
        return None
    end = second.end or second.start
    start = first.start
    if start >= end and words[at + taken] in WEEKDAYS:
        # what lies behind «between Monday and Wednesday» is, on a Monday, in the week before
        start = calendar.at(start.date() - timedelta(weeks=1), start.timetz().replace(tzinfo=None))
    until = end if start < end < calendar.now else None
    return Period(start, until), taken + first.length + 1 + second.length


def _past_article(words: list[str], at: int) -> int:
    return at + 1 if words[at : at + 1] == ["the"] and "day" not in words[at + 1 : at + 2] else at


def _whole(stretch: _Stretch, calendar: Calendar) -> Period:
    ended = stretch.end if stretch.end and stretch.end <= calendar.now else None
    return Period(stretch.start, ended)


def _stretch(words: list[str], at: int, calendar: Calendar) -> _Stretch | None:
    if at >= len(words):
        return None
    return (
        _day_with_clock(words, at, calendar)
        or _part_of_day(words, at, calendar)
        or _whole_unit(words, at, calendar)
        or _relative(words, at, calendar)
        or _ago(words, at, calendar)
        or _clock_alone(words, at, calendar)
        or _iso_moment(words[at], calendar)
    )


def _part_of_day(words: list[str], at: int, calendar: Calendar) -> _Stretch | None:
    for length in (4, 2, 1):
        named = tuple(words[at : at + length])
        span = _PARTS_OF_DAYS.get(named)
        if span and len(named) == length:
            start, end = _moment(calendar, *span[:2]), _moment(calendar, *span[2:])
            return _Stretch(start, end, length)
    return None


def _moment(calendar: Calendar, days: int, hour: int) -> datetime:
    return calendar.at(calendar.today + timedelta(days=days), time(hour))


def _day_with_clock(words: list[str], at: int, calendar: Calendar) -> _Stretch | None:
    found = read_day(words, at, calendar) or _near_day(words[at], calendar)
    if not found:
        return None
    day, length = found
    gap = int(words[at + length : at + length + 1] == ["at"])
    clock = read_clock(words, at + length + gap)
    if clock:
        return _Stretch(calendar.at(day, clock[0]), None, length + gap + clock[1])
    if words[at] in ("today", "yesterday"):
        return None  # perhaps a part of that day
    return _Stretch(calendar.at(day), calendar.at(day + timedelta(days=1)), length)


def _near_day(word: str, calendar: Calendar) -> tuple[date, int] | None:
    days = {"today": 0, "yesterday": 1}.get(word)
    return None if days is None else (calendar.today - timedelta(days=days), 1)


def _whole_unit(words: list[str], at: int, calendar: Calendar) -> _Stretch | None:
    which, unit = (*words[at : at + 2], "", "")[:2]
    if which not in ("this", "last") or unit not in ("week", "month"):
        return None
    start = _start_of(unit, calendar.today)
    if which == "this":
        return _Stretch(calendar.at(start), None, 2)
    before = _start_of(unit, start - timedelta(days=1))
    return _Stretch(calendar.at(before), calendar.at(start), 2)


def _start_of(unit: str, day: date) -> date:
    return day - timedelta(days=day.weekday()) if unit == "week" else day.replace(day=1)


def _relative(words: list[str], at: int, calendar: Calendar) -> _Stretch | None:
    if words[at] not in ("last", "past", "previous"):
        return None
    found = _amount(words, at + 1)
    if not found and words[at + 1 : at + 2] and words[at + 1] in _UNITS:
        found = (_UNITS[words[at + 1]], 1)
    return _Stretch(calendar.ago(found[0]), None, 1 + found[1]) if found else None


def _ago(words: list[str], at: int, calendar: Calendar) -> _Stretch | None:
    found = _amount(words, at)
    if not found or words[at + found[1] : at + found[1] + 1] != ["ago"]:
        return None
    elapsed, length = found
    if elapsed < timedelta(days=1):
        return _Stretch(calendar.ago(elapsed), None, length + 1)
    day = calendar.today - elapsed
    return _Stretch(calendar.at(day), calendar.at(day + timedelta(days=1)), length + 1)


def _amount(words: list[str], at: int) -> tuple[timedelta, int] | None:
    """How long «2 hours», «2h» or «a couple of days» is, and how many words say it."""
    if uneven := read_uneven(words, at):
        return timedelta(seconds=uneven[0] * UNIT_SECONDS[uneven[1]]), uneven[2]
    ahead = [word for word in words[at : at + 4] if word != "of"]
    length = len(words[at : at + 4])
    if ahead[:1] and (short := _SHORT.fullmatch(ahead[0])):
        return int(short[1]) * _UNITS[short[2]], 1
    if ahead[:2] == ["a", "couple"] or ahead[:2] == ["a", "few"]:
        ahead = ahead[1:]
    if not ahead[1:] or ahead[1] not in _UNITS:
        return None
    number = _NUMBERS.get(ahead[0]) or _whole_number(ahead[0])
    taken = next(i for i in range(length) if words[at + i] == ahead[1]) + 1
    return (number * _UNITS[ahead[1]], taken) if number else None


def _whole_number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS else None


def _clock_alone(words: list[str], at: int, calendar: Calendar) -> _Stretch | None:
    found = read_clock(words, at)
    if not found:
        return None
    moment = calendar.at(calendar.today, found[0])
    if moment > calendar.now:
        moment = calendar.at(calendar.today - timedelta(days=1), found[0])
    return _Stretch(moment, None, found[1])


def _iso_moment(word: str, calendar: Calendar) -> _Stretch | None:
    if not _ISO_MOMENT.match(word):
        return None
    found = datetime.fromisoformat(word.upper())
    return _Stretch(calendar.at(found.date(), found.time()), None, 1)
