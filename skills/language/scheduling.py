"""Understand sentences that run something later or again: an order, and when it is to happen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo

from engine.commands import Command, RunPipeline, SchedulePipeline
from engine.errors import RecurrenceUnreadable
from engine.recurrence import UNIT_SECONDS, Cron, Every, Once, Recurrence, Unit
from engine.timezones import close_zones, is_zone
from skills.language.dates import Calendar
from skills.language.lexicon import ASKING, CONDITIONAL, EXCLUDING, FILLERS
from skills.language.names import Names
from skills.language.readings import Guess, Reading, Understood
from skills.language.recurring import Heard, Line, coming, read_when
from skills.language.words import Word, tidy, words_of

MOST_OFFERS = 20

_HOURS: Mapping[str | None, tuple[int, ...]] = MappingProxyType(
    {
        None: (6, 9, 18),
        "morning": (6, 8, 9),
        "afternoon": (13, 15, 17),
        "evening": (18, 20, 22),
        "night": (0, 2, 4),
    }
)
"""The hours that are offered where none was said."""

_NOON, _NIGHTFALL = 12, 6
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""A present moment for what is written without one."""

_VERB = "schedule"
_MAKING = frozenset({"create", "add", "make", "new", "set", "up", "a", "the"})
_POLITE = frozenset(word for phrase in (*FILLERS, *ASKING) for word in phrase)
_NAMING = frozenset({"for", "on", "of", "over", "table", "pipeline", "run", "start", "the"})


@dataclass(frozen=True, slots=True)
class Times:
    """When something is to run; several, with the reason, where the sentence leaves a choice."""

    recurrences: tuple[Recurrence, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """When something is to run, whether that was said, and the words that say what."""

    times: Times
    rest: tuple[Word, ...]
    is_said: bool


def plan_in(words: tuple[Word, ...], names: Names, calendar: Calendar) -> Plan | None:
    """What a sentence says about when; None where it says nothing, or takes it back."""
    heard, rest = _heard(words, names, calendar)
    if heard is not None and heard.zone:
        # today and tomorrow are those of that zone
        heard, rest = _heard(words, names, replace(calendar, zone=ZoneInfo(heard.zone)))
    order, is_schedule = _as_order(rest)
    if heard is None or (heard == Heard() and not is_schedule):
        return None
    try:
        times = _times(heard, calendar)
    except (RecurrenceUnreadable, ValueError, OverflowError):
        return None
    return Plan(times, order, heard != Heard()) if times else None


def recurrence_of(text: str, zone: tzinfo) -> Recurrence | None:
    """The recurrence that is written exactly so."""
    words = words_of(tidy(text))
    calendar = Calendar(_LONG_AGO, zone)
    found = read_when(Line(words, [word.text for word in words], calendar), 0)
    try:
        times = _times(found[0], calendar) if found and found[1] == len(words) else None
    except (RecurrenceUnreadable, ValueError, OverflowError):
        return None
    said = times.recurrences if times else ()
    return next((each for each in said if str(each) == text), None)


def scheduled(reading: Reading, plan: Plan) -> Reading | None:
    """The reading of an order as the schedule of it; None where it is no order to run."""
    match reading:
        case Understood(command):
            commands: tuple[Command, ...] = (command,)
        case Guess(commands):
            pass
        case _:
            return None
    if not any(isinstance(each, RunPipeline) for each in commands):
        return None
    lifted = tuple(_lifted(commands, plan.times))[:MOST_OFFERS]
    reasons = [*([reading.reason] if isinstance(reading, Guess) else []), *_doubts(commands, plan)]
    if len(lifted) == 1 and not reasons:
        return Understood(lifted[0])
    return Guess(lifted, " ".join(reasons))


def _lifted(commands: Sequence[Command], times: Times) -> Iterator[Command]:
    for command in commands:
        if isinstance(command, RunPipeline):
            for when in times.recurrences:
                yield SchedulePipeline(command.pipeline, when, command.table)
        else:
            yield command


def _doubts(commands: Sequence[Command], plan: Plan) -> Iterator[str]:
    if plan.times.reason:
        yield plan.times.reason
    if any(command != _plain(command) for command in commands):
        yield "A schedule runs it plainly, without a full refresh or a dry run."


def _plain(command: Command) -> Command:
    if isinstance(command, RunPipeline):
        return RunPipeline(command.pipeline, command.table)
    return command


def _heard(
    words: tuple[Word, ...], names: Names, calendar: Calendar
) -> tuple[Heard | None, tuple[Word, ...]]:
    """All that the words say about when, put together, and the other words."""
    line = Line(words, [word.text for word in words], calendar)
    heard: Heard | None = Heard()
    rest: list[Word] = []
    at = 0
    while at < len(words):
        taken = _name_at(line, names, at)
        found = None if taken or words[at].glue else read_when(line, at)
        if found and not _is_tied(words, at + found[1]):
            heard = heard.joined(found[0]) if heard else None
            at += found[1]
        elif words[at].text in EXCLUDING | CONDITIONAL:
            return heard, (*rest, *words[at:])
        else:
            rest.extend(words[at : at + (taken or 1)])
            at += taken or 1
    return heard, tuple(rest)


def _name_at(line: Line, names: Names, at: int) -> int:
    """How many words of a name stand there; one word that also says when is one after «for»."""
    found = names.at(line.texts, at)
    length = len(found[0].words) if found else 0
    if length == 1 and line.at(at - 1 if at else len(line.texts)) not in _NAMING:
        return 0 if read_when(line, at) else length
    return length


def _is_tied(words: tuple[Word, ...], at: int) -> bool:
    return at < len(words) and words[at].glue not in ("", ".", "/")


def _as_order(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], bool]:
    """«schedule …» and «set up a schedule for …» as an order to start; whether it was one."""
    at = next((at for at, word in enumerate(words) if word.text == _VERB), None)
    if at is None or not {word.text for word in words[:at]} <= _MAKING | _POLITE:
        return words, False
    before = [word for word in words[:at] if word.text not in _MAKING]
    return (*before, replace(words[at], text="start"), *words[at + 1 :]), True


