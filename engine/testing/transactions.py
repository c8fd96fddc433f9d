"""Transactions in memory: they work on a copy that takes the place of the state at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.alerts.model import Post
from engine.catalog.model import DatasetName
from engine.clock import Clock
from engine.findings.model import Finding
from engine.lineage.model import EventType, LineageEvent
from engine.quality.model import Verdict
from engine.runs.line import Waiting, first_in_line, place
from engine.runs.model import Run, RunStatus, Step
from engine.runs.ports import RunCursor, RunFilter, StaleAttempt
from engine.testing.audit import MemoryAudit
from engine.testing.backfills import MemoryBackfillStore
from engine.testing.clock import turn
from engine.testing.faults import Faults
from engine.testing.incidents import MemoryIncidents
from engine.testing.metrics import MemoryMetricStore
from engine.testing.routing import MemoryRouting
from engine.testing.schedules import MemoryScheduleStore
from engine.testing.state import KeptPost, MemoryState, Ticket
from engine.testing.warehouse import MemoryWarehouse


class MemoryRunStore:
    """Runs and steps; as in a table, `save` writes the run and only the steps it is given."""

    def __init__(self, state: MemoryState, faults: Faults) -> None:
        self._state = state
        self._faults = faults

    async def add(self, run: Run) -> int:
        """Store a new run; how many wait already."""
        self._faults.reach("add", run.id)
        waiting = [each for each in self._state.runs.values() if each.status is RunStatus.QUEUED]
        self._state.runs[run.id] = run
        return len(waiting)

    async def save(self, run: Run, steps: Sequence[Step] = ()) -> None:
        """Store the run's state and those of its steps; raises StaleAttempt."""
        self._faults.reach("save", run.id)
        before = self._state.runs.get(run.id)
        if before is None or before.attempt != run.attempt:
            raise StaleAttempt(run.id)
        changed = {step.index: step for step in steps}
        kept = tuple(changed.get(step.index, step) for step in before.steps)
        self._state.runs[run.id] = replace(
            before,
            steps=kept,
            status=run.status,
            started_at=run.started_at,
            finished_at=run.finished_at,
            error=run.error,
            hint=run.hint,
        )

    async def wish_stopped(self, run: Run, by: str) -> None:
        """Note who wants the run stopped."""
        self._state.runs[run.id] = replace(self._state.runs[run.id], cancelled_by=by)

    async def move(self, run: Run, attempt: int) -> None:
        """Store all of a run where it still has that attempt; raises StaleAttempt."""
        self._faults.reach("move", run.id)
        before = self._state.runs.get(run.id)
        if before is None or before.attempt != attempt:
            raise StaleAttempt(run.id)
        self._state.runs[run.id] = run

    async def get(self, run_id: str) -> Run | None:
        """The run of that id."""
        self._faults.reach("get", run_id)
        return self._state.runs.get(run_id)

    async def held(self, run_id: str) -> Run | None:
        """The run of that id: nobody else changes anything before the transaction ends."""
        return await self.get(run_id)

    async def with_key(self, key: str) -> Run | None:
        """The run that was asked for with that key."""
        return next((run for run in self._state.runs.values() if run.key == key), None)

    async def latest(self, wanted: RunFilter, limit: int) -> tuple[Run, ...]:
        """The newest runs that fit, newest first."""
        self._faults.reach("latest")
        return await self.page(wanted, None, limit)

    async def page(self, wanted: RunFilter, after: RunCursor | None, limit: int) -> tuple[Run, ...]:
        """The same, from a place on."""
        fitting = [run for run in self._state.runs.values() if _fits(run, wanted)]
        if after is not None:
            fitting = [run for run in fitting if _place(run) < (after.requested_at, after.run_id)]
        return tuple(sorted(fitting, key=_place, reverse=True)[:limit])


