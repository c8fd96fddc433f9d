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
from engine.runs.model import Run, RunStatus, Step, StepKind, StepStatus
from engine.runs.pulse import FIRST, LINEAGE, THEN, Meter, pace_of, usual_left
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


@pytest.mark.parametrize(
    ("rows", "elapsed", "usual", "expected"),
    [
        (0, 0.0, None, Pace()),
        (500, 0.0, None, Pace(500)),
        (500, 10.0, None, Pace(500, 50.0)),
        (500, 10.0, 25.0, Pace(500, 50.0, 15.0)),
        (0, 30.0, 25.0, Pace()),
    ],
)
def test_a_pace_says_only_what_is_known(
    rows: int, elapsed: float, usual: float | None, expected: Pace
) -> None:
    assert pace_of(Meter(rows), elapsed, usual) == expected


def test_the_time_left_is_what_the_steps_not_done_take_as_a_rule() -> None:
    run = a_run(
        a_step(StepKind.REFINE, status=StepStatus.SUCCEEDED),
        a_step(StepKind.CHECK, status=StepStatus.RUNNING),
        a_step(StepKind.PUBLISH),
    )
    usual = {step.name: 10.0 * (step.index + 1) for step in run.steps}

    assert usual_left(run, usual) == 50.0
    del usual[run.steps[2].name]
    assert usual_left(run, usual) is None, "one of them was never worked before"


async def test_the_time_left_comes_from_the_last_run_of_the_same() -> None:
    shop = a_shop(gate := Gate())
    shop.keep(
        *(
            a_run(
                a_step(
                    StepKind.INGEST,
                    "bronze.customers",
                    StepStatus.SUCCEEDED,
                    started_at=EPOCH,
                    finished_at=EPOCH + timedelta(seconds=seconds),
                ),
                id=f"1111111{seconds}",
                pipeline="ingest",
                table=None,
                status=status,
                requested_at=EPOCH + timedelta(seconds=seconds),
            )
            for seconds, status in ((7, RunStatus.SUCCEEDED), (9, RunStatus.FAILED))
        )
    )

    async with slowly(shop, gate):
        await until(lambda: told(shop))
    (pace,) = [event.pace for event in told(shop)]

    assert pace is not None
    assert pace.seconds_left == pytest.approx(7.0, abs=0.6)
