"""What is accepted is kept first and worked after, whatever single messages are like."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from typing_extensions import override

from connectors.intake import worker
from connectors.intake.ports import IntakeFull
from connectors.intake.worker import Intake, IntakeLimits
from engine.clock import SystemClock
from engine.errors import DatabaseUnreachable, StatementFailed
from engine.inbox import Arrived
from engine.testing.inbox import MemoryInbox

HASTY = IntakeLimits(lanes=4, waiting=50, longest=1.0, grace=0.3, look_around=0.05)


def a_message(key: str, lane: str = "C1", text: str = "help") -> Arrived:
    return Arrived("slack", key, lane, text, "{}", SystemClock().now())


@asynccontextmanager
async def at_work(
    work: Callable[[Arrived], Awaitable[None]],
    inbox: MemoryInbox | None = None,
    limits: IntakeLimits = HASTY,
) -> AsyncIterator[Intake]:
    intake = Intake("slack", inbox or MemoryInbox(), work, SystemClock(), limits)
    async with asyncio.TaskGroup() as group:
        group.create_task(intake.run())
        yield intake
        await intake.close()


async def test_messages_of_a_lane_are_worked_in_order_and_lanes_side_by_side() -> None:
    worked: list[str] = []
    slow = asyncio.Event()

    async def work(arrived: Arrived) -> None:
        if arrived.key == "a0":
            await slow.wait()
        worked.append(arrived.key)

    async with at_work(work) as intake:
        for number in range(3):
            await intake.take(a_message(f"a{number}", "A"))
            await intake.take(a_message(f"b{number}", "B"))
        while len(worked) < 3:
            await asyncio.sleep(0.001)
        assert worked == ["b0", "b1", "b2"]
        slow.set()

    assert worked == ["b0", "b1", "b2", "a0", "a1", "a2"]


async def test_a_repeat_is_not_worked_again() -> None:
    worked: list[str] = []

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work) as intake:
        assert await intake.take(a_message("once"))
        assert not await intake.take(a_message("once"))

    assert worked == ["once"]


async def test_a_message_that_breaks_or_hangs_ends_nothing_but_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inbox, worked = MemoryInbox(), list[str]()

    async def work(arrived: Arrived) -> None:
        if arrived.key == "breaks":
            raise ValueError(arrived.text)
        if arrived.key == "hangs":
            await asyncio.Event().wait()
        worked.append(arrived.key)

    async with at_work(work, inbox, replace(HASTY, longest=0.05, grace=1.0)) as intake:
        for key in ("breaks", "hangs", "fine"):
            await intake.take(a_message(key, text="maria@example.com"))

    assert worked == ["fine"]
    assert inbox.worked == ["slack:breaks", "slack:hangs", "slack:fine"]
    assert "ValueError" in caplog.text
    assert "maria" not in caplog.text


async def test_more_than_may_wait_is_refused_before_it_is_kept() -> None:
    inbox, held = MemoryInbox(), asyncio.Event()

    async def work(_: Arrived) -> None:
        await held.wait()

    async with at_work(work, inbox, replace(HASTY, waiting=3)) as intake:
        results = await asyncio.gather(
            *(intake.take(a_message(str(number))) for number in range(5)), return_exceptions=True
        )
        held.set()

    assert [each for each in results if each is True] == [True] * 3
    assert sum(isinstance(each, IntakeFull) for each in results) == 2
    assert len(inbox.kept) == 3


async def test_what_can_not_be_kept_is_not_accepted_and_blocks_no_place() -> None:
    inbox, worked = MemoryInbox(), list[str]()
    inbox.faults.plan("keep", DatabaseUnreachable("It is away."), times=3)

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox, replace(HASTY, waiting=1)) as intake:
        for _ in range(3):
            with pytest.raises(DatabaseUnreachable):
                await intake.take(a_message("again"))
        assert await intake.take(a_message("again"))

    assert worked == ["again"]


class Absent(MemoryInbox):
    """Keeps what it is given, and is gone before it can say so."""

    @override
    async def keep(self, arrived: Sequence[Arrived]) -> Sequence[bool]:
        is_new = await super().keep(arrived)
        self.faults.reach("told")
        return is_new


async def test_what_was_kept_without_anybody_knowing_is_worked_when_it_comes_again() -> None:
    inbox, worked = Absent(), list[str]()
    inbox.faults.plan("told", DatabaseUnreachable("It is away."), times=1)

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox) as intake:
        with pytest.raises(DatabaseUnreachable):
            await intake.take(a_message("once"))
        assert await intake.take(a_message("once"))
        assert not await intake.take(a_message("once"))

    assert worked == ["once"]


async def test_what_a_dead_process_had_accepted_is_worked_at_the_next_start() -> None:
    worked: list[tuple[str, bool]] = []

    async def work(arrived: Arrived) -> None:
        worked.append((arrived.key, arrived.again))

    async with at_work(work, MemoryInbox(a_message("left"))) as intake:
        await intake.take(a_message("new"))
        while len(worked) < 2:
            await asyncio.sleep(0.001)

    assert sorted(worked) == [("left", True), ("new", False)]


async def test_stopping_answers_what_was_accepted_and_takes_no_more() -> None:
    worked: list[str] = []
    began = asyncio.Event()

    async def work(arrived: Arrived) -> None:
        began.set()
        await asyncio.sleep(0.05)
        worked.append(arrived.key)

    async with at_work(work) as intake:
        await intake.take(a_message("first"))
        await intake.take(a_message("second"))
        await began.wait()
        await intake.close()
        assert worked == ["first", "second"]
        with pytest.raises(IntakeFull):
            await intake.take(a_message("late"))


async def test_stopping_waits_no_longer_than_its_grace_and_leaves_the_rest_undone() -> None:
    inbox, loop = MemoryInbox(), asyncio.get_running_loop()

    async def work(_: Arrived) -> None:
        await asyncio.Event().wait()

    async with at_work(work, inbox) as intake:
        await intake.take(a_message("stuck"))
        began = loop.time()
        await intake.close()
        seconds = loop.time() - began

    assert seconds < 1.0
    assert inbox.worked == []
    assert ("slack", "stuck") in inbox.kept


async def test_work_that_could_not_be_noted_is_noted_once_the_database_is_back() -> None:
    inbox = MemoryInbox()
    inbox.faults.plan("done", DatabaseUnreachable("It is away."), times=1)
    inbox.faults.plan("waiting", DatabaseUnreachable("It is away."), times=2)

    async def work(_: Arrived) -> None:
        return

    async with at_work(work, inbox) as intake:
        await intake.take(a_message("once"))
        async with asyncio.timeout(5):
            while not inbox.worked:
                await asyncio.sleep(0.005)

    assert inbox.worked == ["slack:once"]


class Hanging(MemoryInbox):
    """An inbox whose database answers when it is told to, and counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = asyncio.Event()
        self.asked = 0

    @override
    async def keep(self, arrived: Sequence[Arrived]) -> Sequence[bool]:
        self.asked += 1
        await self.answers.wait()
        return await super().keep(arrived)


