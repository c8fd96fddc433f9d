"""Read when something is to run: «every weekday at 9am Berlin time», «in 2 hours», a cron line."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from engine.recurrence import Unit
from engine.timezones import LONGEST, zone_called
from skills.language.dates import Calendar, read_clock, read_day
from skills.language.halves import UNITS, read_uneven
from skills.language.words import Word

_NUMBERS: Mapping[str, int] = MappingProxyType(
    {
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
        "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    }
)  # fmt: skip
_WEEKDAYS: Mapping[str, int] = MappingProxyType(
    {
        name: day
        for day, names in enumerate(
            ("sunday sun", "monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs",
             "friday fri", "saturday sat")
        )
        for name in names.split()
    }
)  # fmt: skip
_PLURALS: Mapping[str, int] = MappingProxyType(
    {f"{name}s": day for name, day in _WEEKDAYS.items() if name.endswith("day")}
)
_WORKING, _WEEKEND = frozenset(range(1, 6)), frozenset({0, 6})
_AGAIN = (
    ("every",), ("each",), ("once", "every"), ("once", "each"), ("once", "a"), ("once", "an"),
    ("once", "per"), ("on", "every"), ("at", "every"), ("on", "each"),
)  # fmt: skip
_PERIODS = {"minute", "hour", "day", "week", "month"}
_ADVERBS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}
_PARTS = {"morning", "afternoon", "evening", "night"}
_THROUGH = {"to", "through", "till", "until"}
_SHORT = re.compile(r"([0-9]{1,4})(s|sec|secs|m|min|mins|h|hr|hrs|d|w)")
_ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)")
_SECONDS = re.compile(r"([0-9]{1,2}):([0-9]{2}):([0-9]{2})")
_POINT = re.compile(r"([0-9]{1,2})\.([0-9]{2})")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9:]+")
_LAST_DAY, _LAST_HOUR, _MOST_DIGITS = 31, 23, 4


@dataclass(frozen=True, slots=True)
class Heard:
    """What a stretch of a sentence says about when; whatever is not said is None."""

    cron: str | None = None
    count: int | None = None
    unit: Unit | None = None
    period: str | None = None
    weekdays: frozenset[int] | None = None
    again: bool | None = None
    days: frozenset[int] | None = None
    clocks: tuple[time, ...] | None = None
    part: str | None = None
    day: date | None = None
    delay: tuple[int, Unit] | None = None
    zone: str | None = None
    strange_zone: str | None = None

    def joined(self, other: "Heard") -> "Heard | None":
        """Both together; None where one takes back what the other says."""
        said = {each.name: getattr(other, each.name) for each in fields(other)}
        given = {name: value for name, value in said.items() if value is not None}
        if any(getattr(self, name) not in (None, value) for name, value in given.items()):
            return None
        return replace(self, **given)


@dataclass(frozen=True, slots=True)
class Line:
    """The words of a sentence as they were typed, and the calendar that they are read by."""

    words: Sequence[Word]
    texts: list[str]
    calendar: Calendar

    def at(self, position: int) -> str:
        """The word there; nothing after the end."""
        return self.texts[position] if position < len(self.texts) else ""

    def starts(self, position: int, *phrases: tuple[str, ...]) -> int:
        """How many words of one of the phrases stand there; the longest is tried first."""
        for phrase in sorted(phrases, key=len, reverse=True):
            if tuple(self.texts[position : position + len(phrase)]) == phrase:
                return len(phrase)
        return 0


_Found = tuple[Heard, int] | None


def read_when(line: Line, at: int) -> _Found:
    """What the words from a position on say about when, and how many of them do."""
    heard, end = Heard(), at
    while end < len(line.texts):
        found = _part(line, end, heard)
        if found is None:
            break
        joined = heard.joined(found[0])
        if joined is None:
            break
        heard, end = joined, end + found[1]
    return (heard, end - at) if heard != Heard() else None


def _part(line: Line, at: int, heard: Heard) -> _Found:
    try:
        found = next((found for reader in _READERS if (found := reader(line, at))), None)
    except (ValueError, OverflowError):
        return None  # 31 February, hour 25: no time after all
    return found or (_zone(line, at, heard) if heard != Heard() else None)


def _cron(line: Line, at: int) -> _Found:
    named = line.starts(at, ("cron",), ("with", "cron"), ("on", "cron"))
    if line.at(at + named).count(" ") == 4:  # noqa: PLR2004  # four spaces between five fields
        return Heard(cron=line.at(at + named)), named + 1
    return (found[0], named + found[1]) if named and (found := _adverb(line, at + named)) else None


def _adverb(line: Line, at: int) -> _Found:
    gap = line.starts(at, ("on",), ("at",))
    word = line.at(at + gap)
    if word in _ADVERBS and not gap:
        return Heard(period=_ADVERBS[word]), 1
    if word == "nightly" and not gap:
        return Heard(period="day", part="night"), 1
    if word in ("weekdays", "workdays", "weekends"):
        days = _WEEKEND if word == "weekends" else _WORKING
        return Heard(weekdays=days, again=True), gap + 1
    return _weekdays(line, at + gap, gap, _PLURALS, again=True)


def _every(line: Line, at: int) -> _Found:
    said = line.starts(at, *_AGAIN)
    if not said:
        return None
    after = at + said
    found = (
        _amount_again(line, after)
        or _period(line, after)
        or _weekdays(line, after, 0, _WEEKDAYS, again=True)
    )
    return (found[0], said + found[1]) if found else None


def _period(line: Line, at: int) -> _Found:
    word = line.at(at)
    if word in _PERIODS:
        return Heard(period=word), 1
    if word in _PARTS:
        return Heard(period="day", part=word), 1
    if word in ("weekday", "workday"):
        return Heard(weekdays=_WORKING, again=True), 1
    if word == "weekend":
        return Heard(weekdays=_WEEKEND, again=True), 1
    if line.starts(at, ("working", "day"), ("business", "day"), ("week", "day")):
        return Heard(weekdays=_WORKING, again=True), 2
    return None


def _amount_again(line: Line, at: int) -> _Found:
    if line.starts(at, ("other", "day"), ("other", "week"), ("second", "day"), ("second", "week")):
        return Heard(count=2, unit=UNITS[line.at(at + 1)]), 2
    found = _amount(line, at)
    return (Heard(count=found[0], unit=found[1]), found[2]) if found else None


def _amount(line: Line, at: int) -> tuple[int, Unit, int] | None:
    """A number and its unit, and how many words they are."""
    uneven = read_uneven(line.texts, at)
    if uneven:
        return uneven
    short = _SHORT.fullmatch(line.at(at))
    if short:
        return (int(short[1]), UNITS[short[2]], 1) if int(short[1]) else None
    number = _NUMBERS.get(line.at(at)) or _whole(line.at(at))
    unit = UNITS.get(line.at(at + 1))
    return (number, unit, 2) if number and unit else None


def _whole(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS else None


def _weekdays(line: Line, at: int, before: int, named: Mapping[str, int], *, again: bool) -> _Found:
    """Weekdays one after the other, or from one to another."""
    if line.at(at) not in named:
        return None
    days, end = [named[line.at(at)]], at + 1
    through = line.starts(end, *((word,) for word in _THROUGH))
    if line.at(end + through) in named and (through or _is_tied(line, end)):
        last = named[line.at(end + through)]
        span = frozenset((days[0] + step) % 7 for step in range((last - days[0]) % 7 + 1))
        return Heard(weekdays=span, again=True), before + end + through + 1 - at
    while (gap := line.starts(end, ("and",))) + end < len(line.texts) and (
        line.at(end + gap) in named
    ):
        days.append(named[line.at(end + gap)])
        end += gap + 1
    return Heard(weekdays=frozenset(days), again=again or None), before + end - at


def _is_tied(line: Line, at: int) -> bool:
    """Whether a dash stands before the word, as in «Mon-Fri»."""
    return at < len(line.words) and line.words[at].glue not in ("", "/")


def _of_month(line: Line, at: int) -> _Found:
    """«on the 1st and 15th of every month», «on the 1st»."""
    end = at + line.starts(at, ("on", "the"), ("on",), ("the",))
    days: list[int] = []
    while (found := _ORDINAL.fullmatch(line.at(end))) and 1 <= int(found[1]) <= _LAST_DAY:
        days.append(int(found[1]))
        end += 1 + line.starts(end + 1, ("and", "the"), ("and",))
    if not days or line.at(end - 1) in ("and", "the"):
        return None
    of = line.starts(end, ("of", "every", "month"), ("of", "each", "month"), ("every", "month"))
    period = "month" if of else None
    return Heard(days=frozenset(days), period=period), end + of - at


def _clock(line: Line, at: int) -> _Found:
    """Clock times; a bare number is one only after «at»."""
    said = line.starts(at, ("at",), ("at", "around"))
    first = _one_clock(line, at + said, bare=bool(said))
    if first is None:
        return None
    clocks, end = [first[0]], at + said + first[1]
    while line.at(end) == "and" and (
        more := _one_clock(line, end + 1 + line.starts(end + 1, ("at",)), bare=True)
    ):
        clocks.append(more[0])
        end += 1 + line.starts(end + 1, ("at",)) + more[1]
    return Heard(clocks=tuple(sorted(clocks))), end - at


def _one_clock(line: Line, at: int, *, bare: bool) -> tuple[time, int] | None:
    word = line.at(at)
    exact = _SECONDS.fullmatch(word) or (_POINT.fullmatch(word) if bare else None)
    if exact:
        hour, minute, second = (*map(int, exact.groups()), 0)[:3]
        return time(hour, minute, second), 1
    found = read_clock(line.texts, at)
    if found:
        return found
    number = _whole(word) if bare else None
    if number is None or number > _LAST_HOUR or line.at(at + 1) in UNITS:
        return None
    return time(number), 1 + line.starts(at + 1, ("o", "clock"), ("o",))


def _part_of_day(line: Line, at: int) -> _Found:
    said = line.starts(at, ("in", "the"))
    if said and line.at(at + said) in _PARTS:
        return Heard(part=line.at(at + said)), said + 1
    if line.starts(at, ("at", "night")):
        return Heard(part="night"), 2
    return None


def _coming_day(line: Line, at: int) -> _Found:
    """One day: «tomorrow», «tonight», «on Monday», «next Friday», «on 3 March 2027»."""
    today, end = (
        line.calendar.today,
        at + line.starts(at, ("on", "the"), ("on",), ("from",), ("for",)),
    )
    word = line.at(end)
    if line.starts(end, ("the", "day", "after", "tomorrow")):
        return Heard(day=today + timedelta(days=2)), end + 4 - at
    if word == "tonight":
        return Heard(day=today, part="evening"), end + 1 - at
    if word in ("today", "tomorrow"):
        ahead = timedelta(days=int(word == "tomorrow"))
        part = line.at(end + 1) if line.at(end + 1) in _PARTS else None
        return Heard(day=today + ahead, part=part), end + 1 + bool(part) - at
    if word == "this" and line.at(end + 1) in _PARTS:
        return Heard(day=today, part=line.at(end + 1)), end + 2 - at
    return _named_day(line, at, end)


def _named_day(line: Line, at: int, end: int) -> _Found:
    if line.at(end) == "next" and line.at(end + 1) in _WEEKDAYS:
        return Heard(day=coming(line.calendar.today, _WEEKDAYS[line.at(end + 1)])), end + 2 - at
    if line.at(end) in _WEEKDAYS:
        return _weekdays(line, end, end - at, _WEEKDAYS, again=False)
    if _MOMENT.fullmatch(line.at(end)):
        moment = datetime.fromisoformat(line.at(end).upper())
        return Heard(day=moment.date(), clocks=(moment.time(),)), end + 1 - at
    if line.at(end) in ("", "last"):
        return None
    found = read_day(line.texts, end, replace(line.calendar, ahead=True))
    return (Heard(day=found[0]), end + found[1] - at) if found else None


def coming(today: date, weekday: int) -> date:
    """The next day of that weekday after today; Sunday is 0."""
    return today + timedelta(days=(weekday - today.isoweekday() - 1) % 7 + 1)


def _delay(line: Line, at: int) -> _Found:
    said = line.starts(at, ("in",))
    one = line.starts(at + said, ("a",), ("an",))
    found = _amount(line, at + said)
    if found is None and said and one and line.at(at + 2) in UNITS:
        found = (1, UNITS[line.at(at + 2)], 2)
    now = line.starts(at + said + found[2], ("from", "now")) if found else 0
    if not found or not (said or now):
        return None
    number, unit, length = found
    return Heard(delay=(number, unit)), said + length + now


def _zone(line: Line, at: int, heard: Heard) -> _Found:
    """«Berlin time», «in Berlin», «Europe/Berlin», «UTC», after what says when."""
    said = line.starts(at, ("in",), ("in", "the"))
    for length in range(LONGEST, 0, -1):
        zone = zone_called(line.texts[at + said : at + said + length])
        if zone and at + said + length <= len(line.texts):
            end = at + said + length
            return Heard(zone=zone), end + line.starts(end, ("time",), ("time", "zone")) - at
    return _strange_zone(line, at) if heard.clocks else None


def _strange_zone(line: Line, at: int) -> _Found:
    """Words that can only be a time zone, and are none."""
    for length in (1, 2, 3):
        if line.at(at + length) == "time":
            return Heard(strange_zone=" ".join(line.texts[at : at + length])), length + 1
    if at + 1 < len(line.words) and line.words[at + 1].glue == "/":
        return Heard(strange_zone="/".join(line.texts[at : at + 2])), 2
    return None


_READERS: tuple[Callable[[Line, int], _Found], ...] = (
    _cron, _every, _adverb, _delay, _coming_day, _of_month, _clock, _part_of_day,
)  # fmt: skip
