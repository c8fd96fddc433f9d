"""The graph in memory kept in step with its tables, whichever process changes them."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.lineage_graph import CHANNEL, REMEMBERED
from engine.adapters.postgres.listener import listening
from engine.clock import Clock
from engine.errors import EngineError
from engine.lineage.graph import DatasetId, Graph, JobId
from engine.lineage.memory import KnownDataset, KnownJob, LineageMemory, News

logger = logging.getLogger(__name__)

TRY_AGAIN = 2.0

# one that was in progress at the last look may be committed now, below others that were seen
_CHANGED = """
(changed >= pg_snapshot_xmin(CAST(CAST(:since AS text) AS pg_snapshot))::text::bigint
 AND NOT pg_visible_in_snapshot(changed::text::xid8, CAST(CAST(:since AS text) AS pg_snapshot)))
"""

_FACETS = ", ".join(f"'{name}', facets->'{name}'" for name in REMEMBERED)

_DATASETS = f"""
SELECT namespace, name, jsonb_strip_nulls(jsonb_build_object({_FACETS}))::text AS facets
FROM atlas.lineage_datasets
"""

_JOBS = """
SELECT namespace, name, producer, coalesce(io, '[]') AS io FROM atlas.lineage_jobs
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(role, dataset_namespace, dataset_name))::text AS io
  FROM atlas.lineage_job_io WHERE job_namespace = namespace AND job_name = name
) flows ON true
"""


class FollowedLineage:
    """Reads what is stored once, and from then on only what was changed since the last look."""

    def __init__(self, database: Database, memory: LineageMemory) -> None:
        self._database = database
        self._memory = memory
        self._since: str | None = None
        self._told = asyncio.Event()
        self.looks = 0
        """How often it came in step."""

    def wake(self) -> None:
        """Something changed, or may have: the connection that hears of it was lost."""
        self._told.set()

    async def look(self) -> None:
        """Come in step with what is committed now."""
        async with self._database.begin() as connection:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            now = await connection.scalar(text("SELECT pg_current_snapshot()::text"))
            news = await _news(connection, self._since)
        if self._since is None:
            # in a thread: a large graph takes seconds, and chat does not wait for it
            await asyncio.to_thread(self._memory.anew, news)
        else:
            self._memory.hear(news)
        self._since = now
        self.looks += 1

    async def anew(self) -> None:
        """Read everything once more, also what is gone."""
        self._since = None
        await self.look()

    async def follow(self, clock: Clock) -> None:
        """Look whenever woken; a database that is away is asked again a moment later."""
        while True:
            await self._told.wait()
            self._told.clear()
            try:
                await self.look()
            except EngineError as error:
                logger.warning("the graph of what feeds what is not in step (%s)", error.message)
                self._since = None
                await clock.sleep(TRY_AGAIN)
                self._told.set()


async def _news(connection: AsyncConnection, since: str | None) -> News:
    where, given = ("", {}) if since is None else (f"WHERE {_CHANGED}", {"since": since})
    datasets = await connection.execute(text(f"{_DATASETS} {where}"), given)
    jobs = await connection.execute(text(f"{_JOBS} {where}"), given)
    return News(
        tuple(
            KnownDataset(DatasetId(row.namespace, row.name), json.loads(row.facets))
            for row in datasets
        ),
        tuple(_job(row.namespace, row.name, row.producer, row.io) for row in jobs),
    )


def _job(namespace: str, name: str, producer: str, io: str) -> KnownJob:
    flows: list[tuple[str, str, str]] = json.loads(io)
    inputs, outputs = (
        tuple(DatasetId(where, which) for role, where, which in flows if role == wanted)
        for wanted in ("input", "output")
    )
    return KnownJob(JobId(namespace, name), producer, inputs, outputs)


_WRITTEN = """
SELECT dataset_namespace, dataset_name, max(CAST(runs->0->>'completed' AS timestamptz)) AS at
FROM atlas.lineage_job_io JOIN atlas.lineage_jobs ON job_namespace = namespace AND job_name = name
WHERE role = 'output' AND (dataset_namespace, dataset_name) IN
  (SELECT * FROM unnest(CAST(:namespaces AS text[]), CAST(:names AS text[])))
GROUP BY 1, 2
"""


class RememberedLineage:
    """What the memory knows; when something was written, the tables know better."""

    def __init__(self, database: Database, memory: LineageMemory) -> None:
        self._database = database
        self._memory = memory

    async def graph(self) -> Graph:
        """The graph in memory."""
        return self._memory.graph

    async def around(self, dataset: DatasetId) -> Graph:  # noqa: ARG002  # the port's: it is in there, whichever it is
        """The same graph."""
        return self._memory.graph

    async def written(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, datetime]:
        """When a job that writes it last completed."""
        given = {
            "namespaces": [each.namespace for each in datasets],
            "names": [each.name for each in datasets],
        }
        async with self._database.begin() as connection:
            rows = await connection.execute(text(_WRITTEN), given)
            return {
                DatasetId(row.dataset_namespace, row.dataset_name): row.at for row in rows if row.at
            }


@asynccontextmanager
async def remembering(
    url: str, database: Database, memory: LineageMemory, clock: Clock
) -> AsyncIterator[FollowedLineage]:
    """Keep a memory in step until the block ends; it is in step when the block begins."""
    followed = FollowedLineage(database, memory)
    await followed.look()
    async with asyncio.TaskGroup() as group, listening(url, CHANNEL, followed.wake, clock):
        task = group.create_task(followed.follow(clock), name="lineage")
        try:
            yield followed
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
