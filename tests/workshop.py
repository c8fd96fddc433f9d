"""The engine's own parts on the in-memory fakes: what bootstrap wires, without the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.alerts.announcer import Announcer
from engine.catalog.model import Project
from engine.commands import Command
from engine.dispatch import Dispatcher
from engine.outcome import Outcome, Request
from engine.people import People, Role
from engine.runs.desk import RunDesk
from engine.runs.events import RunEvent, RunFinished, StepFinished
from engine.runs.model import Run, Step, StepKind
from engine.runs.plan import plan
from engine.runs.ports import DatasetLocks
from engine.runs.runner import Limits, Runner
from engine.runs.steps.build import Build
from engine.runs.steps.check import Check
from engine.runs.steps.ingest import Ingest
from engine.runs.steps.publish import Publish
from engine.runs.steps.refine import Refine
from engine.runs.steps.scan import Scan
from engine.runs.steps.work import StepWork
from engine.testing.clock import FakeClock
from engine.testing.fixed import FixedDetector, FixedQuality, FixedQuarantine
from engine.testing.locks import MemoryLocks
from engine.testing.state import MemoryState
from engine.testing.transactions import MemoryTransaction, MemoryTransactions
from engine.testing.warehouse import FixedDeliveries, FixedDelivery
from tests.builders import RUN_ID, a_project, a_run, an_asker

WORKER = "worker of this test"


@dataclass(slots=True)
class Listening:
    """Hears what the runner tells; only what was committed counts as told."""

    heard: list[tuple[MemoryTransaction, RunEvent]] = field(default_factory=list)

    async def hear(self, tx: MemoryTransaction, event: RunEvent) -> None:
        """A listener for the runner."""
        self.heard.append((tx, event))

    def finished(self, run_id: str) -> list[Run]:
        """The runs of that id that were told to have ended."""
        events = [event for tx, event in self.heard if tx.committed]
        return [e.run for e in events if isinstance(e, RunFinished) and e.run.id == run_id]

    def steps(self, run_id: str) -> list[Step]:
        """The steps of a run that were told to have ended."""
        events = [event for tx, event in self.heard if tx.committed]
        return [e.step for e in events if isinstance(e, StepFinished) and e.run.id == run_id]


class Workshop:
    """A project with all that works on it, in memory."""

    def __init__(
        self,
        project: Project | None = None,
        *,
        deliveries: Mapping[str, Sequence[FixedDelivery]] | None = None,
        steps: Mapping[StepKind, StepWork] | None = None,
        step_timeout: float = 60.0,
        locks: DatasetLocks | None = None,
        waiting: int = 100,
    ) -> None:
        self.project = project or a_project()
        self.clock = FakeClock()
        self.transactions = MemoryTransactions(self.clock)
        self.transactions.alive.add(WORKER)
        self.quality = FixedQuality()
        self.detector = FixedDetector()
        self.quarantine = FixedQuarantine()
        self.people = People({"web:maria": Role.ADMIN, "web:olga": Role.OPERATOR})
        self.listening = Listening()
        self.runner: Runner[MemoryTransaction] = Runner(
            self.project,
            self.transactions,
            {**self._steps(deliveries), **(steps or {})},
            locks or MemoryLocks(),
            self.clock,
            listeners=(Announcer(self.project, "web", self.clock).hear, self.listening.hear),
            limits=Limits(step_timeout),
        )
        self.desk: RunDesk[MemoryTransaction] = RunDesk(
            self.runner, self.transactions, self.clock, worker=WORKER, at_once=2, waiting=waiting
        )

    def _steps(
        self, deliveries: Mapping[str, Sequence[FixedDelivery]] | None
    ) -> dict[StepKind, StepWork]:
        project, transactions = self.project, self.transactions
        arrived = FixedDeliveries(deliveries if deliveries is not None else one_each(project))
        return {
            StepKind.INGEST: Ingest(project, transactions, arrived),
            StepKind.REFINE: Refine(project, transactions, self.detector),
            StepKind.BUILD: Build(project),
            StepKind.CHECK: Check(project, self.quality, self.clock),
            StepKind.PUBLISH: Publish(),
            StepKind.SCAN: Scan(project, transactions, self.detector),
        }

    @property
    def state(self) -> MemoryState:
        """What was committed so far."""
        return self.transactions.state

    @property
    def dispatcher(self) -> Dispatcher[MemoryTransaction]:
        """The dispatcher over all this."""
        return Dispatcher(self.project, self.people, self.desk, self.transactions, self.quarantine)

    async def ask(self, command: Command, person: str = "maria") -> Outcome:
        """What comes back at once when that person gives a command."""
        return await self.dispatcher.handle(Request(command, an_asker(person)))

    async def queued(
        self, pipeline: str = "medallion", table: str | None = None, run_id: str = RUN_ID
    ) -> Run:
        """A run of a pipeline, submitted and not worked yet."""
        found = self.project.pipeline(pipeline)
        assert found is not None
        run = a_run(*plan(self.project, found, table), id=run_id, pipeline=pipeline, table=table)
        await self.runner.submit(run, WORKER)
        return run

    async def run(
        self, pipeline: str = "medallion", table: str | None = None, run_id: str = RUN_ID
    ) -> Run:
        """A run of a pipeline, as it ended."""
        return await self.runner.work(await self.queued(pipeline, table, run_id))

    def keep(self, *runs: Run) -> None:
        """Put runs into the store as they are."""
        for run in runs:
            self.state.runs[run.id] = run
            self.state.workers[run.id] = WORKER


def one_each(project: Project) -> dict[str, tuple[FixedDelivery, ...]]:
    """One delivery of two rows a table, as the table declares it."""
    return {
        table.name: (
            FixedDelivery(
                f"deliveries/2026-03-01/{table.name}.csv",
                tuple(column.name for column in table.columns),
                tuple(tuple(f"{column.name} {row}" for column in table.columns) for row in (1, 2)),
            ),
        )
        for table in project.tables
    }
