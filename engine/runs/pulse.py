"""Says now and then how far the steps at work are: rows so far, how fast, how long it may take."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Generic, TypeVar

from engine.catalog.model import Project
from engine.clock import Clock
from engine.errors import EngineError
from engine.logs import place_of
from engine.runs.events import Listener, Pace, RunChanged, tell
from engine.runs.lineage_facts import Knowledge
from engine.runs.model import Run, RunStatus, Step, StepChange, StepStatus, advance
from engine.runs.ports import Delivery, RunFilter, RunTransaction, Transactions
from engine.runs.tracing import Tracer

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=RunTransaction)

BEFORE = 5
"""So many runs of the same tell what is usual; of them the median, as one may have waited."""

_LOOKED_AT = 10
"""The newest of the pipeline, which may have had other tables or parameters."""

LOOK = 0.25
"""Seconds between looks at what is at work."""

FIRST = 0.25
"""Seconds after which a step is worth a word; quicker ones are told when they ended."""

THEN = 3.0
"""Seconds between words about the same step."""

LINEAGE = timedelta(minutes=1)
"""Between lineage events that say only that a step goes on."""


@dataclass(slots=True)
class Meter:
    """How much of a delivery went by."""

    rows: int = 0


@dataclass(slots=True)
class _Working:
    run: Run
    step: Step
    due: datetime
    traced: datetime
    """When lineage heard of it last."""
    meter: Meter = field(default_factory=Meter)
    before: Sequence[Run] | None = None
    """Earlier runs of the same."""


class Pulse(Generic[T]):
    """What this process is working on; `beat` tells of it until cancelled."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[T],
        clock: Clock,
        listeners: Sequence[Listener[T]] = (),
        *,
        tracer: Tracer | None = None,
    ) -> None:
        self._tracer = tracer or Tracer(Knowledge(project))
        self._transactions = transactions
        self._clock = clock
        self._listeners = listeners
        self._working: dict[str, _Working] = {}

    @contextmanager
    def of(self, run: Run, step: Step) -> Iterator[None]:
        """For the block, a step is at work."""
        now = self._clock.now()
        mine = _Working(run, step, now + timedelta(seconds=FIRST), now)
        self._working[run.id] = mine
        try:
            yield
        finally:
            if self._working.get(run.id) is mine:
                del self._working[run.id]

    def metered(self, run: Run, delivery: Delivery) -> "Metered":
        """A delivery whose rows are counted while they go by."""
        working = self._working.get(run.id)
        return Metered(delivery, working.meter if working else Meter())

    async def beat(self) -> None:
        """Tell of every step that has been at work for a while."""
        while True:
            await self._clock.sleep(LOOK)
            for working in list(self._working.values()):
                if self._clock.now() >= working.due:
                    working.due = self._clock.now() + timedelta(seconds=THEN)
                    await self._try(working)

    async def _try(self, working: _Working) -> None:
        try:
            await self._say(working)
        except EngineError as error:
            logger.warning("run %s: no word of its progress: %s", working.run.id, error.message)
        except Exception as error:  # noqa: BLE001  # a word that can't be said must not stop the work
            logger.error("run %s: no word: broke with %s", working.run.id, place_of(error))  # noqa: TRY400  # a traceback may hold values of rows

    async def _say(self, working: _Working) -> None:
        """Store that the step is running; one that ended meanwhile had the last word."""
        async with self._transactions.begin() as tx:
            run = await tx.runs.held(working.run.id)
            if run is None or not _still(run, working):
                return
            if working.before is None:
                working.before = await _before(tx, run)
            if run.steps[working.step.index].status is StepStatus.QUEUED:
                run = await self._began(tx, run, working.step)
            elif self._clock.now() >= working.traced + LINEAGE:
                working.traced = self._clock.now()
                step = run.steps[working.step.index]
                await self._tracer.goes_on(tx, run, step, working.traced)
            habit = habit_of(run, working.step, working.before)
            pace = pace_of(working.meter, self._elapsed(working), habit)
            await tell(self._listeners, tx, RunChanged(run, pace))

    async def _began(self, tx: T, run: Run, step: Step) -> Run:
        change = StepChange(StepStatus.RUNNING, step.started_at or self._clock.now())
        run = advance(run, step.index, change)
        await tx.runs.save(run, [run.steps[step.index]])
        await self._tracer.step(tx, run, run.steps[step.index], change.at)
        return run

    def _elapsed(self, working: _Working) -> float:
        began = working.step.started_at
        return (self._clock.now() - began).total_seconds() if began else 0.0


def _still(run: Run, working: _Working) -> bool:
    step = run.steps[working.step.index]
    return run.attempt == working.run.attempt and not run.done and not step.done


async def _before(tx: RunTransaction, run: Run) -> tuple[Run, ...]:
    """The last runs that did the same, and did it well."""
    wanted = RunFilter(RunStatus.SUCCEEDED, run.pipeline, run.table)
    found = await tx.runs.latest(wanted, _LOOKED_AT)
    return tuple(each for each in found if _alike(each, run))[:BEFORE]


def _alike(past: Run, run: Run) -> bool:
    """Whether the same was asked for; that one of them was retried makes no difference."""
    asked = replace(past.parameters, taken_up=run.parameters.taken_up)
    return past.table == run.table and asked == run.parameters


@dataclass(frozen=True, slots=True)
class Habit:
    """What earlier runs of the same took, in seconds; None where one of the steps is new."""

    step: float | None = None
    left: float | None = None
    """For all steps that are not done."""
    runs: int = 0


def habit_of(run: Run, at_work: Step, before: Sequence[Run]) -> Habit:
    """The median of the step at work, and the sum of those of the steps not done."""
    usual = _medians(before)
    left = [usual.get(step.name) for step in run.steps if not step.done]
    known = [seconds for seconds in left if seconds is not None]
    whole = sum(known) if len(known) == len(left) else None
    return Habit(usual.get(at_work.name), whole, len(before))


def _medians(before: Sequence[Run]) -> Mapping[str, float]:
    took: dict[str, list[float]] = {}
    for step in (step for past in before for step in past.steps):
        if step.started_at and step.finished_at:
            seconds = (step.finished_at - step.started_at).total_seconds()
            took.setdefault(step.name, []).append(seconds)
    return {name: median(seconds) for name, seconds in took.items()}


def pace_of(meter: Meter, elapsed: float, habit: Habit) -> Pace:
    """Rows so far and a second, and the seconds left; what is late has no end that is known."""
    rows = meter.rows or None
    rate = meter.rows / elapsed if rows and elapsed > 0 else None
    if habit.step is not None and elapsed > habit.step:
        return Pace(rows, rate, exceeds=habit.step, runs=habit.runs)
    if habit.left is not None:
        return Pace(rows, rate, habit.left - elapsed, runs=habit.runs)
    return Pace(rows, rate)


class Metered:
    """A Delivery that counts what is read of it."""

    def __init__(self, delivery: Delivery, meter: Meter) -> None:
        self._delivery = delivery
        self._meter = meter
        self.name = delivery.name
        self.fingerprint = delivery.fingerprint
        self.headers = delivery.headers
        self.types = delivery.types
        self.format = delivery.format

    async def chunks(self) -> AsyncIterator[bytes]:
        """The delivery's chunks."""
        async for chunk in self._delivery.chunks():
            self._meter.rows += chunk.count(b"\n")
            yield chunk
