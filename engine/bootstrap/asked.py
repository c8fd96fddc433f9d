"""The part of the engine that is asked: dispatcher, answers, and what connectors see of it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.outbox import PostgresOutboxQueue
from engine.adapters.postgres.preview import PostgresPreviews
from engine.adapters.postgres.profiling import PostgresProfiles
from engine.adapters.postgres.quarantine import PostgresQuarantine
from engine.adapters.postgres.tokens import PostgresTokens
from engine.adapters.postgres.transactions import PostgresTransaction, PostgresTransactions
from engine.adapters.postgres.transcript import PostgresTranscript
from engine.adapters.postgres.verdict_history import PostgresVerdictHistory
from engine.adapters.postgres.vitals import PostgresVitals
from engine.adapters.presidio import PresidioDetector
from engine.adapters.project_files import ProjectFiles
from engine.adapters.scheduler import TriggerTimetable
from engine.adapters.soda import SodaQuality
from engine.bootstrap.ground import Ground
from engine.catalog.model import Project
from engine.clock import Clock
from engine.dispatch import Dispatcher
from engine.expected_values import ExpectedValues
from engine.people import People
from engine.quality_answers import QualityReports
from engine.quarantine_desk import QuarantineDesk
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.desk import RunDesk
from engine.schedule_answers import ScheduleAnswers
from engine.schedules.desk import ScheduleDesk
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


def engine_of(
    ground: Ground,
    desk: RunDesk[PostgresTransaction],
    backfills: BackfillDesk[PostgresTransaction],
) -> Engine:
    """The engine with all its answers."""
    parts, database, clock = ground.parts, ground.database, ground.clock
    people = People(parts.settings.roles, parts.settings.default_role)
    return Engine(
        project=parts.project,
        people=people,
        zone=ZoneInfo(parts.settings.timezone),
        clock=clock,
        dispatcher=_dispatcher(ground, people, desk, backfills),
        transactions=ground.transactions,
        transcript=PostgresTranscript(database),
        database=database,
        outbox=PostgresOutboxQueue(database, parts.own_platforms, ground.worker),
        detector=ground.detector,
        soda=ground.soda,
        admission=Admission(PostgresTokens(database), clock),
        vitals=PostgresVitals(database),
    )


def _dispatcher(
    ground: Ground,
    people: People,
    desk: RunDesk[PostgresTransaction],
    backfills: BackfillDesk[PostgresTransaction],
) -> Dispatcher[PostgresTransaction]:
    project, transactions, clock = ground.parts.project, ground.transactions, ground.clock
    schedules = ScheduleDesk(transactions, TriggerTimetable(), clock)
    return Dispatcher(
        project,
        people,
        desk,
        transactions,
        QuarantineDesk(project, desk, PostgresQuarantine(ground.database), clock),
        backfills=backfills,
        schedules=ScheduleAnswers(schedules).answer,
        previews=PostgresPreviews(
            project, ground.database, ground.deliveries, ground.substitutes, clock
        ),
        expected=ExpectedValues(transactions, clock),
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
