"""What schedules need from outside: a store, a timetable, an alarm, and somebody to take orders."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from engine.cards import Card
from engine.recurrence import Recurrence
from engine.schedules.model import Schedule

T_contra = TypeVar("T_contra", contravariant=True)


class ScheduleStore(Protocol):
    """Schedules, within one transaction; every change wakes the keepers of all processes."""

    async def add(self, schedule: Schedule) -> Schedule:
        """Store a new schedule; the same with its number."""
        ...

    async def get(self, number: int) -> Schedule | None:
        """The schedule of that number."""
        ...

    async def all(self) -> tuple[Schedule, ...]:
        """Every schedule, by number."""
        ...

    async def change(self, schedule: Schedule) -> bool:
        """Store whether it is paused and when it is due; False where it is gone."""
        ...

    async def move(self, schedule: Schedule, next_due: datetime | None, run_id: str | None) -> bool:
        """Go on to the next due time, or end it where there is none.

        False where another process was faster: the schedule is not due any more when it was.
        """
        ...

    async def delete(self, number: int) -> bool:
        """Remove a schedule; False where it is gone already."""
        ...


class ScheduleTransaction(Protocol):
    """What schedules need of a transaction."""

    @property
    def schedules(self) -> ScheduleStore:
        """Schedules."""
        ...


class Timetable(Protocol):
    """Knows when a recurrence comes, across clock changes."""

    def after(self, recurrence: Recurrence, moment: datetime, since: datetime) -> datetime | None:
        """Its first time after a moment; intervals count from the day of `since`."""
        ...


class Alarm(Protocol):
    """Wakes the keeper when something is due."""

    def ringing(self, ring: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `ring` at each moment that is set, until the block ends."""
        ...

    def set(self, moments: Mapping[str, datetime]) -> None:
        """Ring at the moment of each schedule id, and at no others."""
        ...


class Orders(Protocol):
    """Takes the order for a run, as if the person who made the schedule gave it now."""

    async def order(self, schedule: Schedule) -> str:
        """The id of the run for its next due time, the same one when asked again.

        Raises EngineError where it is refused.
        """
        ...


class DigestPost(Protocol[T_contra]):
    """Writes the digest of a schedule, and puts it on its way."""

    async def written(self, schedule: Schedule) -> Card | None:
        """What there is to say now; None where a quiet one has nothing to say.

        Raises EngineError where it can't be told.
        """
        ...

    async def put(self, tx: T_contra, schedule: Schedule, card: Card) -> None:
        """Have it delivered, in the transaction in which the schedule moves on."""
        ...
