"""The one place where adapters meet ports: opens the engine and closes it again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url

from engine.adapters.deliveries.sources import ProjectDeliveries
from engine.adapters.hooks import load_hooks
from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.listener import listening
from engine.adapters.postgres.migrate import require_newest
from engine.adapters.postgres.outbox import CHANNEL, PostgresOutboxQueue
from engine.adapters.postgres.preview import PostgresPreviews
from engine.adapters.postgres.quarantine import PostgresQuarantine
from engine.adapters.postgres.retention import PostgresStoreroom
from engine.adapters.postgres.run_queue import QUEUE
from engine.adapters.postgres.schedules import CHANNEL as SCHEDULES_CHANNEL
from engine.adapters.postgres.sessions import PostgresSessions
from engine.adapters.postgres.substitutes import Substitutes
from engine.adapters.postgres.tokens import PostgresTokens
from engine.adapters.postgres.transactions import PostgresTransaction, PostgresTransactions
from engine.adapters.postgres.transcript import PostgresTranscript
from engine.adapters.postgres.vitals import PostgresVitals
from engine.adapters.presidio import PresidioDetector, PresidioMasker
from engine.adapters.queue import QueueLimits, RunQueueWorker
from engine.adapters.scheduler import SchedulerAlarm, TriggerTimetable
from engine.adapters.soda import SodaQuality
from engine.alerts.announcer import Announcer
from engine.alerts.backfills import BackfillNews
from engine.alerts.outbox import Deliverer
from engine.alerts.ports import Sender
from engine.alerts.schedule_notices import ScheduleNotices
from engine.catalog.model import Operator, Project
from engine.clock import Clock, SystemClock
from engine.dispatch import Dispatcher
from engine.errors import EngineError, KeyMissing
from engine.hooks.caller import HookCaller
from engine.people import People
from engine.privacy.protect import SecretKey
from engine.retention.caretaker import Caretaker
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.desk import RunDesk
from engine.runs.events import Listener
from engine.runs.model import StepKind
from engine.runs.pulse import Pulse
from engine.runs.rescue import Rescue
from engine.runs.retries import Retries
from engine.runs.runner import Limits, Runner
from engine.runs.steps.build import Build
from engine.runs.steps.check import Check
from engine.runs.steps.ingest import Ingest
from engine.runs.steps.publish import Publish
from engine.runs.steps.refine import Refine
from engine.runs.steps.scan import Scan
from engine.runs.steps.work import StepWork
from engine.runs.usher import Usher
from engine.runs.worker import RunWorker
from engine.schedule_answers import ScheduleAnswers
from engine.schedule_orders import ScheduleOrders
from engine.schedules.desk import ScheduleDesk
from engine.schedules.keeper import Keeper
from engine.settings import Settings
from engine.tokens.admission import Admission
from engine.transcript import Transcript
from engine.vitals import VitalSigns

logger = logging.getLogger(__name__)

QUEUES = (QUEUE,)
"""What there is to work."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the engine is opened with."""

    project: Project
    settings: Settings
    database_url: str
    key: SecretKey | None
    sender: Sender
    platforms: Collection[str]
    own_platforms: Collection[str] = ()
    """Those whose posts are for the process that made them, such as a terminal."""
    queues: Sequence[str] = QUEUES
    """What is worked here, if runs are worked here at all."""


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
    quality: SodaQuality
    admission: Admission
    vitals: VitalSigns


def require_key(project: Project, key: SecretKey | None) -> None:
    """Raise KeyMissing where the project hashes anything and there is no key."""
    operators = [*project.privacy.operators.values(), project.privacy.default]
    operators += [
        column.operator for table in project.tables for column in table.columns if column.operator
    ]
    if key is None and Operator.HASH in operators:
        raise KeyMissing("The project hashes personal data, and there is no secret key.")


