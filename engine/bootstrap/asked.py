"""The part of the engine that is asked: dispatcher, answers, and what connectors see of it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.adapters.postgres.anonymity import PostgresCrowds
from engine.adapters.postgres.confirmations import PostgresConfirmations
from engine.adapters.postgres.conversations import PostgresConversations
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.grants import PostgresGrants
from engine.adapters.postgres.inbox import PostgresInbox
from engine.adapters.postgres.key_versions import PostgresKeyVersions
from engine.adapters.postgres.lineage_reading import PostgresLineageMetadata
from engine.adapters.postgres.outbox import PostgresOutboxQueue
from engine.adapters.postgres.preview import PostgresPreviews
from engine.adapters.postgres.privacy_findings import PostgresPrivacyFindings
from engine.adapters.postgres.profiling import PostgresProfiles
from engine.adapters.postgres.quarantine import PostgresQuarantine
from engine.adapters.postgres.tokens import PostgresTokens
from engine.adapters.postgres.transactions import PostgresTransaction, PostgresTransactions
from engine.adapters.postgres.transcript import PostgresTranscript
from engine.adapters.postgres.verdict_history import PostgresVerdictHistory
from engine.adapters.postgres.vitals import PostgresVitals
from engine.adapters.presidio.detector import PresidioDetector
from engine.adapters.project_files import ProjectFiles
from engine.adapters.scheduler import TriggerTimetable
from engine.adapters.soda import SodaQuality
from engine.alerting_answers import AlertingAnswers
from engine.anonymity_answers import AnonymityAnswers
from engine.approvals.desk import ApprovalDesk
from engine.approvals.foresight import Foresights
from engine.approvals.ports import Foresight
from engine.audit.recorder import CommandRecorder
from engine.audit_answers import AuditAnswers
from engine.bootstrap.ground import Ground
from engine.catalog.model import Project
from engine.clock import Clock
from engine.conversations import Conversations
from engine.dispatch import Dispatcher
from engine.expected_values import ExpectedValues
from engine.inbox import Inbox
from engine.lineage.ports import LineageMetadata
from engine.person_answers import PersonAnswers
from engine.personal_answers import PersonalAnswers
from engine.persons.desk import PersonDesk
from engine.persons.revealing import Revealer
from engine.privacy_answers import PrivacyAnswers
from engine.quality_answers import QualityReports
from engine.quarantine_desk import QuarantineDesk
from engine.roles.answers import RoleAnswers
from engine.roles.desk import RoleDesk
from engine.roles.people import People
from engine.roles.pipelines import KnownPipelines
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.desk import RunDesk
from engine.runs.rotation import Rotation
from engine.schedule_answers import ScheduleAnswers
from engine.schedules.desk import ScheduleDesk
from engine.schedules.model import Schedule, number_of
from engine.suggestion_answers import Suggestions
from engine.tokens.admission import Admission
from engine.transcript import Transcript
from engine.vitals import VitalSigns


@dataclass(frozen=True, slots=True)
class Engine:
    """The open engine, as skills and connectors see it."""

    project: Project
    people: People
    zone: ZoneInfo
    clock: Clock
    dispatcher: Dispatcher[PostgresTransaction]
    transactions: PostgresTransactions
    transcript: Transcript
    database: Database
    outbox: PostgresOutboxQueue
    detector: PresidioDetector
    soda: SodaQuality
    admission: Admission
    vitals: VitalSigns
    inbox: Inbox
    conversations: Conversations
    lineage: LineageMetadata


def engine_of(
    ground: Ground,
    desk: RunDesk[PostgresTransaction],
    backfills: BackfillDesk[PostgresTransaction],
    persons: PersonDesk,
    alerting: AlertingAnswers,
) -> Engine:
    """The engine with all its answers."""
    parts, database, clock = ground.parts, ground.database, ground.clock
    people = _people(ground)
    return Engine(
        project=parts.project,
        people=people,
        zone=ZoneInfo(parts.settings.timezone),
        clock=clock,
        dispatcher=_dispatcher(
            ground, people, desk, backfills, _personal(ground, persons), alerting
        ),
        transactions=ground.transactions,
        transcript=PostgresTranscript(database),
        database=database,
        outbox=PostgresOutboxQueue(database, parts.own_platforms, ground.worker),
        detector=ground.detector,
        soda=ground.soda,
        admission=Admission(PostgresTokens(database), clock),
        vitals=PostgresVitals(database),
        inbox=PostgresInbox(database, parts.keys, clock),
        conversations=PostgresConversations(database),
        lineage=PostgresLineageMetadata(database),
    )


def _personal(ground: Ground, persons: PersonDesk) -> PersonalAnswers:
    project, clock, zone = ground.parts.project, ground.clock, ground.parts.settings.timezone
    findings = PostgresPrivacyFindings(ground.database)
    keys, versions = ground.parts.keys, PostgresKeyVersions(ground.database)
    rotation = Rotation(keys.present.version, versions) if keys else None
    revealer = Revealer(ground.parts.keys, clock, ground.audit.record)
    return PersonalAnswers(
        PrivacyAnswers(ground.privacy, findings, clock, ZoneInfo(zone), ground.audit, rotation),
        PersonAnswers(project, persons, revealer),
        AnonymityAnswers(project, PostgresCrowds(ground.database)),
        AuditAnswers(ground.audit, ZoneInfo(zone)),
    )


def _dispatcher(
    ground: Ground,
    people: People,
    desk: RunDesk[PostgresTransaction],
    backfills: BackfillDesk[PostgresTransaction],
    personal: PersonalAnswers,
    alerting: AlertingAnswers,
) -> Dispatcher[PostgresTransaction]:
    project, transactions, clock = ground.parts.project, ground.transactions, ground.clock
    schedules = ScheduleDesk(transactions, TriggerTimetable(), clock)
    roles = _roles(ground)
    return Dispatcher(
        project,
        people,
        desk,
        transactions,
        QuarantineDesk(project, desk, PostgresQuarantine(ground.database), clock),
        backfills=backfills,
        schedules=ScheduleAnswers(schedules).answer,
        previews=PostgresPreviews(
            project, ground.database, ground.deliveries, ground.protecting, clock
        ),
        expected=ExpectedValues(transactions, clock),
        personal=personal,
        routes=ground.routes,
        roles=roles,
        approvals=_approvals(ground, people, (roles.foresee, personal.foresee)),
        alerting=alerting,
        recorder=CommandRecorder(ground.audit, clock),
        suggestions=Suggestions(
            PostgresProfiles(ground.database), ground.checks, ProjectFiles(project.folder)
        ),
        reports=QualityReports(
            project,
            PostgresVerdictHistory(ground.database),
            clock,
            ZoneInfo(ground.parts.settings.timezone),
        ),
    )


def _people(ground: Ground) -> People:
    settings, transactions = ground.parts.settings, ground.transactions

    async def of_run(run_id: str) -> str | None:
        async with transactions.look() as tx:
            run = await tx.runs.get(run_id)
        return run.pipeline if run else None

    async def of_schedule(named: str) -> str | None:
        number = number_of(named)
        async with transactions.begin() as tx:
            found = None if number is None else await tx.schedules.get(number)
        return found.pipeline if found else None

    known = KnownPipelines(ground.parts.project, of_run, of_schedule)
    grants = PostgresGrants(ground.database)
    return People(settings.rules(), settings.default_role, grants, known.of)


def _roles(ground: Ground) -> RoleAnswers:
    settings, project = ground.parts.settings, ground.parts.project
    return RoleAnswers(
        RoleDesk(
            settings.rules(),
            settings.default_role,
            PostgresGrants(ground.database),
            ground.audit,
            ground.clock,
            [each.name for each in project.pipelines],
        )
    )


def _approvals(ground: Ground, people: People, others: tuple[Foresight, ...]) -> ApprovalDesk:
    transactions = ground.transactions

    async def schedules() -> tuple[Schedule, ...]:
        async with transactions.begin() as tx:
            return await tx.schedules.all()

    quarantine = PostgresQuarantine(ground.database)
    return ApprovalDesk(
        PostgresConfirmations(ground.database),
        people,
        Foresights(ground.parts.project, quarantine, schedules, others).of,
        ground.audit,
        ground.clock,
        ground.parts.settings.second_person,
    )
