"""Read stretches of whole days, such as «from 1 March to 15 March», with both days in them."""

import re
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from skills.language.dates import Calendar, read_day
from skills.language.times import Period, read_period

_OPENING = frozenset({"from", "between", "for", "of", "over", "on"})
_TO = frozenset({"to", "until", "till", "through", "thru"})
_NEAR = {"today": 0, "yesterday": 1}
_BARE_DAY = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th)?")
_A_YEAR = timedelta(days=365)
_PLAIN_YEAR_BETWEEN = timedelta(days=183)
"""A stretch that got its year from us and is longer than this may be a slip."""


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day; not `sure` where they were only concluded.

    They are `swapped` where the later day was named first.
    """

    first: date
    last: date
    sure: bool = True
    swapped: bool = False


def read_time(
    words: list[str], at: int, calendar: Calendar
) -> tuple[Period, Days | None, int] | None:
    """The time named at a position, the days that it covers, and how many words name it."""
    found, pair = read_period(words, at, calendar), _both(words, at, calendar)
    if pair and (not found or pair[2] >= found[1]):
        return found[0] if found else pair[0], pair[1], pair[2]
    return (found[0], _days(found[0], calendar), found[1]) if found else None


def _both(words: list[str], at: int, calendar: Calendar) -> tuple[Period, Days, int] | None:
    try:
        found = _pair(words, at, calendar)
        return (_period(found[0], calendar), *found) if found else None
    except (ValueError, OverflowError):
        return None  # 31 February, the year 0: no day after all


def _pair(words: list[str], at: int, calendar: Calendar) -> tuple[Days, int] | None:
    """«from 1 March to 15 March», «2026-03-01 until yesterday», «1 to 15 March»."""
    opening = words[at] if words[at] in _OPENING else ""
    start = _past_article(words, at + bool(opening))
    join = start + (_length(words, start, calendar) or 1)
    joining = {"and"} if opening == "between" else _TO
    end = _past_article(words, join + 1)
    if join >= len(words) or words[join] not in joining or end >= len(words):
        return None
    last = words[end : end + _length(words, end, calendar)]
    first = _first_words(words, start, join, last)
    days = _in_order(first, last, calendar) if last else None
    return (days, end + len(last) - at) if days else None


def _past_article(words: list[str], at: int) -> int:
    return at + (words[at : at + 1] == ["the"])


def _length(words: list[str], at: int, calendar: Calendar) -> int:
    if at >= len(words):
        return 0
    if words[at] in _NEAR:
        return 1
    found = read_day(words, at, calendar)
    return found[1] if found else 0


def _first_words(words: list[str], start: int, join: int, last: list[str]) -> list[str]:
    """The words of the first day; the «1» of «1 to 15 March» has its month from the last one."""
    first = words[start:join]
    is_bare = len(first) == 1 and bool(_BARE_DAY.fullmatch(first[0]))
    return [*first, *last[1:]] if is_bare else first


def _in_order(first: list[str], last: list[str], calendar: Calendar) -> Days | None:
    """The days from one to the other; swapped where only that makes a likely stretch."""
    days = _within(first, last, calendar)
    if days is None or (days.sure and days.first <= days.last):
        return days
    turned = _within(last, first, calendar)
    is_likely = turned is not None and turned.sure and turned.first < turned.last
    is_slip = days.first > days.last or days.first.year < days.last.year
    return replace(turned, sure=False, swapped=True) if turned and is_likely and is_slip else days


def _within(first: list[str], last: list[str], calendar: Calendar) -> Days | None:
    """The latest such days that lie behind; a day without a year takes that of the other."""
    end = _day(last, calendar.today, calendar)
    if end is None:
        return None
    is_open = tuple(not _is_fixed(words, calendar) for words in (first, last))
    start = _day(first, end, calendar)
    if start and is_open == (False, True):
        end = _day(last, min(calendar.today, start + _A_YEAR), calendar)
    if start is None or end is None:
        return None
    return Days(start, end, sure=not any(is_open) or end - start <= _PLAIN_YEAR_BETWEEN)


def _is_fixed(words: list[str], calendar: Calendar) -> bool:
    """Whether the words name one day for ever, with its year, or count from the present one."""
    days = (_day(words, calendar.today + ahead, calendar) for ahead in (timedelta(), 2 * _A_YEAR))
    return next(days) == next(days)


def _day(words: list[str], seen_from: date, calendar: Calendar) -> date | None:
    """The day that all of the words name, the latest one that is not after another."""
    if len(words) == 1 and words[0] in _NEAR:
        return calendar.today - timedelta(days=_NEAR[words[0]])
    found = read_day(words, 0, replace(calendar, now=calendar.at(seen_from, time(12))))
    return found[0] if found and found[1] == len(words) else None


def _period(days: Days, calendar: Calendar) -> Period:
    return Period(calendar.at(days.first), calendar.at(days.last + timedelta(days=1)))


def _days(period: Period, calendar: Calendar) -> Days | None:
    """The days of a period; where it has no end, or is not of whole days, nobody is sure."""
    if period.since is None:
        return None
    if period.until is None:
        return Days(period.since.date(), calendar.today, sure=False)
    is_whole = period.since.time() == period.until.time() == time(0)
    last = period.until.date() - timedelta(days=1) if is_whole else period.until.date()
    return Days(period.since.date(), last, sure=is_whole)
