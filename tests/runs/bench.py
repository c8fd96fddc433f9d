"""What the machine works on, and the workers that it drives."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from engine.errors import DatabaseUnreachable
from engine.runs.events import RunEvent, RunFinished, StepFinished
from engine.runs.model import Run, Step, StepStatus
from engine.runs.ports import RunTransaction, Sessions, Transactions
from engine.runs.steps.work import Act, StepWork
from engine.runs.worker import RunWorker


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was told in a transaction that was committed: `begun`, `ended`, or a step."""

    run_id: str
    attempt: int
    what: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A ticket in the hands of a worker."""

    run_id: str
    ticket: int
    worker: str


class Bench(Protocol):
    """What the machine works on: a database, or what stands for it."""

    @property
    def transactions(self) -> Transactions[RunTransaction]:
        """Everything that is committed."""
        ...

    @property
    def sessions(self) -> Sessions:
        """What works in the warehouse."""
        ...

    async def hear(self, tx: RunTransaction, event: RunEvent) -> None:
        """Note, in its transaction, what is told."""
        ...

    async def told(self) -> Sequence[Told]:
        """What was told, in the order of the commits."""
        ...

    async def runs(self) -> Sequence[Run]:
        """All runs."""
        ...

    async def tickets(self) -> Mapping[str, int]:
        """The tickets of the runs that have one."""
        ...

    async def published(self) -> Mapping[str, str]:
        """Which run's rows each dataset holds."""
        ...

    async def staged(self) -> Sequence[str]:
        """The ids of the runs that keep staged tables."""
        ...

    async def hire(self, worker: str) -> None:
        """Somebody new is heard of."""
        ...

    async def lose(self, worker: str) -> None:
        """Somebody is not heard of any more."""
        ...

    async def draw(self, worker: str) -> Drawn | None:
        """The next ticket, as the queue gives it out."""
        ...

    async def finish(self, drawn: Drawn) -> None:
        """A worker is through with a ticket, whatever became of the run."""
        ...

    async def close(self) -> None:
        """The end."""
        ...


def told_by(event: RunEvent) -> Told | None:
    """What an event is to the machine."""
    run = event.run
    if isinstance(event, StepFinished):
        ran = event.step.status in {StepStatus.SUCCEEDED, StepStatus.FAILED}
        return Told(run.id, run.attempt, event.step.name) if ran else None
    return Told(run.id, run.attempt, "ended" if isinstance(event, RunFinished) else "begun")


class Dead(Exception):  # what stands where a process is no more
    """Nobody does anything any more."""


class Mortal:
    """The transactions and sessions of one worker: it may die, or not hear of its commit."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.dead = False
        self.deaf = 0

    @asynccontextmanager
    async def _begun(self, run_id: str | None) -> AsyncIterator[RunTransaction]:
        self._live()
        async with self._bench.transactions.begin(run_id) as tx:
            yield tx
            self._live()
        if self.deaf:
            self.deaf -= 1
            raise DatabaseUnreachable("The connection was lost at the commit.")

    def begin(self, run_id: str | None = None) -> AbstractAsyncContextManager[RunTransaction]:
        """One that ends with the worker."""
        return self._begun(run_id)

    async def end(self, run_id: str) -> None:
        """End those of a run."""
        self._live()
        await self._bench.sessions.end(run_id)

    async def end_worker(self, worker: str) -> None:
        """End those of a worker."""
        self._live()
        await self._bench.sessions.end_worker(worker)

    def _live(self) -> None:
        if self.dead:
            raise Dead


class Turnstile:
    """Where each step of a worker waits until the machine lets it, with or without a failure."""

    def __init__(self, inner: StepWork, waiting: "dict[str, asyncio.Future[None]]") -> None:
        self._inner = inner
        self._waiting = waiting

    async def prepare(self, run: Run, step: Step) -> Act:
        """Wait, then do what is to be done."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[run.id] = mine
        try:
            await mine
        finally:
            if self._waiting.get(run.id) is mine:
                del self._waiting[run.id]
        return await self._inner.prepare(run, step)


@dataclass(slots=True)
class Job:
    """A ticket at work."""

    drawn: Drawn
    task: "asyncio.Task[None]"


@dataclass(slots=True)
class Hand:
    """A worker: how it is, and what it has at work."""

    name: str
    mortal: Mortal
    worker: RunWorker[RunTransaction]
    waiting: "dict[str, asyncio.Future[None]]"
    asleep: bool = False
    jobs: list[Job] = field(default_factory=list)
