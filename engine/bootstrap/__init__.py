"""The one place where adapters meet ports: opens the engine and closes it again."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

from engine.adapters.collectors import HttpCollectors
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.key_fingerprints import require_same_keys
from engine.adapters.postgres.lineage_memory import remembering
from engine.adapters.postgres.listener import listening
from engine.adapters.postgres.migrate import require_newest
from engine.adapters.postgres.outbox import CHANNEL
from engine.adapters.postgres.schedules import CHANNEL as SCHEDULES_CHANNEL
from engine.adapters.postgres.sessions import PostgresSessions
from engine.adapters.presidio.detector import PresidioDetector
from engine.adapters.shields import Shields
from engine.adapters.soda import SodaQuality
from engine.adapters.soda_groups import tellable_columns
from engine.alerts.outbox import AT_ONCE
from engine.bootstrap.asked import Engine
from engine.bootstrap.at_work import at_work, wire
from engine.bootstrap.ground import QUEUES, Ground, Marquez, Parts
from engine.catalog.model import Project
from engine.errors import KeyMissing
from engine.privacy.operators import KEYED
from engine.privacy.protect import Keyring

__all__ = ["QUEUES", "Engine", "Marquez", "Parts", "open_engine", "require_key"]


def require_key(project: Project, keys: Keyring | None) -> None:
    """Raise KeyMissing where the project hashes or encrypts anything and there is no key."""
    operators = {
        column.operator for table in project.tables for column in table.columns if column.operator
    }
    if keys is None and not KEYED.isdisjoint(operators | project.privacy.uses()):
        raise KeyMissing(
            "The project hashes or encrypts personal data, and there is no secret key."
        )


@asynccontextmanager
async def open_engine(parts: Parts) -> AsyncIterator[Engine]:
    """The engine at work: runs are worked and posts delivered until the block ends."""
    require_key(parts.project, parts.keys)
    worker = f"atlas {uuid4().hex[:12]}"
    async with AsyncExitStack() as stack:
        database = Database(parts.database_url, _limits(parts, worker))
        stack.push_async_callback(database.close)
        await require_newest(database)
        if parts.keys is not None:
            await require_same_keys(database, parts.keys)
        soda = SodaQuality(
            parts.database_url,
            parts.settings.worker_timeout,
            worker,
            PostgresSessions(database).end_worker,
            tellable_columns(parts.project),
        )
        stack.callback(soda.close)
        shields = Shields(parts.settings.worker_timeout, max(os.cpu_count() or 1, 1))
        stack.callback(shields.close)
        detector = PresidioDetector(shields, parts.folder)
        ground = Ground.laid(parts, database, soda, detector, shields, worker)
        await stack.enter_async_context(
            remembering(parts.database_url, database, ground.memory, ground.clock)
        )
        client = await stack.enter_async_context(HttpCollectors.opened(ground.clock))
        wired = wire(ground, client)
        await stack.enter_async_context(
            listening(parts.database_url, CHANNEL, wired.deliverer.wake, wired.engine.clock)
        )
        await stack.enter_async_context(
            listening(parts.database_url, SCHEDULES_CHANNEL, wired.keeper.wake, wired.engine.clock)
        )
        await stack.enter_async_context(wired.hooks.at_work())
        await stack.enter_async_context(at_work(wired))
        yield wired.engine


def _limits(parts: Parts, worker: str) -> DatabaseLimits:
    """Two connections for each run at work, one for each place that is served, some for answers."""
    settings = parts.settings
    return DatabaseLimits(
        settings.statement_timeout,
        settings.lock_timeout,
        connections=10 + 2 * settings.runs_at_once + AT_ONCE * len(parts.platforms),
        name=worker,
        swap_lock_timeout=settings.swap_lock_timeout,
    )