class MemoryRunQueue:
    """The line of runs; `tickets` holds who may go, `drawn` which worker has which of them."""

    def __init__(self, state: MemoryState, alive: set[str]) -> None:
        self._state = state
        self._alive = alive

    async def join(self, run: Run) -> None:
        """Put a run in line."""
        self._state.tickets.pop(run.id, None)
        await self.let_in()

    async def leave(self, run: Run) -> None:
        """Take a run out of the line."""
        self._state.tickets.pop(run.id, None)
        await self.let_in()

    async def let_in(self) -> bool:
        """Give tickets to the first in line, unless another process is said to be at it."""
        if self._state.line_held:
            return False
        waiting = [run for run in self._waiting() if run.id not in self._state.tickets]
        gone = [self._state.runs[run_id] for run_id in self._state.tickets]
        taken = {target for run in gone if not run.done for target in _targets(run)}
        for run_id in first_in_line([Waiting(run.id, _targets(run)) for run in waiting], taken):
            await self.again(self._state.runs[run_id])
        return True

    async def again(self, run: Run) -> None:
        """Give a new ticket."""
        self._state.last_ticket += 1
        self._state.tickets[run.id] = Ticket(self._state.last_ticket)

    async def claim(self, run_id: str, ticket: int, worker: str) -> Run | None:
        """Draw a ticket."""
        run, known = self._state.runs.get(run_id), self._state.tickets.get(run_id)
        if run is None or run.done or known is None or known.number != ticket:
            return None
        self._state.workers[run_id] = worker
        self._state.tickets[run_id] = replace(known, worker=worker)
        return run

    async def ahead(self, run: Run) -> Run | None:
        """The first of those that keep the run from going."""
        return None if run.id in self._state.tickets else next(self._before(run), None)

    async def interrupt(self, run: Run) -> None:
        """Note that the run is to be stopped."""
        self._state.interrupted.append(run.id)

    async def silent_workers(self, silent: float) -> frozenset[str]:  # noqa: ARG002  # who is not alive is silent
        """The workers of drawn tickets that are not among the living."""
        drawn = {ticket.worker for ticket in self._state.tickets.values() if ticket.worker}
        return frozenset(drawn - self._alive)

    async def left_behind(self, silent: float) -> tuple[Run, ...]:  # noqa: ARG002  # who is not alive is silent
        """The runs whose ticket was drawn by a worker that is not among the living."""
        drawn = {run_id: ticket.worker for run_id, ticket in self._state.tickets.items()}
        runs = [self._state.runs[run_id] for run_id, worker in drawn.items() if worker]
        return tuple(run for run in runs if drawn[run.id] not in self._alive and not run.done)

    async def drop_void(self, silent: float) -> None:
        """Nothing: a ticket of this queue is part of its run."""

    def _waiting(self) -> list[Run]:
        waiting = [r for r in self._state.runs.values() if r.status is RunStatus.QUEUED]
        return sorted(waiting, key=place)

    def _before(self, run: Run) -> Iterator[Run]:
        ahead = [self._state.runs[run_id] for run_id in self._state.tickets]
        ahead += self._waiting()[: self._waiting().index(run)]
        for each in ahead:
            if each.id != run.id and not each.done and set(run.targets()) & set(each.targets()):
                yield each


def _place(run: Run) -> tuple[datetime, str]:
    return run.requested_at, run.id


def _targets(run: Run) -> list[str]:
    return [str(target) for target in run.targets()]


def _tables(run: Run) -> set[str]:
    return {step.dataset.table for step in run.steps}


def _fits(run: Run, wanted: RunFilter) -> bool:
    return (
        wanted.status in {None, run.status}
        and (not wanted.statuses or run.status in wanted.statuses)
        and wanted.pipeline in {None, run.pipeline}
        and (wanted.table in {None, run.table} or wanted.table in _tables(run))
        and (wanted.since is None or run.requested_at >= wanted.since)
        and (wanted.until is None or run.requested_at < wanted.until)
    )


class MemoryLineageLog:
    """Lineage events in the order in which they were written."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def append(self, *events: LineageEvent) -> None:
        """Keep events in their order, each once but for those that say that something goes on."""
        for event in events:
            if event.type is EventType.RUNNING or not self._is_told(event):
                self._state.lineage.append(event)

    def _is_told(self, event: LineageEvent) -> bool:
        told = ((e.openlineage_run, e.type) for e in self._state.lineage)
        return (event.openlineage_run, event.type) in told


class MemoryVerdictLog:
    """The verdicts of each run and dataset."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def record(
        self,
        run: Run,
        dataset: DatasetName,
        verdicts: Sequence[Verdict],
        at: datetime,  # noqa: ARG002  # the port's; a fake has no history
    ) -> None:
        """Keep the verdicts."""
        self._state.verdicts[run.id, dataset] = tuple(verdicts)


