"""A digest goes out once each time it is due, also after a pause, a fault, or from two bots."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from typing_extensions import override

from engine.adapters.scheduler import TriggerTimetable
from engine.alerts.model import Post
from engine.cards import Card
from engine.commands import DeleteSchedule, DigestNow, ListSchedules, PauseSchedule, ScheduleDigest
from engine.digest_answers import DigestAnswers
from engine.digests.desk import DigestDesk
from engine.digests.model import PipelineTally, Tally
from engine.errors import DatabaseUnreachable, EngineError, NotSchedulable
from engine.findings.operations import operations
from engine.findings.sight import Planned, Sight
from engine.quality.model import Outcome
from engine.quality.past import PastVerdict
from engine.recurrence import Cron, Once
from engine.schedule_answers import ScheduleAnswers
from engine.schedules.desk import ScheduleDesk
from engine.schedules.keeper import Keeper
from engine.schedules.model import Digest, Missed, Schedule
from engine.testing.clock import FakeClock
from engine.testing.digests import FixedNumbers
from engine.testing.schedules import KeyedOrders
from engine.testing.transactions import MemoryTransaction, MemoryTransactions
from engine.testing.verdict_history import MemoryVerdictHistory
from tests.builders import a_project, an_asker, dataset

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEKLY = Cron.read("0 9 * * 1", "Europe/Berlin")
DAY = timedelta(days=1)
RAN = (PipelineTally("ingest", Tally(3)),)


@dataclass(slots=True)
class Office:
    """Everything that has to do with digests, in memory, on a Sunday."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(SUNDAY))
    numbers: FixedNumbers = field(default_factory=lambda: FixedNumbers(RAN))
    history: MemoryVerdictHistory = field(default_factory=MemoryVerdictHistory)
    transactions: MemoryTransactions = field(init=False)

    def __post_init__(self) -> None:
        self.transactions = MemoryTransactions(self.clock)

    @property
    def digests(self) -> DigestDesk[MemoryTransaction]:
        return DigestDesk(
            a_project(),
            self.transactions,
            self.numbers,
            self.history,
            self.clock,
            TriggerTimetable(),
            incidents=self.numbers,
        )

    @property
    def schedules(self) -> ScheduleDesk[MemoryTransaction]:
        return ScheduleDesk(self.transactions, TriggerTimetable(), self.clock)

    @property
    def answers(self) -> DigestAnswers[MemoryTransaction]:
        return DigestAnswers(
            self.digests, self.schedules, self.transactions, self.clock, ZoneInfo("UTC"), "web"
        )

    def keeper(self, missed: Missed = Missed.CATCH_UP) -> Keeper[MemoryTransaction]:
        return Keeper(
            self.transactions,
            TriggerTimetable(),
            KeyedOrders(refusal=EngineError("a digest orders no run")),
            self.clock,
            missed=missed,
            digests=self.digests,
        )

    async def go_to(self, moment: datetime, missed: Missed = Missed.CATCH_UP) -> None:
        """Let time pass at once, then look what is due."""
        self.clock.advance((moment - self.clock.now()).total_seconds())
        await self.keeper(missed).look()

    @property
    def posts(self) -> list[Post]:
        return [each.post for each in self.transactions.state.posts.values()]

    async def kept(self) -> Schedule:
        async with self.transactions.begin() as tx:
            (schedule,) = await tx.schedules.all()
            return schedule


async def test_a_digest_is_scheduled_listed_paused_and_deleted_as_schedules_are() -> None:
    office = Office()
    lists = ScheduleAnswers(office.schedules)

    made = await office.answers.answer(ScheduleDigest(WEEKLY), an_asker())
    again = await office.answers.answer(ScheduleDigest(WEEKLY), an_asker("lea"))
    listed = await lists.answer(ListSchedules(), an_asker())
    paused = await lists.answer(PauseSchedule("SCH-1"), an_asker())
    gone = await lists.answer(DeleteSchedule("SCH-1"), an_asker())

    assert made == again
    assert made.title == "SCH-1: digest to #general, every Monday at 09:00 Europe/Berlin"
    assert made.facts[0].value == "Mon 2 Mar 2026 09:00 CET"
    assert listed.table is not None
    assert listed.table.rows[0][:2] == ("SCH-1", "digest to #general")
    assert paused.text == "It is paused and sends nothing."
    assert gone.text.endswith("sends nothing any more.")


async def test_a_digest_goes_to_its_place_when_it_is_due_and_only_once() -> None:
    office = Office()
    await office.answers.answer(ScheduleDigest(WEEKLY, "#finance"), an_asker())

    await office.go_to(MONDAY)
    await asyncio.gather(*(office.keeper().look() for _ in range(3)))

    (post,) = office.posts
    assert post.place == "web:#finance"
    assert post.card.title == "Digest from Mon 23 Feb to Mon 2 Mar 2026"
    schedule = await office.kept()
    assert (schedule.last_due, schedule.next_due) == (MONDAY, MONDAY + 7 * DAY)


async def test_keepers_that_look_at_once_send_one_digest() -> None:
    office = Office()
    await office.answers.answer(ScheduleDigest(WEEKLY), an_asker())
    office.clock.advance((MONDAY - SUNDAY).total_seconds())

    await asyncio.gather(*(office.keeper().look() for _ in range(5)))

    assert len(office.posts) == 1


