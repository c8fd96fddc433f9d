"""Schedules in memory, an alarm that only remembers, and orders that are always taken."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.errors import EngineError
from engine.schedules.model import Schedule
from engine.testing.state import MemoryState


class MemoryScheduleStore:
    """Schedules by number, which are given once."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add(self, schedule: Schedule) -> Schedule:
        """Keep it under the next number."""
        self._state.schedules_made += 1
        made = replace(schedule, number=self._state.schedules_made)
        self._state.schedules[made.number] = made
        return made

    async def get(self, number: int) -> Schedule | None:
        """The schedule of that number."""
        return self._state.schedules.get(number)

    async def all(self) -> tuple[Schedule, ...]:
        """Every schedule, by number."""
        return tuple(each for _, each in sorted(self._state.schedules.items()))

    async def change(self, schedule: Schedule) -> bool:
        """Keep whether it is paused and when it is due."""
        before = self._state.schedules.get(schedule.number)
        if before is None:
            return False
        changed = replace(before, paused=schedule.paused, next_due=schedule.next_due)
        self._state.schedules[schedule.number] = changed
        return True

    async def move(self, schedule: Schedule, next_due: datetime | None, run_id: str | None) -> bool:
        """Go on, or end it, where it is still due when it was."""
        before = self._state.schedules.get(schedule.number)
        if before is None or before.next_due != schedule.next_due:
            return False
        if next_due is None:
            return await self.delete(schedule.number)
        self._state.schedules[schedule.number] = replace(
            before, next_due=next_due, last_due=schedule.next_due, last_run_id=run_id
        )
        return True

    async def delete(self, number: int) -> bool:
        """Forget it."""
        return self._state.schedules.pop(number, None) is not None


class MemoryAlarm:
    """An Alarm that never rings by itself."""

    def __init__(self) -> None:
        self.moments: Mapping[str, datetime] = {}

    @contextmanager
    def ringing(self, ring: Callable[[], None]) -> Iterator[None]:  # noqa: ARG002  # the port's; it never rings
        """Nothing, for the block."""
        yield

    def set(self, moments: Mapping[str, datetime]) -> None:
        """Remember the moments."""
        self.moments = dict(moments)


@dataclass(slots=True)
class KeyedOrders:
    """Takes orders and gives the same run for the same key; it can refuse."""

    runs: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refusal: EngineError | None = None

    async def order(self, schedule: Schedule) -> str:
        """The run of the next due time."""
        self.asked.append(schedule.key)
        if self.refusal is not None:
            raise self.refusal
        return self.runs.setdefault(schedule.key, f"RUN{len(self.runs) + 1}")
