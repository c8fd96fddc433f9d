"""The part of the engine that works in its background."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from engine.adapters.hooks import load_hooks
from engine.adapters.postgres.erasures import PostgresErasures
from engine.adapters.postgres.examples import PostgresExamples
from engine.adapters.postgres.lineage_deliveries import PostgresDeliveries
from engine.adapters.postgres.persons import PostgresTraces
from engine.adapters.postgres.retention import PostgresStoreroom
from engine.adapters.postgres.run_queue import QUEUE
from engine.adapters.postgres.sessions import PostgresSessions
from engine.adapters.postgres.text_chunks import CHUNKS_QUEUE
from engine.adapters.postgres.transactions import PostgresTransaction
from engine.adapters.queue import QueueLimits, RunQueueWorker
from engine.adapters.scheduler import SchedulerAlarm, TriggerTimetable
from engine.alerts.attendant import Attendant
from engine.alerts.backfills import BackfillNews
from engine.alerts.outbox import Deliverer
from engine.alerts.schedule_notices import ScheduleNotices
from engine.bootstrap.alerting import alerting_of
from engine.bootstrap.asked import Engine, engine_of
from engine.bootstrap.ground import Ground, Parts
from engine.errors import EngineError
from engine.findings.watch import Watch
from engine.hooks.caller import HookCaller
from engine.lineage.courier import Courier
from engine.lineage.ports import CollectorClient
from engine.persons.desk import PersonDesk
from engine.privacy.free_text import FreeText
from engine.retention.caretaker import Caretaker
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.definitions import Definitions
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
from engine.schedule_orders import ScheduleOrders
from engine.schedules.keeper import Keeper
from engine.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wired:
    """The engine, and what works in its background."""

    engine: Engine
    queue: RunQueueWorker | None
    chunks: FreeText | None
    pulse: Pulse[PostgresTransaction]
    usher: Usher[PostgresTransaction]
    rescue: Rescue[PostgresTransaction]
    deliverer: Deliverer
    caretaker: Caretaker[PostgresTransaction]
    hooks: HookCaller
    keeper: Keeper[PostgresTransaction]
    persons: PersonDesk
    couriers: Sequence[Courier]
    watch: Watch[PostgresTransaction]
    attendant: Attendant[PostgresTransaction]


Hearing = Sequence[Listener[PostgresTransaction]]


def wire(ground: Ground, collectors: CollectorClient) -> Wired:
    """Everything, before any of it is at work."""
    parts, transactions, clock = ground.parts, ground.transactions, ground.clock
    project, settings = parts.project, parts.settings
    hooks = HookCaller(load_hooks())
    alerting = alerting_of(ground)
    told = (
        alerting.announcer.hear,
        BackfillNews(project).hear,
        hooks.hear,
    )
    ordering = RunDesk(transactions, clock, told, tracer=ground.tracer)
    backfills = BackfillDesk(project, ordering, transactions, clock)
    listeners = (*told, backfills.hear)
    pulse = Pulse(project, transactions, clock, listeners, tracer=ground.tracer)
    persons = _persons(ground)
    desk = RunDesk(transactions, clock, listeners, tracer=ground.tracer)
    engine = engine_of(ground, desk, backfills, persons, alerting.answers)
    sessions = PostgresSessions(ground.database)
    return Wired(
        engine=engine,
        queue=_queue(ground, pulse, listeners),
        chunks=ground.free_text if _works(parts, CHUNKS_QUEUE) else None,
        pulse=pulse,
        usher=Usher(transactions, ground.line, clock),
        rescue=Rescue(transactions, sessions, clock, settings.takeover_after),
        deliverer=Deliverer(engine.outbox, parts.sender, parts.platforms, clock, parts.gaps),
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
            listeners=(ScheduleNotices(settings.announce).hear,),
            digests=alerting.digests,
        ),
        persons=persons,
        couriers=_couriers(ground, collectors),
        watch=alerting.watch,
        attendant=alerting.attendant,
    )


def _couriers(ground: Ground, client: CollectorClient) -> tuple[Courier, ...]:
    """One for each collector that is named."""
    deliveries = PostgresDeliveries(ground.database, ground.worker)
    named = ground.parts.collectors
    return tuple(Courier(each, deliveries, client, ground.clock) for each in named)


def _persons(ground: Ground) -> PersonDesk:
    parts = ground.parts
    return PersonDesk(
        ground.privacy,
        PostgresTraces(ground.privacy, ground.database, parts.keys),
        PostgresErasures(ground.database),
        parts.keys,
        ground.clock,
        ground.audit.record,
    )


def _works(parts: Parts, queue: str) -> bool:
    """Whether this process works a queue; a bot may leave all of them to others."""
    return bool(parts.settings.runs_at_once) and queue in parts.queues


def _queue(
    ground: Ground, pulse: Pulse[PostgresTransaction], listeners: Hearing
) -> RunQueueWorker | None:
    """This process at the queue; none where it leaves runs to others."""
    parts, transactions, clock = ground.parts, ground.transactions, ground.clock
    settings = parts.settings
    if not _works(parts, QUEUE):
        return None
    runner = Runner(
        parts.project,
        transactions,
        _steps(ground, pulse),
        pulse,
        clock,
        listeners=listeners,
        limits=_patience(settings),
        tracer=ground.tracer,
        definitions=Definitions(ground.privacy, version("atlas-data-colleague")),
    )
    sessions = PostgresSessions(ground.database)
    work = RunWorker(ground.worker, runner, transactions, sessions, clock)
    limits = QueueLimits(settings.runs_at_once, settings.heartbeat, settings.grace)
    return RunQueueWorker(parts.database_url, work.take, clock, limits)


def _steps(ground: Ground, pulse: Pulse[PostgresTransaction]) -> dict[StepKind, StepWork]:
    project, transactions = ground.parts.project, ground.transactions
    examples = PostgresExamples(project, ground.database)
    keys = ground.parts.keys
    key_version = keys.present.version if keys else 0
    return {
        StepKind.INGEST: Ingest(project, transactions, ground.deliveries, pulse.metered),
        StepKind.REFINE: Refine(
            ground.privacy,
            transactions,
            ground.detector,
            ground.clock,
            key_version,
            readers=ground.free_text,
        ),
        StepKind.BUILD: Build(ground.privacy, transactions, ground.clock),
        StepKind.CHECK: Check(project, ground.checks, examples, ground.clock),
        StepKind.PUBLISH: Publish(),
        StepKind.SCAN: Scan(ground.privacy, transactions, ground.detector, ground.clock),
    }


def _patience(settings: Settings) -> Limits:
    """How long runs may take, and how often their steps are tried."""
    retries = Retries(attempts=settings.tries)
    return Limits(settings.step_timeout, settings.run_timeout, retries)


@asynccontextmanager
async def at_work(wired: Wired) -> AsyncIterator[None]:
    """Runs and deliveries in the background; at the end, runs at work are handed to others."""
    async with asyncio.TaskGroup() as group:
        queue = [group.create_task(wired.queue.run(), name="queue")] if wired.queue else []
        chunks = [group.create_task(wired.chunks.watch(), name="chunks")] if wired.chunks else []
        others = [
            group.create_task(wired.pulse.beat(), name="pulse"),
            group.create_task(wired.usher.attend(), name="usher"),
            group.create_task(wired.rescue.watch(), name="rescue"),
            group.create_task(wired.deliverer.run(), name="outbox"),
            group.create_task(wired.keeper.run(SchedulerAlarm()), name="schedules"),
            group.create_task(wired.caretaker.watch(), name="retention"),
            group.create_task(wired.persons.watch(), name="erasures"),
            *(group.create_task(each.run(), name="collector") for each in wired.couriers),
            group.create_task(wired.watch.watch(), name="monitors"),
            group.create_task(wired.attendant.watch(), name="incidents"),
        ]
        try:
            yield
        finally:
            await _cancelled([*queue, *chunks])
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
            while await deliverer.deliver_due():
                continue
    except (TimeoutError, EngineError):
        logger.info("some posts wait in the outbox for the next start")
