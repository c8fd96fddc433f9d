"""Schedules with defaults, and a keeper over fakes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from engine.adapters.scheduler import TriggerTimetable
from engine.alerts.schedule_notices import ScheduleNotices
from engine.recurrence import Cron, Recurrence
from engine.schedules.desk import ScheduleDesk
from engine.schedules.keeper import Keeper
from engine.schedules.model import Missed, Schedule
from engine.testing.clock import FakeClock
from engine.testing.schedules import KeyedOrders
from engine.testing.transactions import MemoryTransaction, MemoryTransactions
from tests.builders import an_asker

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOURLY = Cron.read("0 * * * *", "UTC")
DAILY = Cron.read("0 13 * * *", "UTC")


def a_schedule(recurrence: Recurrence = HOURLY, **changes: object) -> Schedule:
    """Customers to silver each hour, due at noon."""
    schedule = Schedule(
        0, "bronze_to_silver", "customers", recurrence, an_asker(), NOON - timedelta(days=1), NOON
    )
    return replace(schedule, **changes)  # type: ignore[arg-type]  # by field name


@dataclass(slots=True)
class Shop:
    """Schedules in memory, at noon."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    orders: KeyedOrders = field(default_factory=KeyedOrders)
    transactions: MemoryTransactions = field(init=False)

    def __post_init__(self) -> None:
        self.transactions = MemoryTransactions(self.clock)

    def keeper(self, missed: Missed = Missed.CATCH_UP) -> Keeper[MemoryTransaction]:
        """One of the keepers that share the schedules."""
        return Keeper(
            self.transactions,
            TriggerTimetable(),
            self.orders,
            self.clock,
            missed=missed,
            listeners=(ScheduleNotices("web").hear,),
        )

    @property
    def desk(self) -> ScheduleDesk[MemoryTransaction]:
        """The desk that people speak to."""
        return ScheduleDesk(self.transactions, TriggerTimetable(), self.clock)

    async def keep(self, *schedules: Schedule) -> tuple[Schedule, ...]:
        """Store schedules as they are."""
        async with self.transactions.begin() as tx:
            return tuple([await tx.schedules.add(each) for each in schedules])

    async def schedules(self) -> Sequence[Schedule]:
        """What there is now."""
        async with self.transactions.begin() as tx:
            return await tx.schedules.all()

    @property
    def told(self) -> list[str]:
        """The titles of the posts in the outbox."""
        return [kept.post.card.title for kept in self.transactions.state.posts.values()]