@asynccontextmanager
async def open_engine(parts: Parts) -> AsyncIterator[Engine]:
    """The engine at work: runs are worked and posts delivered until the block ends."""
    require_key(parts.project, parts.key)
    worker = f"atlas {uuid4().hex[:12]}"
    async with AsyncExitStack() as stack:
        database = Database(parts.database_url, _limits(parts.settings, worker))
        stack.push_async_callback(database.close)
        await require_newest(database)
        quality = SodaQuality(
            parts.database_url,
            parts.settings.worker_timeout,
            worker,
            PostgresSessions(database).end_worker,
        )
        stack.callback(quality.close)
        detector = PresidioDetector(parts.settings.worker_timeout)
        stack.callback(detector.close)
        wired = _wire(_Ground.laid(parts, database, quality, detector, worker))
        await stack.enter_async_context(
            listening(parts.database_url, CHANNEL, wired.deliverer.wake, wired.engine.clock)
        )
        await stack.enter_async_context(
            listening(parts.database_url, SCHEDULES_CHANNEL, wired.keeper.wake, wired.engine.clock)
        )
        await stack.enter_async_context(wired.hooks.at_work())
        await stack.enter_async_context(_at_work(wired))
        yield wired.engine


def _limits(settings: Settings, worker: str) -> DatabaseLimits:
    """Each run at work may hold two connections; answers in chat and to programs need some too."""
    return DatabaseLimits(
        settings.statement_timeout,
        settings.lock_timeout,
        connections=10 + 2 * settings.runs_at_once,
        name=worker,
        swap_lock_timeout=settings.swap_lock_timeout,
    )


