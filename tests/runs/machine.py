"""Runs under everything that may happen to them, as one machine for memory and PostgreSQL."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from engine.catalog.model import Pipeline, Project, Stage
from engine.errors import DatabaseBusy, DiskFull, RunDone, RunNotDone
from engine.quality.model import Outcome
from engine.runs.desk import Order, RunDesk
from engine.runs.model import (
    Priority,
    Run,
    RunStatus,
    StepKind,
    StepStatus,
)
from engine.runs.plan import plan
from engine.runs.pulse import Pulse
from engine.runs.rescue import Rescue
from engine.runs.runner import Runner
from engine.runs.steps.build import Build
from engine.runs.steps.check import Check
from engine.runs.steps.publish import Publish
from engine.runs.steps.work import StepWork
from engine.runs.worker import RunWorker
from engine.testing.clock import FakeClock
from engine.testing.fixed import FixedExamples, FixedPolicies, FixedQuality
from tests.builders import a_model, a_project, an_asker
from tests.runs.bench import Bench, Hand, Job, Mortal, Turnstile
from tests.runs.promises import a_run_is_sound, everything_was_told_once, nobody_is_in_anothers_way

T = TypeVar("T")

CHECK = "row_count > 0"
NAMES = ("a", "b")
SILENT = 8.0


def the_project() -> Project:
    """Two gold tables, each with a check, and a pipeline for both."""
    models = [a_model(name, (), (CHECK,)) for name in NAMES]
    return a_project((), models, (Pipeline("gold", (Stage.GOLD,)),))


TROUBLES = st.sampled_from(
    [
        None,
        None,
        None,
        DatabaseBusy("busy"),
        DiskFull("The disk is full."),
        ValueError("a defect"),
        "held back",
        "deaf",
    ]
)


class Machine(RuleBasedStateMachine):
    """Orders, workers that die, sleep and stop, steps that fail, people who cancel and retry."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.bench = self.wait_for(self.opened())
        self.clock = FakeClock()
        self.project = the_project()
        self.quality = FixedQuality()
        self.desk = RunDesk(self.bench.transactions, self.clock, (self.bench.hear,))
        self.rescue = Rescue(self.bench.transactions, self.bench.sessions, self.clock, SILENT)
        self.hands: list[Hand] = []
        self.hired = 0
        self.seen: dict[str, Run] = {}
        for _ in range(2):
            self.wait_for(self.hire())

    async def opened(self) -> Bench:
        """What to work on."""
        raise NotImplementedError

    async def breathe(self) -> None:
        """Let everybody else go on."""
        await asyncio.sleep(0)

    def wait_for(self, work: Coroutine[object, object, T]) -> T:
        """What a coroutine returns."""
        return self.loop.run_until_complete(work)

    # what happens

    @rule(tables=st.sampled_from([None, "a", "b"]), priority=st.sampled_from(Priority))
    def somebody_orders(self, tables: str | None, priority: Priority) -> None:
        self.clock.advance(1)
        (pipeline,) = self.project.pipelines
        steps = plan(self.project, pipeline, tables)
        order = Order(pipeline.name, tables, steps, an_asker(), priority=priority)
        self.wait_for(self.desk.order(order))

    @precondition(lambda self: len(self.hands) < 3)
    @rule()
    def a_worker_comes(self) -> None:
        self.wait_for(self.hire())

    @precondition(lambda self: self.awake())
    @rule(which=st.integers(0, 9), deaf=st.sampled_from([0, 0, 0, 1]))
    def a_worker_takes(self, which: int, deaf: int) -> None:
        self.wait_for(self.take(self.one(self.awake(), which), deaf))

    @precondition(lambda self: self.at_work())
    @rule(which=st.integers(0, 9), trouble=TROUBLES)
    def a_step_is_worked(self, which: int, trouble: Exception | str | None) -> None:
        hand, job = self.one(self.at_work(), which)
        self.wait_for(self.step(hand, job, trouble))

    @precondition(lambda self: self.at_work())
    @rule(which=st.integers(0, 9), turns=st.integers(0, 40))
    def a_worker_dies(self, which: int, turns: int) -> None:
        hand, job = self.one(self.at_work(), which)
        self.wait_for(self.die(hand, job, turns))

    @precondition(lambda self: self.at_work())
    @rule(which=st.integers(0, 9), turns=st.integers(0, 40))
    def a_worker_stops(self, which: int, turns: int) -> None:
        hand, job = self.one(self.at_work(), which)
        self.wait_for(self.stop(hand, job, turns))

    @precondition(lambda self: self.awake())
    @rule(which=st.integers(0, 9))
    def a_worker_falls_asleep(self, which: int) -> None:
        hand = self.one(self.awake(), which)
        hand.asleep = True
        self.wait_for(self.bench.lose(hand.name))

    @precondition(lambda self: self.at_work() and len(self.awake()) > 1)
    @rule(which=st.integers(0, 9))
    def a_worker_is_thought_dead(self, which: int) -> None:
        hand, _ = self.one(self.at_work(), which)
        hand.asleep = True
        self.wait_for(self.bench.lose(hand.name))
        self.somebody_watches()
        self.wait_for(self.take(self.awake()[0], 0))

    @precondition(lambda self: any(hand.asleep for hand in self.hands))
    @rule(which=st.integers(0, 9))
    def a_worker_wakes_up(self, which: int) -> None:
        hand = self.one([hand for hand in self.hands if hand.asleep], which)
        self.wait_for(self.wake(hand))

    @precondition(lambda self: self.seen)
    @rule(which=st.integers(0, 99), heard=st.booleans())
    def somebody_cancels(self, which: int, *, heard: bool) -> None:
        self.wait_for(self.cancel(self.one(list(self.seen), which), heard=heard))

    @precondition(lambda self: self.seen)
    @rule(which=st.integers(0, 99), kind=st.sampled_from([None, StepKind.CHECK]))
    def somebody_retries(self, which: int, kind: StepKind | None) -> None:
        run_id = self.one(list(self.seen), which)
        over = self.seen[run_id].done and self.seen[run_id].status is not RunStatus.SUCCEEDED
        try:
            self.wait_for(self.desk.retry(run_id, kind))
        except RunNotDone:
            assert not over

    @rule()
    def somebody_watches(self) -> None:
        self.wait_for(self.rescue.look())
        self.wait_for(self.rescue.look())

    # how it happens

    def one(self, several: Sequence[T], which: int) -> T:
        """One of several."""
        return several[which % len(several)]

    def awake(self) -> list[Hand]:
        """Who could take a ticket."""
        return [hand for hand in self.hands if not hand.asleep]

    def at_work(self) -> list[tuple[Hand, Job]]:
        """What could go on."""
        return [(hand, job) for hand in self.awake() for job in hand.jobs]

    async def hire(self) -> None:
        """Another worker."""
        self.hired += 1
        name, mortal = f"worker {self.hired}", Mortal(self.bench)
        waiting: dict[str, asyncio.Future[None]] = {}
        works: dict[StepKind, StepWork] = {
            StepKind.BUILD: Build(FixedPolicies(self.project), mortal, self.clock),
            StepKind.CHECK: Check(self.project, self.quality, FixedExamples(), self.clock),
            StepKind.PUBLISH: Publish(),
        }
        runner = Runner(
            self.project,
            mortal,
            {kind: Turnstile(work, waiting) for kind, work in works.items()},
            Pulse(self.project, mortal, self.clock),
            self.clock,
            listeners=(self.bench.hear,),
        )
        worker = RunWorker(name, runner, mortal, mortal, self.clock)
        self.hands.append(Hand(name, mortal, worker, waiting))
        await self.bench.hire(name)

    async def take(self, hand: Hand, deaf: int) -> None:
        """Draw a ticket, and bring its run to its first step."""
        drawn = await self.bench.draw(hand.name)
        if drawn is None:
            return
        hand.mortal.deaf = deaf
        task = self.loop.create_task(hand.worker.take(drawn.run_id, drawn.ticket))
        hand.jobs.append(Job(drawn, task))
        await self.settled()

    async def step(self, hand: Hand, job: Job, trouble: Exception | str | None) -> None:
        """Let a run go on to its next step."""
        if trouble == "held back":
            self.quality.outcomes[CHECK] = Outcome.FAILED
        if trouble == "deaf":
            hand.mortal.deaf = 1
        self.let(hand, job, trouble if isinstance(trouble, Exception) else None)
        await self.settled()
        self.quality.outcomes.clear()
        hand.mortal.deaf = 0

    def let(self, hand: Hand, job: Job, error: Exception | None = None) -> None:
        """Through the turnstile."""
        gate = hand.waiting.get(job.drawn.run_id)
        if gate is None or gate.done():
            return
        if error is None:
            gate.set_result(None)
        else:
            gate.set_exception(error)

    async def die(self, hand: Hand, job: Job, turns: int) -> None:
        """A process is killed in the middle of a step."""
        self.let(hand, job)
        for _ in range(turns):
            await asyncio.sleep(0)
        hand.mortal.dead = True
        for each in hand.jobs:
            each.task.cancel()
        await asyncio.wait([each.task for each in hand.jobs])
        self.hands.remove(hand)
        await self.bench.lose(hand.name)
        await self.settled()

    async def stop(self, hand: Hand, job: Job, turns: int) -> None:
        """A process is told to stop, and hands back what it has."""
        self.let(hand, job)
        for _ in range(turns):
            await asyncio.sleep(0)
        for each in hand.jobs:
            each.task.cancel()
        await asyncio.wait([each.task for each in hand.jobs])
        await self.settled()
        self.hands.remove(hand)
        await self.bench.lose(hand.name)

    async def wake(self, hand: Hand) -> None:
        """A process goes on with what it had, and hears what it was asked meanwhile."""
        await self.bench.hire(hand.name)
        hand.asleep = False
        tickets = await self.bench.tickets()
        for job in list(hand.jobs):
            wish = self.seen[job.drawn.run_id].cancelled_by is not None
            if wish and tickets.get(job.drawn.run_id) == job.drawn.ticket:
                job.task.cancel()
            else:
                self.let(hand, job)
        await self.settled()

    async def cancel(self, run_id: str, *, heard: bool) -> None:
        """Somebody wants a run stopped; the queue tells its worker, now or too late."""
        try:
            run = await self.desk.cancel(run_id, an_asker("olga"))
        except RunDone:
            assert self.seen[run_id].done
            return
        ticket = (await self.bench.tickets()).get(run_id)
        for _, job in self.at_work():
            if heard and not run.done and (job.drawn.run_id, job.drawn.ticket) == (run_id, ticket):
                job.task.cancel()
        await self.settled()

    async def settled(self) -> None:
        """Go on until everybody waits, and give back the tickets that are through."""
        for _ in range(20_000):
            busy = [
                job
                for hand in self.hands
                for job in hand.jobs
                if not job.task.done() and not self.waits(hand, job)
            ]
            if not busy:
                break
            await self.breathe()
        else:
            raise AssertionError("somebody waits for something that never comes")
        for hand in self.hands:
            for job in [job for job in hand.jobs if job.task.done()]:
                hand.jobs.remove(job)
                await self.bench.finish(job.drawn)

    def waits(self, hand: Hand, job: Job) -> bool:
        """Whether it stands at the turnstile, and nobody let it."""
        gate = hand.waiting.get(job.drawn.run_id)
        return gate is not None and not gate.done() and not job.task.cancelling()

    # what holds, whatever happens

    @invariant()
    def everything_holds(self) -> None:
        self.wait_for(self.held())

    async def held(self) -> None:
        """Look at all that is stored, once the usher looked at the line."""
        async with self.bench.transactions.begin() as tx:
            assert await tx.queue.let_in()
        # in the order of the orders: ids are made by chance, and what failed must fail again
        runs = {run.id: run for run in sorted(await self.bench.runs(), key=_ordered)}
        tickets, told = await self.bench.tickets(), await self.bench.told()
        for run in runs.values():
            a_run_is_sound(run, self.seen.get(run.id))
        nobody_is_in_anothers_way(runs, tickets)
        everything_was_told_once(runs, told)
        await self.what_was_published_says_who_did(runs)
        self.seen = runs

    async def what_was_published_says_who_did(self, runs: Mapping[str, Run]) -> None:
        """A table comes from a run whose step says that it published it, and the newest such."""
        done: dict[str, list[tuple[str, Run]]] = {}
        for run in runs.values():
            for step in run.steps:
                if step.kind is StepKind.PUBLISH and step.status is StepStatus.SUCCEEDED:
                    at = f"{step.finished_at}"
                    done.setdefault(str(step.dataset), []).append((at, run))
        published = await self.bench.published()
        assert set(published) == set(done)
        for dataset, run_id in published.items():
            assert run_id in {run.id for _, run in done[dataset]}
        for run_id in await self.bench.staged():
            assert runs[run_id].status not in {RunStatus.SUCCEEDED, RunStatus.CANCELLED}

    @override
    def teardown(self) -> None:
        """Once nothing happens any more, everything comes to its end."""
        try:
            self.wait_for(self.all_ended())
            self.everything_holds()
        finally:
            self.wait_for(self.bench.close())
            self.loop.close()

    async def all_ended(self) -> None:
        """Go on with everything, with one worker more."""
        await self.hire()
        for hand in [hand for hand in self.hands if hand.asleep]:
            await self.wake(hand)
        for _ in range(500):
            for hand, job in self.at_work():
                self.let(hand, job)
            await self.settled()
            if not self.at_work():
                await self.rescue.look()
            await self.take(self.hands[-1], 0)
            if all(run.done for run in await self.bench.runs()) and not self.at_work():
                return
        raise AssertionError("a run came to no end")


def _ordered(run: Run) -> datetime:
    return run.requested_at
