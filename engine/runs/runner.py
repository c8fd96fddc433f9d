"""Takes a run through its steps; each step's state is committed with the data it describes."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.catalog.model import DatasetName, Project
from engine.clock import Clock
from engine.errors import EngineError
from engine.lineage.model import EventType
from engine.runs.events import Listener, RunChanged, RunEvent, RunFinished, StepFinished
from engine.runs.lineage import lineage_event
from engine.runs.model import (
    Run,
    Step,
    StepChange,
    StepKind,
    StepReport,
    StepStatus,
    advance,
    blocker,
    ended,
    failed,
    next_step,
    started,
)
from engine.runs.ports import DatasetLocks, RunTransaction, StaleAttempt, Transactions
from engine.runs.steps.work import StepWork

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=RunTransaction)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a step may take, in seconds."""

    step_timeout: float = 3600.0


class Runner(Generic[T]):
    """Works one run at a time per call; several calls may work different runs at once."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[T],
        steps: Mapping[StepKind, StepWork],
        locks: DatasetLocks,
        clock: Clock,
        *,
        listeners: Sequence[Listener[T]] = (),
        limits: Limits = Limits(),
    ) -> None:
        self._upstream = {name: project.upstream_of(name) for name in project.datasets()}
        self._transactions = transactions
        self._steps = steps
        self._locks = locks
        self._clock = clock
        self._listeners = listeners
        self._limits = limits

    async def submit(self, run: Run, worker: str) -> None:
        """Store a run as queued; from here on it is not lost."""
        async with self._transactions.begin() as tx:
            await tx.runs.add(run, worker)
            await self._tell(tx, RunChanged(run))

    async def work(self, run: Run) -> Run:
        """Take a queued run to its end, and return it as it ended."""
        try:
            async with self._locks.hold(run.targets()):
                run = await self._begin(run)
                while (step := next_step(run)) is not None:
                    run = await self._step(run, step)
                return await self._finish(ended(run, self._clock.now()))
        except EngineError as error:
            return await self.abandon(run, error.message, error.hint)

    async def abandon(self, run: Run, error: str, hint: str = "") -> Run:
        """End a run that can't go on, and drop what it had staged."""
        run = failed(run, self._clock.now(), error, hint)
        async with self._transactions.begin() as tx:
            await tx.runs.save(run, run.steps)
            await self._tell(tx, RunFinished(run))
        for dataset in run.targets():
            await self._discard(run, dataset)
        return run

    async def _discard(self, run: Run, dataset: DatasetName) -> None:
        """Drop a staged table; one that somebody holds stays behind, and the log names it."""
        try:
            async with self._transactions.begin() as tx:
                await tx.warehouse.discard(run, dataset)
        except EngineError as error:
            logger.warning("run %s: the staged %s is left: %s", run.id, dataset, error.message)

    async def _begin(self, run: Run) -> Run:
        run = started(run, self._clock.now())
        async with self._transactions.begin() as tx:
            await tx.runs.save(run)
            await self._tell(tx, RunChanged(run))
        return run

    async def _finish(self, run: Run) -> Run:
        async with self._transactions.begin() as tx:
            await tx.runs.save(run)
            await self._tell(tx, RunFinished(run))
        return run

    async def _step(self, run: Run, step: Step) -> Run:
        lost = blocker(run, step, self._upstream)
        if lost is not None:
            return await self._skip(run, step, lost)
        run = await self._mark_running(run, step)
        try:
            async with asyncio.timeout(self._limits.step_timeout):
                run = await self._perform(run, step)
        except EngineError as error:
            run = await self._fail(run, step, error.message, error.hint)
        except TimeoutError:
            limit = f"{step.name} took longer than {self._limits.step_timeout:.0f} seconds."
            run = await self._fail(run, step, limit, "Raise step_timeout, or look at the SQL.")
        except StaleAttempt:
            raise
        except Exception as error:  # noqa: BLE001  # the step boundary: a defect fails its step, not the bot
            run = await self._fail_unexpectedly(run, step, error)
        if run.steps[step.index].status is StepStatus.FAILED:
            # outside the step's limits: its end is committed, and must not be told a second time
            await self._discard(run, step.dataset)
        return run

    async def _perform(self, run: Run, step: Step) -> Run:
        act = await self._steps[step.kind].prepare(run, step)
        async with self._transactions.begin() as tx:
            report = await act(tx)
            held = report.holds_back
            status = StepStatus.SUCCEEDED if held is None else StepStatus.FAILED
            run = advance(run, step.index, StepChange(status, self._clock.now(), report, held))
            await self._commit(tx, run, run.steps[step.index])
        return run

    async def _commit(self, tx: T, run: Run, step: Step) -> None:
        await tx.runs.save(run, (step,))
        event = lineage_event(run, step, self._upstream.get(step.dataset, ()), self._clock.now())
        if event is not None:
            fields = await tx.warehouse.columns(step.dataset) if _completes(event.type) else ()
            await tx.lineage.append(event.with_schema(fields))
        await self._tell(tx, StepFinished(run, step))
        await self._tell(tx, RunChanged(run))

    async def _mark_running(self, run: Run, step: Step) -> Run:
        now = self._clock.now()
        run = advance(run, step.index, StepChange(StepStatus.RUNNING, now))
        step = run.steps[step.index]
        async with self._transactions.begin() as tx:
            await tx.runs.save(run, (step,))
            event = lineage_event(run, step, self._upstream.get(step.dataset, ()), now)
            if event is not None:
                await tx.lineage.append(event)
            await self._tell(tx, RunChanged(run))
        return run

    async def _skip(self, run: Run, step: Step, lost: Step) -> Run:
        reason = f"{lost.name} did not succeed"
        change = StepChange(StepStatus.SKIPPED, self._clock.now(), error=reason)
        run = advance(run, step.index, change)
        async with self._transactions.begin() as tx:
            await tx.runs.save(run, (run.steps[step.index],))
        return run

    async def _fail(self, run: Run, step: Step, error: str, hint: str) -> Run:
        change = StepChange(StepStatus.FAILED, self._clock.now(), StepReport(), error, hint)
        run = advance(run, step.index, change)
        async with self._transactions.begin() as tx:
            await self._commit(tx, run, run.steps[step.index])
        return run

    async def _fail_unexpectedly(self, run: Run, step: Step, error: Exception) -> Run:
        logger.error(
            "run %s: %s broke with %s", run.id, step.name, place_of(error), extra={"run_id": run.id}
        )
        message = f"{step.name} broke because of a defect in Atlas."
        return await self._fail(
            run, step, message, f"The log names the place; search it for {run.id}."
        )

    async def _tell(self, tx: T, event: RunEvent) -> None:
        for listener in self._listeners:
            await listener(tx, event)


def _completes(event: EventType) -> bool:
    return event is EventType.COMPLETE


def place_of(error: BaseException) -> str:
    """Where an exception came from, without its text: the text may hold values of rows."""
    frames: list[str] = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return f"{type(error).__name__} at {' → '.join(frames[-4:])}"