async def test_a_database_that_hangs_keeps_nobody_waiting_and_nothing_is_worked_twice() -> None:
    inbox, worked = Hanging(), list[str]()

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox, replace(HASTY, patience=0.05)) as intake:
        with pytest.raises(IntakeFull, match="in time"):
            await intake.take(a_message("begun"))
        with pytest.raises(IntakeFull, match="in time"):
            await intake.take(a_message("behind"))
        inbox.answers.set()
        assert not await intake.take(a_message("begun"))
        assert await intake.take(a_message("behind"))

    assert sorted(worked) == ["begun", "behind"]


async def test_what_arrives_while_the_database_is_at_work_is_kept_at_once() -> None:
    inbox, worked = Hanging(), list[str]()

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox) as intake, asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(intake.take(a_message(f"{number:02d}")))
        while not inbox.asked:
            await asyncio.sleep(0)
        group.create_task(intake.take(a_message("20")))
        await asyncio.sleep(0)
        inbox.answers.set()

    assert worked == [f"{number:02d}" for number in range(21)]
    assert inbox.asked == 2


class Refusing(MemoryInbox):
    """Can't keep some messages, and nothing that is written with them."""

    def __init__(self, refused: Mapping[str, Exception]) -> None:
        super().__init__()
        self.refused = refused
        self.asked: list[int] = []

    @override
    async def keep(self, arrived: Sequence[Arrived]) -> Sequence[bool]:
        self.asked.append(len(arrived))
        for each in arrived:
            if each.key in self.refused:
                raise self.refused[each.key]
        return await super().keep(arrived)


