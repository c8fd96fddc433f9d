"""APScheduler: its triggers tell when a recurrence comes, its scheduler rings when one is due."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from engine.recurrence import Cron, Every, Once, Recurrence, Unit

_STRICTLY = timedelta(milliseconds=1)
_LONGEST_GAP = timedelta(hours=3)
"""How far clocks go forward at once, at most."""

_LOOK_AHEAD = timedelta(days=9 * 366)
"""Every real cron line comes within it: 29 February can be eight years away."""

_APSCHEDULER_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""By name, because APScheduler counts Monday as 0 and cron counts Sunday."""


class TriggerTimetable:
    """A Timetable from APScheduler's triggers.

    Its triggers fire twice where clocks go back. So what names hours of the day is looked up on
    the wall clock, and each wall time stands for one moment: the first of two, and for one that
    the clocks skip the moment as much later. What comes each hour goes by the time that passes.
    """

    def after(self, recurrence: Recurrence, moment: datetime, since: datetime) -> datetime | None:
        """The first time after a moment; intervals count from the day of `since`."""
        match recurrence:
            case Once(at):
                return at if at > moment else None
            case Every():
                return _interval(recurrence, moment, since)
            case Cron():
                hours = recurrence.text.split()[1]
                zone = ZoneInfo(recurrence.zone)
                if hours == "*":
                    return _next(_cron(recurrence, zone, moment), moment)
                return _by_the_wall(_cron(recurrence, UTC, moment), moment, zone)


def _interval(every: Every, moment: datetime, since: datetime) -> datetime | None:
    zone = ZoneInfo(every.zone)
    start = every.start or datetime.combine(since.astimezone(zone).date(), time(0), zone)
    if every.unit in (Unit.DAY, Unit.WEEK):
        wall = start.astimezone(zone).replace(tzinfo=UTC)
        return _by_the_wall(
            IntervalTrigger(seconds=every.seconds, start_date=wall, timezone=UTC), moment, zone
        )
    trigger = IntervalTrigger(seconds=every.seconds, start_date=start.astimezone(UTC), timezone=UTC)
    return _next(trigger, moment)


def _cron(cron: Cron, zone: tzinfo, moment: datetime) -> BaseTrigger:
    minute, hour, day, month, weekday = cron.text.split()
    days = ",".join(_APSCHEDULER_DAYS[each] for each in sorted(cron.values[4]))
    end = moment.astimezone(UTC) + _LOOK_AHEAD
    # cron means either day where both are named; APScheduler would want both to hold
    pairs = [(day, days)] if "*" in (day, weekday) else [(day, "*"), ("*", days)]
    return OrTrigger([
        CronTrigger(
            minute=minute, hour=hour, day=on, month=month, day_of_week=also,
            timezone=zone, end_date=end,
        )
        for on, also in pairs
    ])  # fmt: skip


def _next(trigger: BaseTrigger, moment: datetime) -> datetime | None:
    found: datetime | None = trigger.get_next_fire_time(None, moment.astimezone(UTC) + _STRICTLY)
    return found.astimezone(UTC) if found else None


def _by_the_wall(trigger: BaseTrigger, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """The first time of a trigger that lives on the wall clock, kept as if it were UTC."""
    wall: datetime | None = moment.astimezone(zone).replace(tzinfo=UTC) - _LONGEST_GAP
    while wall is not None and (wall := _next(trigger, wall)) is not None:
        there = wall.replace(tzinfo=zone).astimezone(UTC)
        if there > moment:
            return there
    return None


class SchedulerAlarm:
    """An Alarm by APScheduler's scheduler, over jobs that mirror the schedules in PostgreSQL."""

    def __init__(self) -> None:
        # the executor calls at once, in the event loop: ringing takes no time
        self._scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": DebugExecutor()})
        self._moments: dict[str, datetime] = {}
        self._ring: Callable[[], None] = lambda: None

    @contextmanager
    def ringing(self, ring: Callable[[], None]) -> Iterator[None]:
        """Call `ring` at each moment that is set, until the block ends."""
        self._ring = ring
        self._scheduler.start()
        try:
            yield
        finally:
            self._scheduler.shutdown(wait=False)

    def set(self, moments: Mapping[str, datetime]) -> None:
        """Ring at the moment of each schedule id, and at no others."""
        for name in self._moments.keys() - moments.keys():
            self._forget(name)
        for name, moment in moments.items():
            if self._moments.get(name) != moment:
                self._plan(name, moment)

    def _plan(self, name: str, moment: datetime) -> None:
        self._moments[name] = moment
        self._scheduler.add_job(
            self._rung, DateTrigger(moment, UTC), args=[name], id=name, replace_existing=True,
            misfire_grace_time=None,
        )  # fmt: skip

    def _rung(self, name: str) -> None:
        self._moments.pop(name, None)  # its job is gone; where it is still due it is planned anew
        self._ring()

    def _forget(self, name: str) -> None:
        del self._moments[name]
        self._scheduler.remove_job(name)
