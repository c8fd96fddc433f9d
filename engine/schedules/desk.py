"""Makes, shows, pauses, resumes and ends schedules."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Generic, TypeVar

from engine.clock import Clock
from engine.commands import (
    DeleteSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    ScheduleDigest,
    SchedulePipeline,
)
from engine.errors import NotSchedulable, UnknownSchedule, UnknownTimeZone, WhichSchedule
from engine.people import Asker
from engine.recurrence import Once, Recurrence
from engine.runs.ports import Transactions
from engine.schedules.model import Digest, Schedule, is_too_often, number_of
from engine.schedules.ports import ScheduleTransaction, Timetable
from engine.timezones import close_zones, is_zone

T = TypeVar("T", bound=ScheduleTransaction)

SHOWN_TIMES = 3

ON_ITS_WAY = timedelta(seconds=10)
"""A moment that passed so lately lay ahead when the sentence was said: it is due at once."""

Named = ListSchedules | PauseSchedule | ResumeSchedule | DeleteSchedule


class ScheduleDesk(Generic[T]):
    """Takes what people say about schedules; the keeper starts the runs."""

    def __init__(self, transactions: Transactions[T], timetable: Timetable, clock: Clock) -> None:
        self._transactions = transactions
        self._timetable = timetable
        self._clock = clock

    async def schedule(self, command: SchedulePipeline, asker: Asker) -> Schedule:
        """Store a schedule; said twice it is the one that there is already.

        Raises UnknownTimeZone and NotSchedulable.
        """
        now = self._clock.now()
        first = self._first(command.when, now)
        return await self._stored(
            Schedule(0, command.pipeline, command.table, command.when, asker, now, first)
        )

    async def send(self, command: ScheduleDigest, place: str, asker: Asker) -> Schedule:
        """Store that a digest is sent to a place; said twice it is the one that there is already.

        Raises UnknownTimeZone and NotSchedulable.
        """
        now = self._clock.now()
        first = self._first(command.when, now)
        digest = Digest(place, command.period, command.quiet)
        return await self._stored(
            Schedule(0, "", None, command.when, asker, now, first, digest=digest)
        )

    async def _stored(self, wanted: Schedule) -> Schedule:
        async with self._transactions.begin() as tx:
            there = (each for each in await tx.schedules.all() if each.does_as(wanted))
            return next(there, None) or await tx.schedules.add(wanted)

    async def named(self, command: ListSchedules) -> tuple[Schedule, ...]:
        """The schedules that a question is about; raises UnknownSchedule."""
        async with self._transactions.begin() as tx:
            return _named(command, await tx.schedules.all())

    async def pause(self, command: PauseSchedule) -> Schedule:
        """Start nothing any more, until it is resumed."""
        async with self._transactions.begin() as tx:
            found = _one(command, await tx.schedules.all())
            return await _changed(tx, replace(found, paused=True))

    async def resume(self, command: ResumeSchedule) -> Schedule:
        """Start again from the next time on; raises NotSchedulable where there is none."""
        async with self._transactions.begin() as tx:
            found = _one(command, await tx.schedules.all())
            if not found.paused:
                return found
            next_due = self._after(found, self._clock.now())
            if next_due is None:
                raise NotSchedulable(
                    f"The time of {found.id} has passed: {found.recurrence}.",
                    f"Say «delete schedule {found.id}», and schedule it anew.",
                )
            return await _changed(tx, replace(found, paused=False, next_due=next_due))

    async def delete(self, command: DeleteSchedule) -> Schedule:
        """End a schedule for good."""
        async with self._transactions.begin() as tx:
            found = _one(command, await tx.schedules.all())
            if not await tx.schedules.delete(found.number):
                raise UnknownSchedule(found.id)
            return found

    def times(self, schedule: Schedule) -> tuple[datetime, ...]:
        """Its next times; none while it is paused."""
        return () if schedule.paused else tuple(islice(self._times(schedule), SHOWN_TIMES))

    def _times(self, schedule: Schedule) -> Iterator[datetime]:
        moment: datetime | None = schedule.next_due
        while moment is not None:
            yield moment
            moment = self._after(schedule, moment)

    def _after(self, schedule: Schedule, moment: datetime) -> datetime | None:
        return self._timetable.after(schedule.recurrence, moment, schedule.made_at)

    def _first(self, when: Recurrence, now: datetime) -> datetime:
        if not is_zone(when.zone):
            raise UnknownTimeZone(when.zone, close_zones(when.zone))
        if is_too_often(when):
            raise NotSchedulable(
                f"{when.rhythm.capitalize()} is too often.",
                "A schedule runs at most once a minute.",
            )
        first = self._timetable.after(when, now, now)
        if first is not None:
            return first
        if isinstance(when, Once) and now - when.at <= ON_ITS_WAY:
            return when.at
        raise _never(when)


def _never(when: Recurrence) -> NotSchedulable:
    if isinstance(when, Once):
        return NotSchedulable(f"That time has passed: {when}.", "Name one that lies ahead.")
    return NotSchedulable(f"There is no such time: {when}.", "Look at its day and month.")


def _named(command: Named, schedules: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
    """The schedules that a command names, all where it names none; raises UnknownSchedule."""
    if command.schedule is None:
        return tuple(each for each in schedules if each.is_for(command.pipeline, command.table))
    number = number_of(command.schedule)
    found = tuple(each for each in schedules if each.number == number)
    if not found:
        raise UnknownSchedule(command.schedule, [each.id for each in schedules][:SHOWN_TIMES])
    return found


def _one(command: Named, schedules: tuple[Schedule, ...]) -> Schedule:
    """The schedule that is to be changed; raises WhichSchedule unless exactly one is named."""
    found = _named(command, schedules)
    names = [name for name in (command.schedule, command.pipeline, command.table) if name]
    if names and len(found) == 1:
        return found[0]
    if not found:
        of = f" of {' for '.join(names)}" if names else ""
        raise WhichSchedule(f"There is no schedule{of}.", UnknownSchedule.hint)
    several = "; ".join(f"{each.id} is {each.what}, {each.recurrence}" for each in found)
    verb = command.name.partition("_")[0]
    raise WhichSchedule("Which schedule?", f"{several}. Say «{verb} schedule {found[0].id}».")


async def _changed(tx: ScheduleTransaction, schedule: Schedule) -> Schedule:
    if not await tx.schedules.change(schedule):
        raise UnknownSchedule(schedule.id)
    return schedule