def _times(heard: Heard, calendar: Calendar) -> Times | None:
    if heard.strange_zone is not None:
        return _in_close_zones(heard, calendar)
    zone = heard.zone or str(calendar.zone)
    if not is_zone(zone):
        return None
    return _told(heard, replace(calendar, zone=ZoneInfo(zone)), zone)


def _in_close_zones(heard: Heard, calendar: Calendar) -> Times | None:
    close = close_zones(heard.strange_zone or "")
    known = replace(heard, strange_zone=None)
    found = [_times(replace(known, zone=zone), calendar) for zone in close or (str(calendar.zone),)]
    meant = f" Did you mean {' or '.join(close)}?" if close else ""
    reason = f"There is no time zone {heard.strange_zone}.{meant}"
    recurrences = tuple(each for times in found if times for each in times.recurrences)
    return Times(recurrences, reason) if recurrences else None


def _told(heard: Heard, calendar: Calendar, zone: str) -> Times | None:
    """The times in a zone that exists."""
    heard = replace(heard, zone=None)
    if heard == Heard():
        daily = tuple(Cron.at([(hour, 0)], zone) for hour in _HOURS[None])
        return Times(daily, "When?")
    if heard.cron is not None:
        found = Cron.read(heard.cron, zone) if heard == Heard(cron=heard.cron) else None
        return _sure(found)
    if heard.delay is not None:
        is_alone = heard == Heard(delay=heard.delay)
        return _sure(Once(later(calendar, *heard.delay), zone)) if is_alone else None
    if heard.count is not None:
        return _sure(_interval(heard, calendar, zone))
    if heard.period or heard.again or heard.days:
        return _again(heard, zone)
    return _once(heard, calendar, zone)


def _sure(recurrence: Recurrence | None) -> Times | None:
    return Times((recurrence,)) if recurrence else None


def later(calendar: Calendar, number: int, unit: Unit) -> datetime:
    """Hours as they pass, days by the wall clock."""
    delay = timedelta(seconds=number * UNIT_SECONDS[unit])
    if unit in (Unit.DAY, Unit.WEEK):
        moment = calendar.at(calendar.today + delay, calendar.local.time())
    else:
        moment = (calendar.now.astimezone(UTC) + delay).astimezone(calendar.zone)
    return moment.replace(microsecond=0)