@dataclass(frozen=True, slots=True)
class _Wired:
    """The engine, and what works in its background."""

    engine: Engine
    queue: RunQueueWorker | None
    pulse: Pulse[PostgresTransaction]
    usher: Usher[PostgresTransaction]
    rescue: Rescue[PostgresTransaction]
    deliverer: Deliverer
    caretaker: Caretaker[PostgresTransaction]
    hooks: HookCaller
    keeper: Keeper[PostgresTransaction]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What everything else stands on."""

    parts: Parts
    database: Database
    clock: Clock
    worker: str
    quality: SodaQuality
    detector: PresidioDetector
    substitutes: Substitutes
    deliveries: ProjectDeliveries
    transactions: PostgresTransactions
    line: asyncio.Event
    """Set when the line of runs moved."""

    @classmethod
    def laid(
        cls,
        parts: Parts,
        database: Database,
        quality: SodaQuality,
        detector: PresidioDetector,
        worker: str,
    ) -> "_Ground":
        """With the clock of the system."""
        clock, line = SystemClock(), asyncio.Event()
        substitutes = Substitutes(parts.key, PresidioMasker())
        render = _renderer(parts.database_url)
        return cls(
            parts,
            database,
            clock,
            worker,
            quality,
            detector,
            substitutes,
            ProjectDeliveries(parts.project.folder, clock),
            PostgresTransactions(database, substitutes, render, clock, worker, line.set),
            line,
        )


Hearing = Sequence[Listener[PostgresTransaction]]


def _wire(ground: _Ground) -> _Wired:
    parts, transactions, clock = ground.parts, ground.transactions, ground.clock
    project, settings = parts.project, parts.settings
    hooks = HookCaller(load_hooks())
    told = (Announcer(project, settings.announce, clock).hear, BackfillNews().hear, hooks.hear)
    backfills = BackfillDesk(project, RunDesk(transactions, clock, told), transactions, clock)
    listeners = (*told, backfills.hear)
    pulse = Pulse(project, transactions, clock, listeners)
    engine = _engine(ground, RunDesk(transactions, clock, listeners), backfills)
    sessions = PostgresSessions(ground.database)
    return _Wired(
        engine=engine,
        queue=_queue(ground, pulse, listeners),
        pulse=pulse,
        usher=Usher(transactions, ground.line, clock),
        rescue=Rescue(transactions, sessions, clock, settings.takeover_after),
        deliverer=Deliverer(engine.outbox, parts.sender, parts.platforms, clock),
        caretaker=Caretaker(
            project.retention, PostgresStoreroom(ground.database), transactions, clock
        ),
        hooks=hooks,
        keeper=Keeper(
            transactions,
            TriggerTimetable(),
            ScheduleOrders(engine.dispatcher.handle),
            clock,
            missed=settings.missed_schedules,
            listeners=(ScheduleNotices().hear,),
        ),
    )


def _engine(
    ground: _Ground,
    desk: RunDesk[PostgresTransaction],
    backfills: BackfillDesk[PostgresTransaction],
) -> Engine:
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
        quality=ground.quality,
        admission=Admission(PostgresTokens(database), clock),
        vitals=PostgresVitals(database),
    )


def _dispatcher(
    ground: _Ground,
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
        PostgresQuarantine(ground.database),
        backfills=backfills,
        schedules=ScheduleAnswers(schedules).answer,
        previews=PostgresPreviews(
            project, ground.database, ground.deliveries, ground.substitutes, clock
        ),
    )


def _queue(
    ground: _Ground, pulse: Pulse[PostgresTransaction], listeners: Hearing
) -> RunQueueWorker | None:
    """This process at the queue; none where it leaves runs to others."""
    parts, transactions, clock = ground.parts, ground.transactions, ground.clock
    settings = parts.settings
    if not settings.runs_at_once:
        return None
    runner = Runner(
        parts.project,
        transactions,
        _steps(ground, pulse),
        pulse,
        clock,
        listeners=listeners,
        limits=_patience(settings),
    )
    sessions = PostgresSessions(ground.database)
    work = RunWorker(ground.worker, runner, transactions, sessions, clock)
    limits = QueueLimits(settings.runs_at_once, settings.heartbeat, settings.grace)
    return RunQueueWorker(parts.database_url, work.take, clock, limits, parts.queues)


def _steps(ground: _Ground, pulse: Pulse[PostgresTransaction]) -> dict[StepKind, StepWork]:
    project, transactions = ground.parts.project, ground.transactions
    return {
        StepKind.INGEST: Ingest(project, transactions, ground.deliveries, pulse.metered),
        StepKind.REFINE: Refine(project, transactions, ground.detector),
        StepKind.BUILD: Build(project, transactions),
        StepKind.CHECK: Check(project, ground.quality, ground.clock),
        StepKind.PUBLISH: Publish(),
        StepKind.SCAN: Scan(project, transactions, ground.detector),
    }


def _patience(settings: Settings) -> Limits:
    """How long runs may take, and how often their steps are tried."""
    retries = Retries(attempts=settings.tries)
    return Limits(settings.step_timeout, settings.run_timeout, retries)


def _renderer(url: str) -> OpenLineageRenderer:
    parsed = make_url(url)
    host, port = parsed.host or "localhost", parsed.port or 5432
    return OpenLineageRenderer(f"postgres://{host}:{port}", parsed.database or "postgres")


@asynccontextmanager
async def _at_work(wired: _Wired) -> AsyncIterator[None]:
    """Runs and deliveries in the background; at the end, runs at work are handed to others."""
    async with asyncio.TaskGroup() as group:
        queue = [group.create_task(wired.queue.run(), name="queue")] if wired.queue else []
        others = [
            group.create_task(wired.pulse.beat(), name="pulse"),
            group.create_task(wired.usher.attend(), name="usher"),
            group.create_task(wired.rescue.watch(), name="rescue"),
            group.create_task(wired.deliverer.run(), name="outbox"),
            group.create_task(wired.keeper.run(SchedulerAlarm()), name="schedules"),
            group.create_task(wired.caretaker.watch(), name="retention"),
        ]
        try:
            yield
        finally:
            await _cancelled(queue)
            await _cancelled(others)
            await _last_words(wired.deliverer)


async def _cancelled(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


async def _last_words(deliverer: Deliverer) -> None:
    """Deliver what is left, for a moment; what does not go out now waits in the outbox."""
    try:
        async with asyncio.timeout(1.0):
            while await deliverer.deliver_one():
                continue
    except (TimeoutError, EngineError):
        logger.info("some posts wait in the outbox for the next start")