class MemoryFindingLog:
    """Findings in the order in which they were noticed."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def record(
        self,
        finding: Finding,
        at: datetime,  # noqa: ARG002  # as above
    ) -> bool:
        """Keep a finding; whether its fingerprint is new."""
        known = {each.fingerprint for each in self._state.findings}
        self._state.findings.append(finding)
        return finding.fingerprint not in known


class MemoryOutbox:
    """Posts by key; a post with a known key is a newer revision of the earlier one."""

    def __init__(self, state: MemoryState, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def put(self, post: Post) -> None:
        """Keep a post, or the newer form of one."""
        now, before = self._clock.now(), self._state.posts.get(post.key)
        due = max(now, post.not_before or now)
        self._state.posts[post.key] = (
            KeptPost(post, due, tried=post.tried)
            if before is None
            else replace(
                before,
                post=post,
                revision=before.revision + 1,
                due_at=due,
                attempts=0 if before.dead or due > now else before.attempts,
                dead=False,
            )
        )

    async def note(self, key: str, change: Callable[[KeptPost], KeptPost]) -> None:
        """Change what is known of a post's delivery."""
        self._state.posts[key] = change(self._state.posts[key])


@dataclass(slots=True)
class MemoryTransaction:
    """State and data that are committed together; `committed` tells whether they were."""

    runs: MemoryRunStore
    queue: MemoryRunQueue
    warehouse: MemoryWarehouse
    lineage: MemoryLineageLog
    verdicts: MemoryVerdictLog
    metrics: MemoryMetricStore
    findings: MemoryFindingLog
    outbox: MemoryOutbox
    schedules: MemoryScheduleStore
    backfills: MemoryBackfillStore
    incidents: MemoryIncidents
    routing: MemoryRouting
    audit: MemoryAudit
    committed: bool = False
    acts: list[Callable[[], None]] = field(default_factory=list)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do that once this is committed, and never if it is not."""
        self.acts.append(act)


class MemoryTransactions:
    """Begins transactions, one after the other: a second one waits for the first to end."""

    def __init__(self, clock: Clock) -> None:
        self.state = MemoryState()
        self.faults = Faults()
        self.alive: set[str] = set()
        self.audit = MemoryAudit()
        self.routing = MemoryRouting()
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def begin(self, run_id: str | None = None) -> AsyncIterator[MemoryTransaction]:  # noqa: ARG002  # sessions have no names here
        """Committed at the end of the block, rolled back when it raises or is cancelled."""
        if self._holder is not None and self._holder is asyncio.current_task():
            message = "this task has a transaction open already: on PostgreSQL it would need two"
            raise RuntimeError(message)
        async with self._one_at_a_time:
            self._holder = asyncio.current_task()
            try:
                self.faults.reach("begin")
                await turn()
                state = self.state.copy()
                opened = self._opened(state)
                yield opened
                await turn()
                self.faults.reach("commit")
                self.state = state
                opened.committed = True
                self.faults.reach("answer")  # it was committed, and nobody hears of it
            finally:
                self._holder = None
        for act in opened.acts:
            act()

    def _opened(self, state: MemoryState) -> MemoryTransaction:
        return MemoryTransaction(
            runs=MemoryRunStore(state, self.faults),
            queue=MemoryRunQueue(state, self.alive),
            warehouse=MemoryWarehouse(state, self.faults),
            lineage=MemoryLineageLog(state),
            verdicts=MemoryVerdictLog(state),
            metrics=MemoryMetricStore(state),
            findings=MemoryFindingLog(state),
            outbox=MemoryOutbox(state, self._clock),
            schedules=MemoryScheduleStore(state),
            backfills=MemoryBackfillStore(state),
            incidents=MemoryIncidents(state.incidents),
            routing=self.routing,
            audit=self.audit,
        )