@pytest.mark.parametrize("missed", Missed)
async def test_after_weeks_away_one_digest_tells_of_all_of_them(missed: Missed) -> None:
    office = Office()
    await office.answers.answer(ScheduleDigest(WEEKLY), an_asker())
    await office.go_to(MONDAY)

    await office.go_to(MONDAY + 22 * DAY, missed)

    assert len(office.posts) == 2
    assert (office.numbers.asked[-1].since, office.numbers.asked[-1].until) == (
        MONDAY,
        MONDAY + 22 * DAY,
    )


async def test_a_quiet_digest_without_news_is_not_sent_and_its_time_passes() -> None:
    office = Office(numbers=FixedNumbers())
    await office.answers.answer(ScheduleDigest(WEEKLY, quiet=True), an_asker())

    await office.go_to(MONDAY)
    assert office.posts == []
    assert (await office.kept()).next_due == MONDAY + 7 * DAY

    office.numbers.tallies = RAN
    await office.go_to(MONDAY + 7 * DAY)
    assert len(office.posts) == 1


async def test_so_many_days_are_told_whenever_the_last_one_was() -> None:
    office = Office()
    await office.answers.answer(ScheduleDigest(WEEKLY, period=1), an_asker())

    await office.go_to(MONDAY)

    assert office.numbers.asked[-1].since == MONDAY - DAY


async def test_a_digest_that_can_not_be_told_yet_stays_due() -> None:
    office = Office()
    await office.answers.answer(ScheduleDigest(WEEKLY), an_asker())
    office.numbers.breaks = DatabaseUnreachable("no answer")
    await office.go_to(MONDAY)
    assert (await office.kept()).next_due == MONDAY

    office.numbers.breaks = None
    await office.keeper().look()

    assert len(office.posts) == 1


async def test_a_digest_that_is_not_committed_is_not_sent_and_is_sent_after() -> None:
    office = Office()
    await office.answers.answer(ScheduleDigest(WEEKLY), an_asker())
    office.clock.advance((MONDAY - SUNDAY).total_seconds())
    digests = office.digests

    class Dying(DigestDesk[MemoryTransaction]):
        @override
        async def put(self, tx: MemoryTransaction, schedule: Schedule, card: Card) -> None:
            await digests.put(tx, schedule, card)
            raise DatabaseUnreachable("killed")

    dying = Dying(
        a_project(), office.transactions, office.numbers, office.history, office.clock,
        TriggerTimetable(),
    )  # fmt: skip
    await Keeper(
        office.transactions, TriggerTimetable(), KeyedOrders(), office.clock, digests=dying
    ).look()
    assert office.posts == []

    await office.keeper().look()
    assert len(office.posts) == 1


async def test_a_digest_at_once_is_the_answer_or_goes_where_it_was_asked_for() -> None:
    office = Office()

    here = await office.answers.answer(DigestNow(), an_asker())
    since = await office.answers.answer(DigestNow(since=SUNDAY - DAY), an_asker())
    there = await office.answers.answer(DigestNow("#finance"), an_asker())

    assert here.title == "Digest from Sun 22 Feb to Sun 1 Mar 2026"
    assert since.title == "Digest from Sat 28 Feb to Sun 1 Mar 2026"
    assert there.title == "The digest is on its way to #finance"
    assert [(each.place, each.card.title) for each in office.posts] == [
        ("web:#finance", here.title)
    ]


async def test_a_digest_asked_for_in_a_terminal_goes_to_where_people_are_when_it_is_due() -> None:
    office = Office()
    asker = replace(an_asker(), platform="terminal")

    await office.answers.answer(ScheduleDigest(WEEKLY), asker)

    assert (await office.kept()).digest == Digest("web:#general")


async def test_a_program_has_to_name_a_channel() -> None:
    with pytest.raises(NotSchedulable, match="no channel"):
        await Office().answers.answer(ScheduleDigest(WEEKLY), an_asker(channel=""))


async def test_a_digest_of_one_moment_is_sent_and_then_gone() -> None:
    office = Office()
    await office.answers.answer(ScheduleDigest(Once(MONDAY, "UTC")), an_asker())

    await office.go_to(MONDAY)

    assert len(office.posts) == 1
    assert office.transactions.state.schedules == {}


async def test_the_score_of_now_is_compared_with_that_of_the_beginning() -> None:
    on, check = dataset("silver.customers"), "row_count > 0"
    said = [
        PastVerdict(on, check, outcome, None, "", at, "RUN1")
        for outcome, at in ((Outcome.PASSED, SUNDAY - 9 * DAY), (Outcome.FAILED, SUNDAY - DAY))
    ]
    office = Office(history=MemoryVerdictHistory(said))

    card = await office.answers.answer(DigestNow(), an_asker())

    (quality,) = (each.value for each in card.facts if each.name == "Quality")
    assert quality == "0 of 100 (100 before)"
    assert card.chart is not None


async def test_a_digest_that_nobody_sends_is_a_missed_schedule() -> None:
    office = Office()
    await office.answers.answer(ScheduleDigest(WEEKLY), an_asker())

    late = Sight(MONDAY + timedelta(minutes=6), planned=[Planned(await office.kept())])

    assert [each.kind for each in operations(late, ())] == ["schedule_missed"]