def _interval(heard: Heard, calendar: Calendar, zone: str) -> Recurrence | None:
    """«every 15 minutes», «every 2 weeks on Monday at 9»."""
    if heard.count is None or heard.unit is None or heard.again or heard.period or heard.days:
        return None
    clocks = clocks_of(heard)
    clock = clocks[0] if clocks else time(0)
    if heard.unit not in (Unit.DAY, Unit.WEEK) and heard.day is None:
        return None if clocks or heard.weekdays else Every(heard.count, heard.unit, zone)
    if len(clocks) > 1 or len(heard.weekdays or ()) > 1 or (heard.weekdays and heard.day):
        return None
    day = heard.day or calendar.today
    if heard.weekdays:
        day = next_day(heard.weekdays, clock, calendar)
    return Every(heard.count, heard.unit, zone, calendar.at(day, clock))


def _again(heard: Heard, zone: str) -> Times | None:
    """What comes on certain days at certain clock times."""
    if heard.day is not None or (heard.weekdays and heard.days):
        return None
    if heard.period in ("minute", "hour"):
        line = "* * * * *" if heard.period == "minute" else "0 * * * *"
        is_alone = heard == Heard(period=heard.period)
        return _sure(Cron.read(line, zone)) if is_alone else None
    return _on_days(heard, zone) if _fits(heard) else None


def _on_days(heard: Heard, zone: str) -> Times:
    """A cron line for the days and clock times, or several where something is left open."""
    if heard.period == "week" and not heard.weekdays:
        days = (frozenset({day}) for day in range(1, 6))
        each = tuple(_daily(replace(heard, weekdays=day), zone) for day in days)
        return Times(each, "On which day?")
    if heard.part and not heard.clocks:
        hours = (replace(heard, clocks=(time(hour),), part=None) for hour in _HOURS[heard.part])
        return Times(tuple(_daily(each, zone) for each in hours), "At what time?")
    if len({clock.minute for clock in heard.clocks or ()}) > 1:
        apart = (replace(heard, clocks=(clock,)) for clock in heard.clocks or ())
        return Times(tuple(_daily(each, zone) for each in apart), "A schedule for each, please.")
    return Times((_daily(heard, zone),))


def _fits(heard: Heard) -> bool:
    """Whether the days that are named belong to the period that is named."""
    if heard.days:
        return heard.period == "month"
    if heard.weekdays:
        return heard.period in (None, "week")
    return heard.period is not None


def _daily(heard: Heard, zone: str) -> Cron:
    days = heard.days or (frozenset({1}) if heard.period == "month" else frozenset())
    clocks = [(clock.hour, clock.minute) for clock in clocks_of(heard)] or [(0, 0)]
    return Cron.at(clocks, zone, heard.weekdays or frozenset(), days)


def _once(heard: Heard, calendar: Calendar, zone: str) -> Times | None:
    """«tomorrow at 9am», «on Monday at 18:30», «at 9am»."""
    clocks = clocks_of(heard)
    if len(clocks) > 1 or len(heard.weekdays or ()) > 1 or (heard.weekdays and heard.day):
        return None
    if clocks:
        return Times((Once(calendar.at(_day(heard, clocks[0], calendar), clocks[0]), zone),))
    if not (heard.day or heard.weekdays):
        return None
    offered = (time(hour) for hour in _HOURS[heard.part])
    moments = (calendar.at(_day(heard, clock, calendar), clock) for clock in offered)
    ahead = tuple(Once(moment, zone) for moment in moments if moment > calendar.now)
    return Times(ahead, "At what time?") if ahead else None


def _day(heard: Heard, clock: time, calendar: Calendar) -> date:
    if heard.weekdays:
        return next_day(heard.weekdays, clock, calendar)
    if heard.day is not None:
        return heard.day
    has_passed = calendar.at(calendar.today, clock) <= calendar.now
    return calendar.today + timedelta(days=int(has_passed))


def next_day(weekdays: frozenset[int], clock: time, calendar: Calendar) -> date:
    """The next day of that weekday on which the clock time lies ahead."""
    (weekday,) = weekdays
    today = calendar.today
    is_today = today.isoweekday() % 7 == weekday and calendar.at(today, clock) > calendar.now
    return today if is_today else coming(today, weekday)


def clocks_of(heard: Heard) -> tuple[time, ...]:
    """The clock times, moved to the part of the day that was said: «every evening at 9»."""
    return tuple(_moved(clock, heard.part) for clock in heard.clocks or ())


def _moved(clock: time, part: str | None) -> time:
    is_late = part in ("afternoon", "evening") or (part == "night" and clock.hour >= _NIGHTFALL)
    if not is_late or clock.hour > _NOON or (clock.hour == _NOON and part == "afternoon"):
        return clock
    return clock.replace(hour=(clock.hour + _NOON) % 24)