async def test_messages_that_can_not_be_kept_leave_those_that_came_with_them_alone() -> None:
    inbox = Refusing({"odd": ValueError("a"), "refused": StatementFailed("b")})
    worked: list[str] = []

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox) as intake:
        keys = ("first", "odd", "second", "refused")
        asked = (intake.take(a_message(key)) for key in keys)
        first, odd, second, refused = await asyncio.gather(*asked, return_exceptions=True)
        assert first is second is True
        assert isinstance(odd, ValueError)
        assert isinstance(refused, StatementFailed)
        assert await intake.take(a_message("next"))

    assert worked == ["first", "second", "next"]


async def test_a_database_that_is_away_is_asked_once_for_all_that_came_at_once() -> None:
    inbox = Refusing({"first": DatabaseUnreachable("It is away.")})

    async def work(arrived: Arrived) -> None: ...

    async with at_work(work, inbox) as intake:
        asked = (intake.take(a_message(key)) for key in ("first", "second"))
        told = await asyncio.gather(*asked, return_exceptions=True)

    assert [type(each) for each in told] == [DatabaseUnreachable] * 2
    assert inbox.asked == [2]


async def test_a_repeat_of_what_was_worked_stays_one_where_it_can_not_be_looked_up() -> None:
    inbox, worked = MemoryInbox(), list[str]()

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox) as intake:
        assert await intake.take(a_message("once"))
        inbox.faults.plan("keep", DatabaseUnreachable("It is away."), times=1)
        with pytest.raises(DatabaseUnreachable):
            await intake.take(a_message("once"))
        assert not await intake.take(a_message("once"))

    assert worked == ["once"]


async def test_what_another_process_took_is_a_repeat_also_after_a_batch_that_failed() -> None:
    inbox, worked = MemoryInbox(), list[str]()
    inbox.elsewhere.add(("slack", "answered"))
    inbox.faults.plan("keep", DatabaseUnreachable("It is away."), times=1)

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox) as intake:
        with pytest.raises(DatabaseUnreachable):
            await intake.take(a_message("answered"))
        assert not await intake.take(a_message("answered"))

    assert worked == []


async def test_what_came_twice_at_once_after_it_was_kept_unknown_is_worked_once() -> None:
    inbox, worked = Absent(), list[str]()
    inbox.faults.plan("told", DatabaseUnreachable("It is away."), times=1)

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox) as intake:
        with pytest.raises(DatabaseUnreachable):
            await intake.take(a_message("once"))
        taken = await asyncio.gather(*(intake.take(a_message("once")) for _ in range(3)))

    assert sorted(taken) == [False, False, True]
    assert worked == ["once"]


async def test_a_repeat_of_what_was_worked_long_ago_and_never_noted_is_not_worked_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "REMEMBERED", 0)
    inbox, worked = MemoryInbox(), list[str]()
    inbox.faults.plan("done", DatabaseUnreachable("It is away."), times=1_000)

    async def work(arrived: Arrived) -> None:
        worked.append(arrived.key)

    async with at_work(work, inbox) as intake:
        await intake.take(a_message("once"))
        while "It is away." not in caplog.text:
            await asyncio.sleep(0.001)
        assert not await intake.take(a_message("once"))

    assert worked == ["once"]
