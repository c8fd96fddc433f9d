"""The one place where adapters meet ports: opens the engine and closes it again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url

from engine.adapters.deliveries.sources import ProjectDeliveries
from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.listener import listening
from engine.adapters.postgres.locks import PostgresDatasetLocks, alive
from engine.adapters.postgres.migrate import require_newest
from engine.adapters.postgres.outbox import CHANNEL, PostgresOutboxQueue
from engine.adapters.postgres.quarantine import PostgresQuarantine
from engine.adapters.postgres.substitutes import Substitutes
from engine.adapters.postgres.transactions import PostgresTransaction, PostgresTransactions
from engine.adapters.postgres.transcript import PostgresTranscript
from engine.adapters.presidio import PresidioDetector, PresidioMasker
from engine.adapters.soda import SodaQuality
from engine.alerts.announcer import Announcer
from engine.alerts.outbox import Deliverer
from engine.alerts.ports import Sender
from engine.catalog.model import Operator, Project
from engine.clock import Clock, SystemClock
from engine.dispatch import Dispatcher
from engine.errors import KeyMissing
from engine.people import People
from engine.privacy.protect import SecretKey
from engine.runs.desk import RunDesk
from engine.runs.model import StepKind
from engine.runs.runner import Limits, Runner
from engine.runs.steps.build import Build
from engine.runs.steps.check import Check
from engine.runs.steps.ingest import Ingest
from engine.runs.steps.publish import Publish
from engine.runs.steps.refine import Refine
from engine.runs.steps.scan import Scan
from engine.runs.steps.work import StepWork
from engine.settings import Settings
from engine.transcript import Transcript

logger = logging.getLogger(__name__)


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
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        limits = DatabaseLimits(parts.settings.statement_timeout, parts.settings.lock_timeout)
        database = Database(parts.database_url, limits)
        stack.push_async_callback(database.close)
        await require_newest(database)
        quality = SodaQuality(parts.database_url, parts.settings.worker_timeout)
        stack.callback(quality.close)
        detector = PresidioDetector(parts.settings.worker_timeout)
        stack.callback(detector.close)
        worker = f"atlas worker {uuid4()}"
        await stack.enter_async_context(alive(database, worker))
        wired = _wire(parts, database, quality, detector, clock, worker)
        deliverer = Deliverer(wired.engine.outbox, parts.sender, parts.platforms, clock)
        await stack.enter_async_context(
            listening(parts.database_url, CHANNEL, deliverer.wake, clock)
        )
        await stack.enter_async_context(_at_work(wired, deliverer))
        yield wired.engine


@dataclass(frozen=True, slots=True)
class _Wired:
    engine: Engine
    desk: RunDesk[PostgresTransaction]


def _wire(
    parts: Parts,
    database: Database,
    quality: SodaQuality,
    detector: PresidioDetector,
    clock: Clock,
    worker: str,
) -> _Wired:
    project, settings = parts.project, parts.settings
    transactions = PostgresTransactions(
        database,
        Substitutes(parts.key, PresidioMasker()),
        _renderer(parts.database_url),
        clock,
        worker,
    )
    steps: dict[StepKind, StepWork] = {
        StepKind.INGEST: Ingest(project, transactions, ProjectDeliveries(project.folder, clock)),
        StepKind.REFINE: Refine(project, transactions, detector),
        StepKind.BUILD: Build(project),
        StepKind.CHECK: Check(project, quality, clock),
        StepKind.PUBLISH: Publish(),
        StepKind.SCAN: Scan(project, transactions, detector),
    }
    runner = Runner(
        project,
        transactions,
        steps,
        PostgresDatasetLocks(database),
        clock,
        listeners=(Announcer(project, settings.announce, clock).hear,),
        limits=Limits(settings.step_timeout),
    )
    desk = RunDesk(runner, transactions, clock, worker=worker, at_once=settings.runs_at_once)
    people = People(settings.roles, settings.default_role)
    engine = Engine(
        project=project,
        people=people,
        zone=ZoneInfo(settings.timezone),
        clock=clock,
        dispatcher=Dispatcher(project, people, desk, transactions, PostgresQuarantine(database)),
        transactions=transactions,
        transcript=PostgresTranscript(database),
        database=database,
        outbox=PostgresOutboxQueue(database, parts.own_platforms, worker),
        detector=detector,
        quality=quality,
    )
    return _Wired(engine, desk)


def _renderer(url: str) -> OpenLineageRenderer:
    parsed = make_url(url)
    host, port = parsed.host or "localhost", parsed.port or 5432
    return OpenLineageRenderer(f"postgres://{host}:{port}", parsed.database or "postgres")


@asynccontextmanager
async def _at_work(wired: _Wired, deliverer: Deliverer) -> AsyncIterator[None]:
    """Runs and deliveries in the background; at the end, runs that were begun are ended."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(wired.desk.work(), name="runs"),
            group.create_task(deliverer.run(), name="outbox"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await wired.desk.close()
            await _last_words(deliverer)


async def _last_words(deliverer: Deliverer) -> None:
    """Deliver what is left, for a moment; what does not go out now waits in the outbox."""
    try:
        async with asyncio.timeout(1.0):
            while await deliverer.deliver_one():
                continue
    except TimeoutError:
        logger.info("some posts wait in the outbox for the next start")
