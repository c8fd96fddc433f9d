"""What can pass by itself is tried again, after growing waits; what can't fails at once."""

import inspect
import logging
from itertools import pairwise

import pytest

from engine import errors
from engine.errors import (
    DatabaseBusy,
    DatabaseRefused,
    DatabaseUnreachable,
    DiskFull,
    EngineError,
    SourceAway,
    SourceUnreadable,
    StatementFailed,
    TableBusy,
)
from engine.runs.model import RunStatus, StepKind
from engine.runs.retries import UNTIL_IT_WORKS, Retries, can_pass, with_retries
from engine.testing.clock import FakeClock
from tests.builders import RUN_ID, a_project, a_table
from tests.runs.doings import Failing
from tests.workshop import Workshop

AWAY = DatabaseUnreachable("PostgreSQL can't be reached.")
THREE = Retries(attempts=3, first=1.0, longest=60.0)


class Work:
    """Work that fails so often, then returns."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.tries = 0
        self.told: list[int] = []
        self.clock = FakeClock()

    async def do(self) -> str:
        """One try."""
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"

    async def done(self, retries: Retries = THREE) -> str:
        """What all tries together return."""
        return await with_retries(
            self.do, retries, self.clock, lambda _, attempt: self.told.append(attempt)
        )


async def test_what_passes_is_tried_again_and_each_failure_is_told() -> None:
    work = Work(AWAY, AWAY)

    assert await work.done() == "done"
    assert (work.tries, work.told) == (3, [1, 2])


async def test_the_last_failure_is_raised_as_it_was() -> None:
    work = Work(AWAY, AWAY, last := DatabaseBusy("busy"))

    with pytest.raises(DatabaseBusy) as caught:
        await work.done()

    assert caught.value is last
    assert (work.tries, work.told) == (3, [1, 2])


@pytest.mark.parametrize("error", [DiskFull("full"), StatementFailed("no"), ValueError("defect")])
async def test_what_can_not_pass_is_raised_at_once(error: Exception) -> None:
    work = Work(AWAY, error)

    with pytest.raises(type(error)):
        await work.done()

    assert work.tries == 2


async def test_a_state_that_must_be_stored_is_tried_until_it_is() -> None:
    work = Work(*[AWAY] * 50)

    assert await work.done(UNTIL_IT_WORKS) == "done"
    assert max(work.clock.slept) <= UNTIL_IT_WORKS.longest


async def test_waits_grow_at_random_up_to_the_longest() -> None:
    waits = []
    for _ in range(30):
        work = Work(*[AWAY] * 9)
        await work.done(Retries(attempts=10, first=1.0, longest=60.0))
        waits.append(work.clock.slept)

    for place, several in enumerate(zip(*waits, strict=True)):
        assert max(several) <= min(2.0**place, 60.0)
        assert len(set(several)) > 20, "all who lost the same database don't come back at once"
    averages = [sum(several) / 30 for several in zip(*waits, strict=True)][:6]
    assert all(later > earlier for earlier, later in pairwise(averages[::2]))


def test_only_what_the_error_tree_says_can_pass() -> None:
    classes = [each for _, each in inspect.getmembers(errors, inspect.isclass)]
    passing = {each for each in classes if issubclass(each, EngineError) and each.passes}

    assert passing == {DatabaseUnreachable, DatabaseBusy, TableBusy, SourceAway}
    assert can_pass(AWAY)
    assert not can_pass(ConnectionError("a driver's error was not translated"))


async def test_a_step_that_recovers_is_told_as_a_success_and_alerts_nobody() -> None:
    step = Failing(AWAY, DatabaseBusy("busy"), TableBusy("read"))
    shop = Workshop(a_project([a_table()], ()), steps={StepKind.INGEST: step})

    run = await shop.run("ingest")

    assert (run.status, step.tries) == (RunStatus.SUCCEEDED, 4)
    assert [step.status for step in shop.listening.steps(RUN_ID)] == ["succeeded"]
    assert shop.state.findings == []


async def test_the_alert_comes_with_the_last_try_and_once(caplog: pytest.LogCaptureFixture) -> None:
    step = Failing(*[AWAY] * 3)
    shop = Workshop(a_project([a_table()], ()), steps={StepKind.INGEST: step}, retries=THREE)

    with caplog.at_level(logging.WARNING):
        run = await shop.run("ingest")

    assert (run.status, run.error, step.tries) == (RunStatus.FAILED, AWAY.message, 3)
    assert len(shop.state.findings) == 1
    assert len([key for key in shop.state.posts if key.startswith("incident:")]) == 1
    assert [f"try {number}" in caplog.text for number in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(
    "error", [DatabaseRefused("no right"), SourceUnreadable("line 3"), ValueError("a defect")]
)
async def test_a_step_that_can_not_recover_fails_at_its_first_try(error: Exception) -> None:
    step = Failing(error)
    shop = Workshop(a_project([a_table()], ()), steps={StepKind.INGEST: step})

    run = await shop.run("ingest")

    assert (run.status, step.tries, shop.clock.slept) == (RunStatus.FAILED, 1, [])
