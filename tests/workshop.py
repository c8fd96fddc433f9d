"""The engine's own parts on the in-memory fakes: what bootstrap wires, without the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from zoneinfo import ZoneInfo

from engine.adapters.scheduler import TriggerTimetable
from engine.alerting_answers import AlertingAnswers
from engine.alerts.announcer import Announcer
from engine.alerts.backfills import BackfillNews
from engine.alerts.incidents.desk import IncidentDesk
from engine.anonymity_answers import AnonymityAnswers
from engine.approvals.desk import ApprovalDesk
from engine.audit.recorder import CommandRecorder
from engine.audit_answers import AuditAnswers
from engine.catalog.model import Project
from engine.commands import Command
from engine.delivery_answers import DeliveryAnswers
from engine.digest_answers import DigestAnswers
from engine.digests.desk import DigestDesk
from engine.dispatch import Dispatcher
from engine.expected_values import ExpectedValues
from engine.incident_answers import IncidentAnswers
from engine.lineage.declared import Declared
from engine.lineage.graph import Naming
from engine.lineage.memory import LineageMemory
from engine.lineage_answers import LineageAnswers
from engine.outcome import Outcome, Request
from engine.people import Role
from engine.person_answers import PersonAnswers
from engine.personal_answers import PersonalAnswers
from engine.persons.desk import PersonDesk
from engine.persons.revealing import Revealer
from engine.privacy.protect import Keyring, SecretKey
from engine.privacy_answers import PrivacyAnswers
from engine.quality_answers import QualityReports
from engine.quarantine_desk import QuarantineDesk
from engine.roles.answers import RoleAnswers
from engine.roles.desk import RoleDesk
from engine.roles.model import Rule
from engine.routing_answers import RoutingAnswers
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.desk import LONGEST_LINE, RunDesk
from engine.runs.events import RunEvent, RunFinished, StepFinished
from engine.runs.model import Run, Step, StepKind
from engine.runs.plan import plan
from engine.runs.pulse import Pulse
from engine.runs.retries import USUAL, Retries
from engine.runs.runner import Limits, Runner
from engine.runs.steps.build import Build
from engine.runs.steps.check import Check
from engine.runs.steps.ingest import Ingest
from engine.runs.steps.publish import Publish
from engine.runs.steps.refine import Refine
from engine.runs.steps.scan import Scan
from engine.runs.steps.work import StepWork
from engine.runs.worker import RunWorker
from engine.schedule_answers import ScheduleAnswers
from engine.schedules.desk import ScheduleDesk
from engine.suggestion_answers import Suggestions
from engine.testing.anonymity import MemoryCrowds
from engine.testing.clock import FakeClock
from engine.testing.delivery import KnownUndelivered
from engine.testing.digests import FixedNumbers
from engine.testing.fixed import (
    FixedDetector,
    FixedExamples,
    FixedPolicies,
    FixedPreviews,
    FixedQuality,
    FixedQuarantine,
)
from engine.testing.known_lineage import FixedLineage
from engine.testing.persons import MemoryErasures, MemoryTraces
from engine.testing.privacy import FixedPrivacyFindings, MemoryRuleFile, NoReaders
from engine.testing.roles import MemoryConfirmations, MemoryGrants, known_people
from engine.testing.routing import KnownPosts
from engine.testing.sessions import EndedSessions
from engine.testing.state import MemoryState
from engine.testing.suggesting import FixedProfiles, MemoryCheckFiles
from engine.testing.transactions import MemoryTransaction, MemoryTransactions
from engine.testing.verdict_history import MemoryVerdictHistory
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


PEOPLE = {"web:maria": Role.ADMIN, "web:olga": Role.OPERATOR}

KEYS = Keyring(SecretKey(bytes(range(32))))


class Workshop:
    """A project with all that works on it, in memory."""

    def __init__(
        self,
        project: Project | None = None,
        *,
        deliveries: Mapping[str, Sequence[FixedDelivery]] | None = None,
        steps: Mapping[StepKind, StepWork] | None = None,
        step_timeout: float = 60.0,
        run_timeout: float = 600.0,
        retries: Retries = USUAL,
        longest_line: int = LONGEST_LINE,
    ) -> None:
        self.project = project or a_project()
        self.clock = FakeClock()
        self.transactions = MemoryTransactions(self.clock)
        self.transactions.alive.add(WORKER)
        self.audit = self.transactions.audit
        self.privacy_findings = FixedPrivacyFindings()
        self.quality = FixedQuality()
        self.detector = FixedDetector()
        self.examples = FixedExamples()
        self.quarantine = FixedQuarantine()
        self.previews = FixedPreviews()
        self.verdicts = MemoryVerdictHistory()
        self.grants = MemoryGrants()
        self.waiting = MemoryConfirmations()
        self.people = known_people(PEOPLE, grants=self.grants)
        self.listening = Listening()
        self.incidents = IncidentDesk(self.project, "web", self.clock, UTC)
        self.announcer = Announcer(self.project, self.incidents, self.clock)
        told = (
            self.announcer.hear,
            BackfillNews(self.project).hear,
            self.listening.hear,
        )
        self.backfills: BackfillDesk[MemoryTransaction] = BackfillDesk(
            self.project,
            RunDesk(self.transactions, self.clock, told),
            self.transactions,
            self.clock,
        )
        listeners = (*told, self.backfills.hear)
        self.pulse: Pulse[MemoryTransaction] = Pulse(
            self.project, self.transactions, self.clock, listeners
        )
        self.runner: Runner[MemoryTransaction] = Runner(
            self.project,
            self.transactions,
            {**self._steps(deliveries), **(steps or {})},
            self.pulse,
            self.clock,
            listeners=listeners,
            limits=Limits(step_timeout, run_timeout, retries),
        )
        self.sessions = EndedSessions()
        self.worker = self.hired(WORKER)
        self.desk: RunDesk[MemoryTransaction] = RunDesk(
            self.transactions, self.clock, listeners, longest_line=longest_line
        )

    def hired(self, name: str) -> RunWorker[MemoryTransaction]:
        """Another worker at the same queue."""
        self.transactions.alive.add(name)
        return RunWorker(name, self.runner, self.transactions, self.sessions, self.clock)

    def _steps(
        self, deliveries: Mapping[str, Sequence[FixedDelivery]] | None
    ) -> dict[StepKind, StepWork]:
        project, transactions = self.project, self.transactions
        arrived = FixedDeliveries(deliveries if deliveries is not None else one_each(project))
        return {
            StepKind.INGEST: Ingest(project, transactions, arrived, self.pulse.metered),
            StepKind.REFINE: Refine(
                FixedPolicies(project), transactions, self.detector, self.clock, readers=NoReaders()
            ),
            StepKind.BUILD: Build(FixedPolicies(project), transactions, self.clock),
            StepKind.CHECK: Check(project, self.quality, self.examples, self.clock),
            StepKind.PUBLISH: Publish(),
            StepKind.SCAN: Scan(FixedPolicies(project), transactions, self.detector, self.clock),
        }

    @property
    def state(self) -> MemoryState:
        """What was committed so far."""
        return self.transactions.state

    @property
    def dispatcher(self) -> Dispatcher[MemoryTransaction]:
        """The dispatcher over all this."""
        return Dispatcher(
            self.project,
            self.people,
            self.desk,
            self.transactions,
            QuarantineDesk(self.project, self.desk, self.quarantine, self.clock),
            backfills=self.backfills,
            schedules=ScheduleAnswers(
                ScheduleDesk(self.transactions, TriggerTimetable(), self.clock)
            ).answer,
            expected=ExpectedValues(self.transactions, self.clock),
            suggestions=Suggestions(FixedProfiles(), self.quality, MemoryCheckFiles(self.project)),
            reports=QualityReports(self.project, self.verdicts, self.clock, UTC),
            previews=self.previews,
            personal=self._personal(),
            alerting=self._alerting(),
            roles=self._roles(),
            approvals=self._approvals(),
            recorder=CommandRecorder(self.audit, self.clock),
        )

    def _alerting(self) -> AlertingAnswers:
        """What answers about incidents and digests; lineage and routes have tests of their own."""
        transactions, clock = self.transactions, self.clock
        timetable = TriggerTimetable()
        digests = DigestDesk(
            self.project, transactions, FixedNumbers(), self.verdicts, clock, timetable
        )
        schedules = ScheduleDesk(transactions, timetable, clock)
        zone = ZoneInfo("UTC")
        naming = Naming("postgres://localhost:5432", "shop")
        memory = LineageMemory(Declared(self.project, naming))
        return AlertingAnswers(
            lineage=LineageAnswers(
                self.project, naming, FixedLineage(memory.graph), transactions, clock, zone
            ).answer,
            undelivered=DeliveryAnswers(KnownUndelivered(), KnownUndelivered(), zone).answer,
            incidents=IncidentAnswers(self.project, self.incidents, transactions, clock).answer,
            routing=RoutingAnswers(
                self.project, transactions, KnownPosts(), clock, zone.key
            ).answer,
            digests=DigestAnswers(digests, schedules, transactions, clock, zone, "web").answer,
        )

    def _roles(self) -> RoleAnswers:
        rules = tuple(Rule(person, role) for person, role in PEOPLE.items())
        pipelines = [each.name for each in self.project.pipelines]
        return RoleAnswers(
            RoleDesk(rules, Role.VIEWER, self.grants, self.audit, self.clock, pipelines)
        )

    def _approvals(self) -> ApprovalDesk:
        """Only what a grant would do is known here, so nothing else is asked back."""
        return ApprovalDesk(
            self.waiting, self.people, self._roles().foresee, self.audit, self.clock
        )

    def _personal(self) -> PersonalAnswers:
        """All that answers about personal data."""
        record = self.audit.record
        desk = PersonDesk(
            FixedPolicies(self.project), MemoryTraces(), MemoryErasures(), KEYS, self.clock, record
        )
        return PersonalAnswers(
            PrivacyAnswers(
                MemoryRuleFile(self.project),
                self.privacy_findings,
                self.clock,
                ZoneInfo("UTC"),
                self.audit,
            ),
            PersonAnswers(self.project, desk, Revealer(KEYS, self.clock, record)),
            AnonymityAnswers(self.project, MemoryCrowds({})),
            AuditAnswers(self.audit, UTC),
        )

    async def ask(self, command: Command, person: str = "maria") -> Outcome:
        """What comes back at once when that person gives a command."""
        return await self.dispatcher.handle(Request(command, an_asker(person)))

    async def queued(
        self, pipeline: str = "medallion", table: str | None = None, run_id: str = RUN_ID
    ) -> Run:
        """A run of a pipeline, in line and not worked yet."""
        found = self.project.pipeline(pipeline)
        assert found is not None
        run = a_run(*plan(self.project, found, table), id=run_id, pipeline=pipeline, table=table)
        async with self.transactions.begin() as tx:
            await tx.runs.add(run)
            await tx.queue.join(run)
        return run

    async def taken(self, run_id: str, worker: RunWorker[MemoryTransaction] | None = None) -> Run:
        """A run after a worker took its ticket."""
        await (worker or self.worker).take(run_id, self.state.tickets[run_id].number)
        return self.state.runs[run_id]

    async def run(
        self, pipeline: str = "medallion", table: str | None = None, run_id: str = RUN_ID
    ) -> Run:
        """A run of a pipeline, as it ended."""
        return await self.taken((await self.queued(pipeline, table, run_id)).id)

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
