"""Takes a run through its steps; each step's state is committed with the data it describes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from engine.catalog.model import Project
from engine.clock import Clock
from engine.errors import EngineError
from engine.logs import place_of
from engine.runs.definitions import Definitions
from engine.runs.events import Listener, RunEvent, RunFinished, StepFinished, tell
from engine.runs.lineage import UNSEEN, Foreseen
from engine.runs.lineage_facts import Knowledge
from engine.runs.model import (
    Run,
    Step,
    StepChange,
    StepKind,
    StepReport,
    StepStatus,
    WentBy,
    advance,
    blocker,
    ended,
    next_step,
)
from engine.runs.ports import RunTransaction, StaleAttempt, Transactions
from engine.runs.pulse import Pulse
from engine.runs.retries import UNTIL_IT_WORKS, USUAL, Retries, with_retries
from engine.runs.steps.work import StepWork
from engine.runs.tracing import Tracer

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=RunTransaction)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a step and a run may take, in seconds, and how often a step is tried."""

    step_timeout: float = 3600.0
    run_timeout: float = 6 * 3600.0
    retries: Retries = USUAL


class Runner(Generic[T]):
    """Works one run at a time per call; several calls may work different runs at once."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[T],
        steps: Mapping[StepKind, StepWork],
        pulse: Pulse[T],
        clock: Clock,
        *,
        listeners: Sequence[Listener[T]] = (),
        limits: Limits = Limits(),
        tracer: Tracer | None = None,
        definitions: Definitions | None = None,
    ) -> None:
        self._upstream = {name: project.upstream_of(name) for name in project.datasets()}
        self._transactions = transactions
        self._steps = steps
        self._pulse = pulse
        self._clock = clock
        self.listeners = listeners
        self._limits = limits
        self.tracer = tracer or Tracer(Knowledge(project))
        self._definitions = definitions

    async def work(self, run: Run) -> Run:
        """Take a run that was begun from its first step not done to its end, and return it.

        Raises RunTooLong, StaleAttempt, and what the database raises when a state can't be stored.
        """
        limit = asyncio.timeout(self._limits.run_timeout)
        try:
            async with limit:
                while not run.done:
                    run = await self._next(run)
                await self._leave(run)
                return run
        except TimeoutError:
            if not limit.expired():
                raise
            raise self._too_long(run) from None

    async def _leave(self, run: Run) -> None:
        """Let in who waited; where this fails, whoever looks after left runs does it soon.

        Not with the last step: nobody could order a run while its data is being committed.
        """
        try:
            async with self._transactions.begin() as tx:
                await tx.queue.leave(run)
        except EngineError as error:
            logger.warning("run %s: who waited for it waits on: %s", run.id, error.message)

    def _too_long(self, run: Run) -> EngineError:
        message = f"{run.title} took longer than {self._limits.run_timeout:.0f} seconds."
        return EngineError(message, "Raise run_timeout, or run it for fewer tables at once.")

    async def _next(self, run: Run) -> Run:
        step = next_step(run)
        if step is None:
            return await self._stored(run)
        lost = blocker(run, step, self._upstream)
        if lost is not None:
            return await self._skip(run, step, lost)
        run = self._at_work(run, step)
        try:
            return await self._retried(run, step)
        except EngineError as error:
            return await self._fail(run, step, error.message, error.hint)
        except StaleAttempt:
            raise
        except Exception as error:  # noqa: BLE001  # the step boundary: a defect fails its step, not the bot
            return await self._fail_unexpectedly(run, step, error)

    def _at_work(self, run: Run, step: Step) -> Run:
        if step.status is StepStatus.RUNNING:
            return run
        return advance(run, step.index, StepChange(StepStatus.RUNNING, self._clock.now()))

    async def _retried(self, run: Run, step: Step) -> Run:
        """Work a step, again and again where what failed can pass; the last failure is its own."""

        def note(error: EngineError, attempt: int) -> None:
            logger.warning("run %s: %s, try %d: %s", run.id, step.name, attempt, error.message)

        work = self._once(run, (step.index,), lambda: self._in_time(run, step), look=False)
        return await with_retries(work, self._limits.retries, self._clock, note)

    def _once(
        self, run: Run, changes: Sequence[int], work: Callable[[], Awaitable[Run]], *, look: bool
    ) -> Callable[[], Awaitable[Run]]:
        """The work, done only where its steps did not end already.

        A commit whose answer was lost with the connection is a commit all the same. The first time
        nobody needs to look, unless the same was tried before.
        """

        async def tried() -> Run:
            nonlocal look
            now, look = (await self._read_again(run) if look else run), True
            return now if now.done or any(now.steps[i].done for i in changes) else await work()

        return tried

    async def _read_again(self, run: Run) -> Run:
        """The run as it is stored, as soon as the database tells: waiting for that is not a try."""

        async def read() -> Run | None:
            async with self._transactions.begin() as tx:
                return await tx.runs.get(run.id)

        def note(error: EngineError, attempt: int) -> None:
            logger.warning("run %s: how far it is, try %d: %s", run.id, attempt, error.message)

        now = await with_retries(read, UNTIL_IT_WORKS, self._clock, note)
        if now is None or now.attempt != run.attempt:
            raise StaleAttempt(run.id)
        return now

    async def _in_time(self, run: Run, step: Step) -> Run:
        limit = asyncio.timeout(self._limits.step_timeout)
        try:
            async with limit:
                return await self._perform(run, step)
        except TimeoutError:
            if not limit.expired():
                raise
            message = f"{step.name} took longer than {self._limits.step_timeout:.0f} seconds."
            raise EngineError(message, "Raise step_timeout, or look at the SQL.") from None

    async def _perform(self, run: Run, step: Step) -> Run:
        with self._pulse.of(run, run.steps[step.index]):
            went_by = await self._went_by(step)
            act = await self._steps[step.kind].prepare(run, step)
            async with self._transactions.begin(run.id) as tx:
                foreseen = await self.tracer.foresee(tx, step)
                report = replace(await act(tx), went_by=went_by)
                held = report.holds_back
                status = StepStatus.SUCCEEDED if held is None else StepStatus.FAILED
                change = StepChange(status, self._clock.now(), report, held)
                run = advance(run, step.index, change)
                return await self._commit(tx, run, step.index, foreseen=foreseen)

    async def _commit(self, tx: T, run: Run, *changed: int, foreseen: Foreseen = UNSEEN) -> Run:
        """Store steps that ended, what they tell, and the end of the run if they were the last."""
        run = run if next_step(run) else ended(run, self._clock.now())
        steps = [run.steps[index] for index in changed]
        await tx.runs.save(run, steps)
        for step in steps:
            await self.tracer.step(tx, run, step, self._clock.now(), foreseen)
            await self._tell(tx, StepFinished(run, step))
        if run.done:
            await self.tracer.ended(tx, run, self._clock.now())
            await self._tell(tx, RunFinished(run))
        return run

    async def _stored(self, run: Run, *changed: int) -> Run:
        """Commit states that came without data, as soon as the database takes them."""

        async def store() -> Run:
            async with self._transactions.begin() as tx:
                return await self._commit(tx, run, *changed)

        def note(error: EngineError, attempt: int) -> None:
            logger.warning("run %s: its state, try %d: %s", run.id, attempt, error.message)

        work = self._once(run, changed, store, look=True)
        return await with_retries(work, UNTIL_IT_WORKS, self._clock, note)

    async def _skip(self, run: Run, step: Step, lost: Step) -> Run:
        """Skip a step, and with it those that follow for the same reason."""
        skipped: list[int] = []
        following: Step | None = step
        while following is not None and blocker(run, following, self._upstream) == lost:
            reason = f"{lost.name} did not succeed"
            change = StepChange(StepStatus.SKIPPED, self._clock.now(), error=reason)
            run = advance(run, following.index, change)
            skipped.append(following.index)
            following = next_step(run)
        return await self._stored(run, *skipped)

    async def _fail(self, run: Run, step: Step, error: str, hint: str) -> Run:
        report = StepReport(went_by=await self._went_by(step))
        change = StepChange(StepStatus.FAILED, self._clock.now(), report, error, hint)
        return await self._stored(advance(run, step.index, change), step.index)

    async def _fail_unexpectedly(self, run: Run, step: Step, error: Exception) -> Run:
        logger.error(
            "run %s: %s broke with %s", run.id, step.name, place_of(error), extra={"run_id": run.id}
        )
        message = f"{step.name} broke because of a defect in Atlas."
        return await self._fail(
            run, step, message, f"The log names the place; search it for {run.id}."
        )

    async def _went_by(self, step: Step) -> WentBy:
        return await self._definitions.of(step) if self._definitions else WentBy()

    async def _tell(self, tx: T, event: RunEvent) -> None:
        await tell(self.listeners, tx, event)
