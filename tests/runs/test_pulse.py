"""A step that takes long is told now and then, with its pace; a quick one with its end only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from typing_extensions import override

from engine.errors import DatabaseUnreachable
from engine.lineage.model import EventType
from engine.runs.events import Pace, RunChanged
from engine.runs.model import Parameters, Run, RunStatus, Step, StepKind, StepStatus
from engine.runs.pulse import BEFORE, FIRST, LINEAGE, THEN, Habit, Meter, habit_of, pace_of
from engine.runs.steps.work import Act
from engine.testing.clock import EPOCH
from engine.testing.warehouse import FixedDelivery
from tests.builders import RUN_ID, a_project, a_run, a_step, a_table
from tests.runs.doings import Failing, Gate, taking, until
from tests.workshop import Workshop

AWAY = DatabaseUnreachable("PostgreSQL does not answer.")


@asynccontextmanager
async def beating(shop: Workshop) -> AsyncIterator[None]:
    """The pulse beats during the block; whoever gives it turns moves the clock."""
    task = asyncio.ensure_future(shop.pulse.beat())
    try:
        yield
        assert not task.done(), "the pulse went on"
    finally:
        task.cancel()
        await asyncio.wait([task])


def told(shop: Workshop) -> list[RunChanged]:
    """What was told of steps at work, in order."""
    events = [event for tx, event in shop.listening.heard if tx.committed]
    return [each for each in events if isinstance(each, RunChanged) and each.pace]


def stored(shop: Workshop) -> Step:
    """The first step, as it is stored."""
    return shop.state.runs[RUN_ID].steps[0]


def written(shop: Workshop) -> list[EventType]:
    """What lineage was told of datasets that are written, in order."""
    return [event.type for event in shop.state.lineage if event.outputs]


def a_shop(ingest: Gate | Failing) -> Workshop:
    """A shop with one table and that kind of step."""
    return Workshop(a_project([a_table()], ()), steps={StepKind.INGEST: ingest})


@asynccontextmanager
async def slowly(shop: Workshop, gate: Gate) -> AsyncIterator["asyncio.Task[None]"]:
    """A run stands at the gate during the block, and the pulse beats."""
    await shop.queued("ingest")
    async with taking(shop, RUN_ID) as work:
        await until(lambda: gate.reached)
        async with beating(shop):
            yield work


async def test_a_quick_step_is_told_with_its_end_only() -> None:
    shop = Workshop()

    await shop.run("medallion")

    assert told(shop) == []
    assert written(shop).count(EventType.START) == 5


async def test_a_slow_step_is_stored_as_running_since_it_began() -> None:
    shop = a_shop(gate := Gate())

    async with slowly(shop, gate):
        await until(lambda: told(shop))
        step = stored(shop)

        assert (step.status, step.started_at) == (StepStatus.RUNNING, EPOCH)
        assert written(shop) == [EventType.START]


async def test_a_slow_step_is_told_again_every_few_seconds() -> None:
    shop = a_shop(gate := Gate())
    moments: list[float] = []

    async with slowly(shop, gate):
        while len(moments) < 4:
            await until(lambda: len(told(shop)) > len(moments))
            moments.append((shop.clock.now() - EPOCH).total_seconds())

    assert moments[0] == pytest.approx(FIRST, abs=0.3)
    for earlier, later in pairwise(moments):
        assert THEN <= later - earlier <= THEN + 0.5
    assert written(shop) == [EventType.START, EventType.ABORT]


async def test_lineage_hears_of_a_long_step_once_a_minute() -> None:
    shop = a_shop(gate := Gate())

    async with slowly(shop, gate):
        await until(lambda: written(shop).count(EventType.RUNNING) == 3)

    moments = [each.at for each in shop.state.lineage if each.type is EventType.RUNNING]
    for earlier, later in pairwise([EPOCH, *moments]):
        assert LINEAGE <= later - earlier <= LINEAGE + timedelta(seconds=THEN + 0.5)


async def test_a_step_that_ended_has_the_last_word() -> None:
    shop = a_shop(gate := Gate())

    async with slowly(shop, gate) as work:
        await until(lambda: told(shop))
        gate.open.set()
        await work
        seen = len(told(shop))
        for _ in range(40):
            await shop.clock.sleep(1)

    assert len(told(shop)) == seen
    assert stored(shop).started_at == EPOCH
    assert shop.state.posts[f"run:{RUN_ID}"].post.card.title == "ingest — succeeded"
    assert written(shop) == [EventType.START, EventType.COMPLETE]


async def test_a_step_that_another_worker_has_meanwhile_is_told_by_that_one() -> None:
    shop = a_shop(gate := Gate())

    async with slowly(shop, gate):
        await until(lambda: told(shop))
        taken_over = replace(shop.state.runs[RUN_ID], attempt=2)
        shop.keep(taken_over)
        seen = len(told(shop))
        for _ in range(40):
            await shop.clock.sleep(1)

        assert len(told(shop)) == seen
        assert shop.state.runs[RUN_ID] == taken_over


async def test_a_slow_step_that_has_to_be_tried_again_is_no_defect() -> None:
    class SlowAndBusy(Failing):
        @override
        async def prepare(self, run: Run, step: Step) -> Act:
            seen = len(told(shop))
            await until(lambda: len(told(shop)) > seen)
            return await super().prepare(run, step)

    shop = a_shop(step := SlowAndBusy(AWAY, AWAY))
    await shop.queued("ingest")

    async with beating(shop):
        run = await shop.taken(RUN_ID)

    assert (run.status, step.tries) == (RunStatus.SUCCEEDED, 3)
    assert written(shop) == [EventType.START, EventType.COMPLETE]


async def test_a_slow_step_that_fails_tells_when_it_began() -> None:
    class SlowAndBroken(Failing):
        @override
        async def prepare(self, run: Run, step: Step) -> Act:
            shop.clock.advance(60)
            return await super().prepare(run, step)

    shop = a_shop(SlowAndBroken(ValueError("a defect")))

    (step,) = (await shop.run("ingest")).steps

    assert (step.started_at, step.finished_at) == (EPOCH, EPOCH + timedelta(seconds=60))


async def test_a_database_that_is_away_does_not_end_the_pulse() -> None:
    shop = a_shop(gate := Gate())

    async with slowly(shop, gate):
        await until(lambda: told(shop))
        begun = len(told(shop))
        shop.transactions.faults.plan("begin", AWAY, times=2)
        await until(lambda: len(told(shop)) > begun)

        assert shop.transactions.faults.are_over, "the pulse met none of them"


async def test_the_rows_that_went_by_so_far_are_told() -> None:
    class Reading(Gate):
        @override
        async def prepare(self, run: Run, step: Step) -> Act:
            shop.clock.advance(10)
            async for _ in shop.pulse.metered(run, delivery).chunks():
                pass
            return await super().prepare(run, step)

    delivery = FixedDelivery("day 1", ("id",), tuple((str(number),) for number in range(30)))
    shop = a_shop(gate := Reading())

    async with slowly(shop, gate):
        await until(lambda: told(shop))
        (pace,) = [event.pace for event in told(shop)]

    assert pace is not None
    assert pace.rows == 30
    assert pace.rows_a_second == pytest.approx(3.0, rel=0.05)


def test_a_delivery_is_passed_on_as_it_is() -> None:
    shop = Workshop()
    delivery = FixedDelivery("day 1", ("id",), (("1",),), "a fingerprint")

    metered = shop.pulse.metered(a_run(), delivery)

    assert (metered.name, metered.fingerprint) == (delivery.name, delivery.fingerprint)
    assert (metered.headers, metered.format) == (delivery.headers, delivery.format)


NEW = Habit()
USUAL = Habit(25.0, 40.0, 3)


@pytest.mark.parametrize(
    ("rows", "elapsed", "habit", "expected"),
    [
        (0, 0.0, NEW, Pace()),
        (500, 0.0, NEW, Pace(500)),
        (500, 10.0, NEW, Pace(500, 50.0)),
        (500, 10.0, USUAL, Pace(500, 50.0, 30.0, runs=3)),
        (0, 30.0, USUAL, Pace(exceeds=25.0, runs=3)),
        (0, 10.0, Habit(25.0, None, 3), Pace()),
    ],
)
def test_a_pace_says_only_what_is_known(
    rows: int, elapsed: float, habit: Habit, expected: Pace
) -> None:
    assert pace_of(Meter(rows), elapsed, habit) == expected


def past(number: int, **steps: float) -> Run:
    """An ingest of everything that took so many seconds for each table."""
    return a_run(
        *(
            a_step(
                StepKind.INGEST,
                f"bronze.{table}",
                StepStatus.SUCCEEDED,
                started_at=EPOCH,
                finished_at=EPOCH + timedelta(seconds=seconds),
            )
            for table, seconds in steps.items()
        ),
        id=f"1111111{number}",
        pipeline="ingest",
        table=None,
        status=RunStatus.SUCCEEDED,
        requested_at=EPOCH + timedelta(seconds=number),
    )


def test_what_is_usual_is_the_median_of_earlier_runs_for_the_steps_not_done() -> None:
    run = a_run(
        a_step(StepKind.INGEST, "bronze.orders", StepStatus.SUCCEEDED),
        a_step(StepKind.INGEST, "bronze.customers", StepStatus.RUNNING),
        a_step(StepKind.INGEST, "bronze.products"),
    )
    before = [
        past(1, orders=1, customers=20, products=3),
        past(2, orders=1, customers=21, products=3),
        past(3, orders=1, customers=900, products=4),
    ]

    assert habit_of(run, run.steps[1], before) == Habit(21.0, 24.0, 3)


def test_a_step_that_is_new_has_no_usual_time_and_leaves_the_end_unknown() -> None:
    run = a_run(
        a_step(StepKind.INGEST, "bronze.customers", StepStatus.RUNNING),
        a_step(StepKind.INGEST, "bronze.products"),
    )

    assert habit_of(run, run.steps[0], [past(1, customers=20)]) == Habit(20.0, None, 1)
    assert habit_of(run, run.steps[0], []) == Habit()


async def test_the_time_left_comes_from_the_last_runs_of_the_same_that_went_well() -> None:
    shop = a_shop(gate := Gate())
    well = [past(number, customers=7) for number in range(BEFORE)]
    well[0] = replace(well[0], parameters=Parameters(taken_up=2))
    older = replace(past(8, customers=100), requested_at=EPOCH - timedelta(days=1))
    of_one = replace(past(6, customers=100), table="customers")
    otherwise = replace(past(7, customers=100), parameters=Parameters(full_refresh=True))
    failed = replace(past(9, customers=100), status=RunStatus.FAILED)
    shop.keep(*well, older, of_one, otherwise, failed)

    async with slowly(shop, gate):
        await until(lambda: told(shop))
    (pace,) = [event.pace for event in told(shop)]

    assert pace is not None
    assert pace.seconds_left == pytest.approx(7.0, abs=0.6)
    assert pace.runs == BEFORE
