"""Whatever breaks in real steps, and wherever their worker stops: no table is half-done."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from engine.errors import DiskFull, RunDone
from engine.quality.model import Outcome
from engine.runs.ids import ALPHABET
from engine.runs.model import RunStatus, StepStatus, blocker
from tests.builders import a_model, a_project, a_table, an_asker
from tests.runs.doings import taking
from tests.workshop import Workshop

T = TypeVar("T")

CHECKS = ("row_count > 0", "row_count < 9")
RAN = {StepStatus.SUCCEEDED, StepStatus.FAILED}

faults = st.tuples(
    st.sampled_from(["load", "refine", "build", "publish", "columns", "sample"]),
    st.sampled_from(["bronze.a", "silver.a", "silver.b", "gold.m", "gold.n"]),
)
errors = st.sampled_from([DiskFull("The disk is full."), RuntimeError("a defect")])
pipelines = st.sampled_from(["ingest", "bronze_to_silver", "silver_to_gold", "medallion"])
tables = st.sampled_from([None, None, "a", "b", "m"])


class Troubles(RuleBasedStateMachine):
    """Runs of random pipelines, one after the other, with failures, wishes to stop and stops."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.shop = Workshop(
            a_project(
                (a_table("a", checks=CHECKS[:1]), a_table("b", checks=CHECKS[1:])),
                (
                    a_model("m", ("silver.a",), CHECKS[:1]),
                    a_model("n", ("gold.m", "silver.b"), ()),
                ),
            )
        )
        self.upstream = {
            name: self.shop.project.upstream_of(name) for name in self.shop.project.datasets()
        }
        self.names = {str(name): name for name in self.upstream}
        self.count = 0

    def wait_for(self, work: Coroutine[object, object, T]) -> T:
        """What a coroutine returns."""
        return self.loop.run_until_complete(work)

    @rule(fault=faults, error=errors, times=st.sampled_from([None, 1]))
    def something_breaks(self, fault: tuple[str, str], error: Exception, times: int | None) -> None:
        operation, on = fault
        self.shop.transactions.faults.plan(operation, error, self.names[on], times)

    @rule(check=st.sampled_from(CHECKS), outcome=st.none() | st.sampled_from(Outcome))
    def the_data_changes(self, check: str, outcome: Outcome | None) -> None:
        self.shop.quality.outcomes[check] = outcome

    @rule()
    def everything_is_mended(self) -> None:
        self.shop.transactions.faults.clear()
        self.shop.quality.outcomes.clear()

    @rule(pipeline=pipelines, table=tables)
    def a_run_is_worked(self, pipeline: str, table: str | None) -> None:
        run = self.wait_for(self.shop.run(pipeline, table, self.next_id()))

        assert self.shop.state.runs[run.id] == run

    @rule(pipeline=pipelines, table=tables, turns=st.integers(0, 120), wished=st.booleans())
    def a_worker_is_stopped(
        self, pipeline: str, table: str | None, turns: int, *, wished: bool
    ) -> None:
        self.wait_for(self.stopped(pipeline, table, turns, wished=wished))

    async def stopped(self, pipeline: str, table: str | None, turns: int, *, wished: bool) -> None:
        """Stop a worker after some turns, as somebody wished or as Atlas stops, and go on."""
        run = await self.shop.queued(pipeline, table, self.next_id())
        async with taking(self.shop, run.id):
            for _ in range(turns):
                await asyncio.sleep(0)
            if wished:
                with suppress(RunDone):
                    await self.shop.desk.cancel(run.id, an_asker())
        while not self.shop.state.runs[run.id].done:
            await self.shop.taken(run.id)

    def next_id(self) -> str:
        """An id that no run has."""
        self.count += 1
        return f"111111{ALPHABET[self.count // 32]}{ALPHABET[self.count % 32]}"

    @invariant()
    def every_run_ended_once(self) -> None:
        for run in self.shop.state.runs.values():
            assert run.done
            assert len(self.shop.listening.finished(run.id)) == 1
            assert all(step.done for step in run.steps)

    @invariant()
    def a_run_failed_exactly_when_a_step_of_it_did_or_was_cancelled(self) -> None:
        for run in self.shop.state.runs.values():
            lost = {StepStatus.FAILED, StepStatus.CANCELLED}
            broken = any(step.status in lost for step in run.steps)
            assert (run.status in {RunStatus.FAILED, RunStatus.CANCELLED}) == broken

    @invariant()
    def no_step_ran_after_what_it_needs_was_lost(self) -> None:
        for run in self.shop.state.runs.values():
            for step in run.steps:
                assert step.status not in RAN or blocker(run, step, self.upstream) is None

    @invariant()
    def no_step_ended_twice(self) -> None:
        for run in self.shop.state.runs.values():
            told = [s.index for s in self.shop.listening.steps(run.id) if s.status in RAN]
            ran = [step.index for step in run.steps if step.status in RAN]
            assert sorted(told) == ran

    @invariant()
    def only_a_failed_run_keeps_staged_tables_and_none_that_it_published(self) -> None:
        for run_id, name in self.shop.state.staged:
            run = self.shop.state.runs[run_id]
            done = Counter(self.shop.state.deeds_of(run_id))
            assert run.status is RunStatus.FAILED
            assert done["published", name] == 0

    @invariant()
    def nothing_was_done_twice(self) -> None:
        for run_id in self.shop.state.runs:
            assert set(Counter(self.shop.state.deeds_of(run_id)).values()) <= {1}

    @invariant()
    def nothing_was_published_that_its_checks_held_back(self) -> None:
        for (run_id, name), verdicts in self.shop.state.verdicts.items():
            if not all(verdict.holds for verdict in verdicts):
                assert ("published", name) not in self.shop.state.deeds_of(run_id)

    @invariant()
    def each_trouble_of_a_run_is_in_one_incident(self) -> None:
        known = [
            each for each in self.shop.state.incidents.all.values() if each.merged_into is None
        ]
        for run in self.shop.state.runs.values():
            for step in run.steps:
                if step.status is StepStatus.FAILED:
                    telling = [
                        each.number
                        for each in known
                        for member in each.members
                        if member.dataset == step.dataset and run.id in member.runs
                    ]
                    assert len(set(telling)) == 1

    @override
    def teardown(self) -> None:
        """Close the event loop."""
        self.loop.close()


Troubles.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestTroubles = Troubles.TestCase
