"""What the engine is opened with, and what everything in it stands on."""

import asyncio
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url

from engine.adapters.audit_witness import FileWitness
from engine.adapters.deliveries.sources import ProjectDeliveries
from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.audit import PostgresAudit
from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.increments import StagedIncrements
from engine.adapters.postgres.metrics import PostgresRecall
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.run_queue import QUEUE
from engine.adapters.postgres.text_chunks import CHUNKS_QUEUE, PostgresChunks
from engine.adapters.postgres.text_reading import PostgresTexts
from engine.adapters.postgres.transactions import PostgresTransactions
from engine.adapters.presidio.detector import PresidioDetector
from engine.adapters.privacy_file import PrivacyFile
from engine.adapters.project_lineage import project_columns
from engine.adapters.routes_file import RoutesFile
from engine.adapters.shields import Shields
from engine.adapters.soda import SodaQuality
from engine.adapters.sql_lineage import SqlLineage
from engine.alerts.ports import Sender
from engine.audit.seals import Seals
from engine.catalog.model import Project
from engine.clock import Clock, SystemClock
from engine.lineage.declared import Declared
from engine.lineage.delivery import Collector
from engine.lineage.graph import Naming
from engine.lineage.memory import LineageMemory
from engine.lineage.sources import external_sources
from engine.privacy.free_text import FreeText
from engine.privacy.protect import Keyring
from engine.runs.lineage_facts import Knowledge
from engine.runs.tracing import Tracer
from engine.settings import Settings

QUEUES = (QUEUE, CHUNKS_QUEUE)
"""What there is to work: runs, and free text that others are about to protect."""


@dataclass(frozen=True, slots=True)
class Marquez:
    """The address of a Marquez, and what it wants to be shown."""

    url: str = field(repr=False)
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the engine is opened with."""

    project: Project
    settings: Settings
    database_url: str
    keys: Keyring | None
    sender: Sender
    platforms: Collection[str]
    own_platforms: Collection[str] = ()
    """Those whose posts are for the process that made them, such as a terminal."""
    gaps: Mapping[str, float] = field(default_factory=dict)
    """Seconds between two messages for a place, by platform."""
    folder: Path | None = None
    """This machine's data folder, if it has one."""
    collectors: Sequence[Collector] = ()
    """Who wants the lineage events of runs as well."""
    marquez: Marquez | None = None
    """Who is asked what feeds what in Atlas's place."""
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
    protecting: Protecting
    privacy: PrivacyFile
    free_text: FreeText
    audit: PostgresAudit
    deliveries: ProjectDeliveries
    transactions: PostgresTransactions
    routes: RoutesFile
    naming: Naming
    declared: Declared
    memory: LineageMemory
    tracer: Tracer
    line: asyncio.Event
    """Set when the line of runs moved."""

    @classmethod
    def laid(
        cls,
        parts: Parts,
        database: Database,
        soda: SodaQuality,
        detector: PresidioDetector,
        shields: Shields,
        worker: str,
    ) -> "Ground":
        """With the clock of the system."""
        clock, line = SystemClock(), asyncio.Event()
        protecting = Protecting(parts.keys, shields, parts.folder)
        naming = naming_of(parts.database_url)
        render = OpenLineageRenderer(naming.namespace, naming.database)
        sources = external_sources(parts.project, os.environ)
        declared = Declared(parts.project, naming, sources, project_columns(parts.project))
        audit = _audit(parts, database)
        privacy = PrivacyFile(parts.project)
        texts = PostgresTexts(database, parts.keys, shields, clock, parts.folder)
        timeout, recall = parts.settings.worker_timeout, PostgresRecall(database)
        staged = StagedIncrements(database)
        return cls(
            parts,
            database,
            clock,
            worker,
            soda,
            PostgresChecks(database, soda, clock, timeout, recall, staged),
            detector,
            protecting,
            privacy,
            FreeText(texts, PostgresChunks(database, worker), privacy, clock),
            audit,
            ProjectDeliveries(parts.project.folder, clock, parts.settings.file_rest),
            PostgresTransactions(
                database, protecting, render, clock, worker, line.set, audit=audit
            ),
            RoutesFile(parts.project),
            naming,
            declared,
            LineageMemory(declared),
            Tracer(Knowledge(parts.project, sources), SqlLineage().of),
            line,
        )


def _audit(parts: Parts, database: Database) -> PostgresAudit:
    witness = FileWitness(parts.folder, parts.database_url) if parts.folder else None
    return PostgresAudit(database, Seals(parts.keys or ()), witness)


def naming_of(url: str) -> Naming:
    """How the datasets of a database are called among those of other tools."""
    parsed = make_url(url)
    host, port = parsed.host or "localhost", parsed.port or 5432
    return Naming(f"postgres://{host}:{port}", parsed.database or "postgres")
