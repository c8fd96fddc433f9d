"""Steps that take too long, break off or lose their database."""

import asyncio
import logging

import pytest
from typing_extensions import override

from engine.errors import DatabaseUnreachable, DiskFull
from engine.runs.model import Run, RunStatus, Step, StepKind, StepReport, StepStatus, started
from engine.runs.ports import RunTransaction
from engine.runs.retries import Retries
from engine.runs.steps.work import Act
from engine.testing.clock import EPOCH
from tests.builders import RUN_ID, a_project, a_table, dataset
from tests.runs.doings import Failing, Hanging, HangingInside, statuses
from tests.runs.test_runner import published
from tests.workshop import Workshop

CUSTOMERS = dataset("silver.customers")
ORDERS = dataset("silver.orders")
REVENUE = dataset("gold.revenue")

AWAY = DatabaseUnreachable("PostgreSQL does not answer.", "Start it.")

VALUES_OF_A_ROW = "Key (email)=(ludmila@example.com) already exists"


class HeldBackWhileBusy:
    """A check that fails, after which the database is busy for longer than a step may take."""

    shop: Workshop

    async def prepare(self, run: Run, step: Step) -> Act:  # noqa: ARG002  # the protocol's
        """Return what holds back."""

        async def hold_back(tx: RunTransaction) -> StepReport:  # noqa: ARG001  # as above
            self.busy = asyncio.ensure_future(self._be_busy())
            await asyncio.sleep(0)
            return StepReport(holds_back="it does not hold")

        return hold_back

    async def _be_busy(self) -> None:
        async with self.shop.transactions.begin():
            await asyncio.sleep(0.3)


async def test_a_step_that_takes_too_long_fails() -> None:
    shop = Workshop(steps={StepKind.CHECK: Hanging()}, step_timeout=0.25)

    run = await shop.run("medallion", "customers")

    assert run.error == "check silver.customers took longer than 0 seconds."
    assert "step_timeout" in run.hint
    assert published(shop, run) == []


async def test_a_step_that_hangs_in_its_transaction_leaves_nothing() -> None:
    shop = Workshop(steps={StepKind.BUILD: HangingInside()}, step_timeout=0.25)

    run = await shop.run("silver_to_gold")

    assert run.status is RunStatus.FAILED
    assert shop.state.deeds_of(RUN_ID) == ()


async def test_a_defect_is_told_without_the_text_of_its_exception(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop = Workshop(a_project([a_table()], ()))
    shop.transactions.faults.plan("publish", RuntimeError(VALUES_OF_A_ROW))

    with caplog.at_level(logging.DEBUG):
        run = await shop.run("medallion")

    assert run.error == "publish silver.customers broke because of a defect in Atlas."
    assert RUN_ID in run.hint
    everything = f"{run} {shop.state} {caplog.text} {[r.__dict__ for r in caplog.records]}"
    assert "ludmila" not in everything
    assert "RuntimeError at " in caplog.text
    assert "warehouse.py" in caplog.text


async def test_a_step_that_was_held_back_is_not_told_again_when_the_database_is_slow() -> None:
    held_back = HeldBackWhileBusy()
    shop = Workshop(
        a_project([a_table()], ()), steps={StepKind.CHECK: held_back}, step_timeout=0.25
    )
    held_back.shop = shop

    run = await shop.run("medallion")

    assert run.error == "it does not hold"
    told = [step.name for step in shop.listening.steps(RUN_ID)]
    assert told[2:] == ["check silver.customers", "publish silver.customers"]


@pytest.mark.parametrize("operation", ["begin", "save", "load", "commit"])
async def test_a_database_that_goes_away_for_a_moment_is_only_waited_for(operation: str) -> None:
    shop = Workshop()
    await shop.queued("medallion")
    shop.transactions.faults.plan(operation, AWAY, times=3)

    run = await shop.taken(RUN_ID)

    assert run.status is RunStatus.SUCCEEDED
    assert published(shop, run) == [CUSTOMERS, ORDERS, REVENUE]
    assert [step.status for step in shop.listening.steps(RUN_ID)] == ["succeeded"] * 11


async def test_the_state_of_a_step_is_committed_with_its_data() -> None:
    shop = Workshop(a_project([a_table()], ()))
    run = started(await shop.queued("medallion"), EPOCH)
    shop.transactions.faults.plan("commit", RuntimeError("the commit is refused"), times=1)

    end = await shop.runner.work(run)

    assert statuses(end)["ingest bronze.customers"] is StepStatus.FAILED
    assert shop.state.deeds_of(RUN_ID) == ()
    assert shop.state.runs[RUN_ID] == end


@pytest.mark.parametrize("lost", range(1, 9))
async def test_a_commit_whose_answer_was_lost_is_not_done_twice(lost: int) -> None:
    shop = Workshop(a_project([a_table()], ()))
    await shop.queued("medallion")
    shop.transactions.faults.plan("answer", AWAY, after=lost - 1, times=1)

    run = await shop.taken(RUN_ID)

    assert run.status is RunStatus.SUCCEEDED
    assert [what for what, _ in shop.state.deeds_of(RUN_ID)] == ["loaded", "staged", "published"]
    assert [step.index for step in shop.listening.steps(RUN_ID)] == [0, 1, 2, 3]
    assert shop.listening.finished(RUN_ID) == [run]


async def test_the_last_try_of_a_step_may_have_succeeded_unheard() -> None:
    shop = Workshop(a_project([a_table()], ()), retries=Retries(attempts=1))
    await shop.queued("medallion")
    shop.transactions.faults.plan("answer", AWAY, after=2, times=1)

    run = await shop.taken(RUN_ID)

    assert run.status is RunStatus.SUCCEEDED
    assert shop.state.findings == []


async def test_a_step_that_broke_is_stored_as_broken_once_the_database_is_back() -> None:
    class Breaking(Failing):
        @override
        async def prepare(self, run: Run, step: Step) -> Act:
            if not self.tries:
                shop.transactions.faults.plan("begin", AWAY, times=9)
            return await super().prepare(run, step)

    shop = Workshop(steps={StepKind.INGEST: Breaking(DiskFull("The disk is full."))})

    run = await shop.run("ingest")

    assert run.error == "The disk is full."
    assert [step.status for step in run.steps] == [StepStatus.FAILED, StepStatus.SUCCEEDED]
    assert len(shop.state.findings) == 1
