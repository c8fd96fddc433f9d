"""What schedules tell the rest of the engine, in the transaction in which it happens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from engine.schedules.model import Schedule

Tx = TypeVar("Tx")


@dataclass(frozen=True, slots=True)
class ScheduleRefused:
    """A due time came and no run was started: why, and what to do."""

    schedule: Schedule
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class ScheduleSkipped:
    """Due times passed while Atlas was away, and were not caught up on."""

    schedule: Schedule
    next_due: datetime | None


ScheduleEvent = ScheduleRefused | ScheduleSkipped
ScheduleListener = Callable[[Tx, ScheduleEvent], Awaitable[None]]
