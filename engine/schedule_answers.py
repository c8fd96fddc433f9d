"""Answers about schedules: carries a command out at the desk and tells its result as a card."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from engine.cards import Button, ButtonStyle, Card, CardKind, CardTable, Fact, Severity, counted
from engine.commands import (
    DeleteSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    SchedulePipeline,
)
from engine.people import Asker
from engine.schedules.desk import ScheduleDesk
from engine.schedules.model import Schedule
from engine.schedules.ports import ScheduleTransaction

T = TypeVar("T", bound=ScheduleTransaction)

ScheduleCommand = SchedulePipeline | ListSchedules | PauseSchedule | ResumeSchedule | DeleteSchedule

_ORDER = ("Next", "Then", "After that")
_BUTTONS = 5


class ScheduleAnswers(Generic[T]):
    """What people hear when they speak of schedules."""

    def __init__(self, desk: ScheduleDesk[T]) -> None:
        self._desk = desk

    async def answer(self, command: ScheduleCommand, asker: Asker) -> Card:
        """Carry it out; raises EngineError where it is refused."""
        match command:
            case SchedulePipeline():
                return self._one(await self._desk.schedule(command, asker))
            case ListSchedules():
                return self._several(await self._desk.named(command), command)
            case PauseSchedule():
                return self._one(await self._desk.pause(command))
            case ResumeSchedule():
                return self._one(await self._desk.resume(command))
            case DeleteSchedule():
                return deleted_card(await self._desk.delete(command))

    def _one(self, schedule: Schedule) -> Card:
        return schedule_card(schedule, self._desk.times(schedule))

    def _several(self, schedules: Sequence[Schedule], command: ListSchedules) -> Card:
        if command.schedule is not None:
            return self._one(schedules[0])
        return schedules_card(schedules, command.table or command.pipeline)


def schedule_card(schedule: Schedule, times: Sequence[datetime]) -> Card:
    """One schedule with its next times."""
    told = tuple(
        Fact(name, local(moment, schedule)) for name, moment in zip(_ORDER, times, strict=False)
    )
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING if schedule.paused else Severity.SUCCESS,
        title=f"{schedule.id}: {schedule.what}, {schedule.recurrence}",
        text=f"It is paused and {_does(schedule)} nothing." if schedule.paused else "",
        facts=(*told, *_about(schedule), *_history(schedule), Fact("Made by", schedule.asker.name)),
        buttons=(_switch(schedule), _deletion(schedule)),
    )


def _does(schedule: Schedule) -> str:
    return "sends" if schedule.digest else "starts"


def _about(schedule: Schedule) -> Iterator[Fact]:
    """What the digest is about, and when it is not sent."""
    if schedule.digest is None:
        return
    days = schedule.digest.period
    yield Fact("About", "all since the last one" if days is None else counted(days, "day"))
    if schedule.digest.quiet:
        yield Fact("Quiet", "not sent where there is nothing to say")


def _history(schedule: Schedule) -> tuple[Fact, ...]:
    if schedule.last_due is None:
        return ()
    if schedule.digest is not None:
        return (Fact("Last", local(schedule.last_due, schedule)),)
    run = f" (run {schedule.last_run_id})" if schedule.last_run_id else " (not started)"
    return (Fact("Last", local(schedule.last_due, schedule) + run),)


def _switch(schedule: Schedule) -> Button:
    if schedule.paused:
        return Button("Resume", f"resume schedule {schedule.id}", ButtonStyle.PRIMARY)
    return Button("Pause", f"pause schedule {schedule.id}")


def _deletion(schedule: Schedule) -> Button:
    sure = f"End {schedule.what}, {schedule.recurrence}, for good?"
    return Button("Delete", f"delete schedule {schedule.id}", ButtonStyle.DANGER, sure)


def schedules_card(schedules: Sequence[Schedule], of: str | None) -> Card:
    """A list of schedules."""
    rows = tuple(
        (
            each.id,
            each.what,
            str(each.recurrence),
            "" if each.paused else local(each.next_due, each),
            "paused" if each.paused else "active",
        )
        for each in schedules
    )
    of_it = f" of {of}" if of else ""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{counted(len(rows), 'schedule')}{of_it}" if rows else f"No schedules{of_it}",
        text="" if rows else "Say for example «run medallion every weekday at 9am Berlin time».",
        table=CardTable(("Schedule", "What", "When", "Next", "State"), rows) if rows else None,
        buttons=tuple(Button(each.id, f"show schedule {each.id}") for each in schedules[:_BUTTONS]),
    )


def deleted_card(schedule: Schedule) -> Card:
    """That a schedule is no more."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{schedule.id} is deleted",
        text=f"{schedule.what}, {schedule.recurrence}, {_does(schedule)} nothing any more.",
        buttons=(Button("List schedules", "list schedules"),),
    )


def local(moment: datetime, schedule: Schedule) -> str:
    """A moment in the schedule's time zone: «Mon 2 Mar 2026 09:00 CET»."""
    there = moment.astimezone(ZoneInfo(schedule.recurrence.zone))
    return f"{there:%a} {there.day} {there:%b %Y %H:%M %Z}"
