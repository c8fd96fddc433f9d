"""Takes orders for runs, and what people want of runs that were ordered: stop it, take it up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from engine.catalog.model import DatasetName
from engine.clock import Clock
from engine.errors import KeyUsed, RunDone, RunNotDone, TooManyRuns, UnknownRun
from engine.people import Asker
from engine.runs.events import Listener, RunChanged, RunFinished, tell
from engine.runs.ids import new_run_id
from engine.runs.model import (
    AS_USUAL,
    Parameters,
    Priority,
    Run,
    RunStatus,
    Step,
    StepKind,
    StepStatus,
    cancelled,
    retried,
    staged_table,
)
from engine.runs.ports import RunTransaction, Transactions
from engine.runs.tracing import Tracer

T = TypeVar("T", bound=RunTransaction)

LONGEST_LINE = 1000
"""Runs that may wait at once; what is asked for more often than it can be worked is a mistake."""

_STAGING = frozenset({StepKind.REFINE, StepKind.BUILD})


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run, for whom, and how soon."""

    pipeline: str
    table: str | None
    steps: tuple[Step, ...]
    asker: Asker
    parameters: Parameters = AS_USUAL
    priority: Priority = Priority.PERSON
    key: str | None = None
    backfill: str | None = None


class RunDesk(Generic[T]):
    """Where runs are ordered; the queue brings them to whichever worker is free."""

    def __init__(
        self,
        transactions: Transactions[T],
        clock: Clock,
        listeners: Sequence[Listener[T]] = (),
        *,
        longest_line: int = LONGEST_LINE,
        tracer: Tracer | None = None,
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._listeners = listeners
        self._longest_line = longest_line
        self._tracer = tracer or Tracer()

    async def order(self, order: Order) -> Run:
        """Store a run and put it in line; a key that was used stands for the run of then.

        Raises TooManyRuns, and KeyUsed where the key stood for another request.
        """
        async with self._transactions.begin() as tx:
            return await self.order_within(tx, order)

    async def order_within(self, tx: T, order: Order) -> Run:
        """The same, as a part of a transaction."""
        if order.key is not None and (known := await tx.runs.with_key(order.key)) is not None:
            return _same(known, order)
        run = self._run(order)
        waiting = await tx.runs.add(run)
        # the days of a backfill come few at a time, and none may fail the one that it follows
        if run.backfill is None and waiting >= self._longest_line:
            message = f"{waiting} runs are waiting already."
            raise TooManyRuns(message)
        await tell(self._listeners, tx, RunChanged(run))
        await tx.queue.join(run)
        return run

    def _run(self, order: Order) -> Run:
        return Run(
            id=new_run_id(),
            pipeline=order.pipeline,
            table=order.table,
            asker=order.asker,
            steps=order.steps,
            requested_at=self._clock.now(),
            parameters=order.parameters,
            priority=order.priority,
            key=order.key,
            backfill=order.backfill,
        )

    async def cancel(self, run_id: str, asker: Asker) -> Run:
        """End a run that waits, or have its worker stop it; raises UnknownRun, RunDone."""
        async with self._transactions.begin() as tx:
            run = await self._held(tx, run_id)
            if run.done:
                raise RunDone(f"Run {run.id} is over: it {_ended(run)}.", "Nothing was changed.")
            run = replace(run, cancelled_by=run.cancelled_by or asker.name or asker.id)
            await tx.runs.wish_stopped(run, run.cancelled_by or "")
            if run.status is RunStatus.RUNNING:
                await tx.queue.interrupt(run)
                return run
            run = cancelled(run, self._clock.now())
            await tx.runs.save(run, run.steps)
            for dataset in run.targets():
                await tx.warehouse.discard(run, dataset)
            await self._tracer.ended(tx, run, self._clock.now())
            await tell(self._listeners, tx, RunFinished(run))
            await tx.queue.leave(run)
            return run

    async def retry(
        self,
        run_id: str,
        kind: StepKind | None = None,
        *,
        asker: Asker | None = None,
        accept_drift: bool = False,
    ) -> Run:
        """Queue a run that did not succeed again; raises UnknownRun, RunNotDone.

        From now on it speaks where the retry was asked for.
        """
        async with self._transactions.begin() as tx:
            before = await self._held(tx, run_id)
            _require_lost(before)
            run = retried(before, kind, await _lost(tx, before))
            given = replace(run.parameters, taken_up=run.attempt)
            accepted = given.accept_drift or accept_drift
            run = replace(run, parameters=replace(given, accept_drift=accepted))
            if asker is not None and asker.channel and run.backfill is None:
                run = replace(run, asker=asker)
            await tx.runs.move(run, before.attempt)
            await tell(self._listeners, tx, RunChanged(run))
            await tx.queue.join(run)
            return run

    async def _held(self, tx: T, run_id: str) -> Run:
        run = await tx.runs.held(run_id)
        if run is None:
            raise UnknownRun(run_id)
        return run


def _same(known: Run, order: Order) -> Run:
    asked = (order.pipeline, order.table, order.parameters)
    # what a retry changed was not asked for with the key
    first = replace(known.parameters, taken_up=0, accept_drift=order.parameters.accept_drift)
    if (known.pipeline, known.table, first) != asked:
        message = f"This key was used for another request, which became run {known.id}."
        raise KeyUsed(message)
    return known


def _ended(run: Run) -> str:
    return "was cancelled" if run.status is RunStatus.CANCELLED else str(run.status)


def _require_lost(run: Run) -> None:
    if not run.done:
        message = f"Run {run.id} is not over: it is {run.status}."
        raise RunNotDone(message, f"Say «cancel {run.id}» first, or wait for its end.")
    if run.status is RunStatus.SUCCEEDED:
        message = f"Run {run.id} succeeded: there is nothing to take up again."
        raise RunNotDone(message, f"Say «run pipeline {run.pipeline}» to run it once more.")


async def _lost(tx: RunTransaction, run: Run) -> tuple[DatasetName, ...]:
    """The datasets that this run staged and did not publish, and whose staged table is gone."""
    staged = {s.dataset for s in run.steps if s.kind in _STAGING and _done(s)}
    published = {s.dataset for s in run.steps if s.kind is StepKind.PUBLISH and _done(s)}
    names = {each: DatasetName(each.layer, staged_table(run, each)) for each in staged - published}
    return tuple([each for each, name in names.items() if not await tx.warehouse.columns(name)])


def _done(step: Step) -> bool:
    return step.status is StepStatus.SUCCEEDED
