"""Tells, in the place where it was scheduled, what a schedule did not start."""

from dataclasses import dataclass

from engine.alerts.model import Post
from engine.alerts.places import lasting_place
from engine.alerts.ports import OutboxTransaction
from engine.cards import Button, Card, CardKind, Fact, Severity
from engine.schedules.events import ScheduleEvent, ScheduleRefused, ScheduleSkipped
from engine.schedules.model import Schedule


@dataclass(frozen=True, slots=True)
class ScheduleNotices:
    """A listener for the keeper of schedules; `announce` is the platform of all channels."""

    announce: str

    async def hear(self, tx: OutboxTransaction, event: ScheduleEvent) -> None:
        """Post what happened; what else happens to the schedule that day edits the same message."""
        schedule = event.schedule
        if schedule.asker.channel:
            key = f"schedule:{schedule.id}:{schedule.next_due:%Y-%m-%d}"
            place = lasting_place(schedule.asker, self.announce)
            await tx.outbox.put(Post(key, place, _card(event)))


def _card(event: ScheduleEvent) -> Card:
    match event:
        case ScheduleRefused(schedule, reason, hint):
            return _notice(
                schedule, f"{schedule.id} could not start {schedule.what}", f"{reason} {hint}"
            )
        case ScheduleSkipped(schedule, next_due):
            ahead = f"It goes on at {next_due:%Y-%m-%d %H:%M} UTC." if next_due else "It has ended."
            text = f"Atlas was away when it was due, and is set to skip what it missed. {ahead}"
            return _notice(schedule, f"{schedule.id} skipped {schedule.what}", text)


def _notice(schedule: Schedule, title: str, text: str) -> Card:
    return Card(
        kind=CardKind.ALERT,
        severity=Severity.WARNING,
        title=title,
        text=text.strip(),
        facts=(
            Fact("Due", f"{schedule.next_due:%Y-%m-%d %H:%M} UTC"),
            Fact("Schedule", str(schedule.recurrence)),
        ),
        buttons=(Button("Schedules", "list schedules"),),
    )
