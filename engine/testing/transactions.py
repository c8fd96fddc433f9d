"""Transactions in memory: they work on a copy that takes the place of the state at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from engine.alerts.model import Post
from engine.catalog.model import DatasetName
from engine.clock import Clock
from engine.findings.model import Finding
from engine.lineage.model import LineageEvent
from engine.quality.model import Verdict
from engine.runs.model import Run, RunStatus, Step
from engine.runs.ports import RunFilter, StaleAttempt
from engine.testing.clock import turn
from engine.testing.faults import Faults
from engine.testing.state import KeptPost, MemoryState
from engine.testing.warehouse import MemoryWarehouse


class MemoryRunStore:
    """Runs and steps; as in a table, `save` writes the run and only the steps it is given."""

    def __init__(self, state: MemoryState, faults: Faults, alive: set[str]) -> None:
        self._state = state
        self._faults = faults
        self._alive = alive

    async def add(self, run: Run, worker: str) -> None:
        """Store a new run."""
        self._faults.reach("add", run.id)
        self._state.runs[run.id] = run
        self._state.workers[run.id] = worker

    async def save(self, run: Run, steps: Sequence[Step] = ()) -> None:
        """Store the run's state and those of its steps; raises StaleAttempt."""
        self._faults.reach("save", run.id)
        before = self._state.runs.get(run.id)
        if before is None or before.attempt != run.attempt:
            raise StaleAttempt(run.id)
        changed = {step.index: step for step in steps}
        kept = tuple(changed.get(step.index, step) for step in before.steps)
        self._state.runs[run.id] = replace(run, steps=kept)

    async def get(self, run_id: str) -> Run | None:
        """The run of that id."""
        self._faults.reach("get", run_id)
        return self._state.runs.get(run_id)

    async def latest(self, wanted: RunFilter, limit: int) -> tuple[Run, ...]:
        """The newest runs that fit, newest first."""
        self._faults.reach("latest")
        fitting = [run for run in self._state.runs.values() if _fits(run, wanted)]
        fitting.sort(key=lambda run: run.requested_at, reverse=True)
        return tuple(fitting[:limit])

    async def unfinished_of_dead_workers(self) -> tuple[Run, ...]:
        """The runs whose worker is not among the living."""
        return tuple(run for run, worker in self._unfinished() if worker not in self._alive)

    async def adopt(self, run_id: str, worker: str) -> bool:
        """Give a run of a dead worker to this one."""
        left = {run.id for run in await self.unfinished_of_dead_workers()}
        if run_id in left:
            self._state.workers[run_id] = worker
            run = self._state.runs[run_id]
            begun = run.status is RunStatus.RUNNING
            self._state.runs[run_id] = replace(run, attempt=run.attempt + begun)
        return run_id in left

    async def unfinished_of(self, worker: str) -> tuple[Run, ...]:
        """The runs of one worker that are not done."""
        return tuple(run for run, its in self._unfinished() if its == worker)

    def _unfinished(self) -> list[tuple[Run, str]]:
        runs = self._state.runs.values()
        return [(run, self._state.workers[run.id]) for run in runs if not run.done]


def _fits(run: Run, wanted: RunFilter) -> bool:
    return (
        wanted.status in {None, run.status}
        and wanted.pipeline in {None, run.pipeline}
        and wanted.table in {None, run.table}
        and (wanted.since is None or run.requested_at >= wanted.since)
        and (wanted.until is None or run.requested_at < wanted.until)
    )


class MemoryLineageLog:
    """Lineage events in the order in which they were written."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def append(self, event: LineageEvent) -> None:
        """Keep one event."""
        self._state.lineage.append(event)


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
        self._state.posts[post.key] = (
            KeptPost(post, now)
            if before is None
            else replace(before, post=post, revision=before.revision + 1, due_at=now)
        )

    async def note(self, key: str, change: Callable[[KeptPost], KeptPost]) -> None:
        """Change what is known of a post's delivery."""
        self._state.posts[key] = change(self._state.posts[key])


@dataclass(slots=True)
class MemoryTransaction:
    """State and data that are committed together; `committed` tells whether they were."""

    runs: MemoryRunStore
    warehouse: MemoryWarehouse
    lineage: MemoryLineageLog
    verdicts: MemoryVerdictLog
    findings: MemoryFindingLog
    outbox: MemoryOutbox
    committed: bool = False


class MemoryTransactions:
    """Begins transactions, one after the other: a second one waits for the first to end."""

    def __init__(self, clock: Clock) -> None:
        self.state = MemoryState()
        self.faults = Faults()
        self.alive: set[str] = set()
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[MemoryTransaction]:
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
            finally:
                self._holder = None

    def _opened(self, state: MemoryState) -> MemoryTransaction:
        return MemoryTransaction(
            runs=MemoryRunStore(state, self.faults, self.alive),
            warehouse=MemoryWarehouse(state, self.faults),
            lineage=MemoryLineageLog(state),
            verdicts=MemoryVerdictLog(state),
            findings=MemoryFindingLog(state),
            outbox=MemoryOutbox(state, self._clock),
        )
