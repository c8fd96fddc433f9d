"""What the engine is opened with, and what everything in it stands on."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from engine.adapters.deliveries.sources import ProjectDeliveries
from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.metrics import PostgresRecall
from engine.adapters.postgres.run_queue import QUEUE
from engine.adapters.postgres.substitutes import Substitutes
from engine.adapters.postgres.transactions import PostgresTransactions
from engine.adapters.presidio import PresidioDetector, PresidioMasker
from engine.adapters.soda import SodaQuality
from engine.alerts.ports import Sender
from engine.catalog.model import Project
from engine.clock import Clock, SystemClock
from engine.privacy.protect import SecretKey
from engine.settings import Settings

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
class Ground:
    """What everything else stands on."""

    parts: Parts
    database: Database
    clock: Clock
    worker: str
    soda: SodaQuality
    checks: PostgresChecks
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
        soda: SodaQuality,
        detector: PresidioDetector,
        worker: str,
    ) -> "Ground":
        """With the clock of the system."""
        clock, line = SystemClock(), asyncio.Event()
        substitutes = Substitutes(parts.key, PresidioMasker())
        render = _renderer(parts.database_url)
        timeout, recall = parts.settings.worker_timeout, PostgresRecall(database)
        return cls(
            parts,
            database,
            clock,
            worker,
            soda,
            PostgresChecks(database, soda, clock, timeout, recall),
            detector,
            substitutes,
            ProjectDeliveries(parts.project.folder, clock),
            PostgresTransactions(database, substitutes, render, clock, worker, line.set),
            line,
        )


def _renderer(url: str) -> OpenLineageRenderer:
    parsed = make_url(url)
    host, port = parsed.host or "localhost", parsed.port or 5432
    return OpenLineageRenderer(f"postgres://{host}:{port}", parsed.database or "postgres")
