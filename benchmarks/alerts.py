"""A storm of findings: how many messages it makes, how long it takes, and how much memory.

Run it with `uv run python -m benchmarks.alerts`. Findings come ten at a time, as from a run that
fails, each ten in a transaction of their own on one embedded PostgreSQL with its usual settings.
Beside it, in the same run, one message is put for each finding, which is what tools without
incidents do.
"""

import argparse
import asyncio
import json
import os
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC
from pathlib import Path

from sqlalchemy import text

from benchmarks.server import a_server
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.incidents import PostgresIncidents
from engine.adapters.postgres.migrate import migrate
from engine.adapters.postgres.outbox import PostgresOutbox
from engine.adapters.postgres.routing import PostgresRouting
from engine.alerts.incidents.desk import IncidentDesk
from engine.alerts.incidents.signals import Noted
from engine.alerts.model import Post
from engine.cards import Card, CardKind, Fact, Severity
from engine.catalog.model import (
    DatasetName,
    FileFormat,
    FileSource,
    Layer,
    Model,
    PrivacyPolicy,
    Project,
    Routes,
    Table,
)
from engine.clock import SystemClock
from engine.topics import Kind

AT_ONCE = 10
"""Findings in one transaction."""

HUB = DatasetName(Layer.SILVER, "hub")


@dataclass(frozen=True, slots=True)
class Transaction:
    """What telling of incidents needs, on one connection."""

    incidents: PostgresIncidents
    routing: PostgresRouting
    outbox: PostgresOutbox


@dataclass(frozen=True, slots=True)
class Figures:
    """What a storm came to."""

    messages: int
    """New messages that somebody reads."""
    edits: int
    """Times that a message was written anew; the deliverer sends the newest form only."""
    incidents: int
    seconds: float
    milliseconds_each: float
    last_tenth: float
    """Milliseconds of a finding among the last tenth of them."""
    grown_mb: float
    """How much the process grew."""


def a_project(models: int) -> Project:
    """A hub with so many models that read it."""
    source = FileSource(FileFormat.CSV, "*.csv")
    hub = Table("hub", source, ("id",), ())
    made = tuple(Model(f"m{number}", "SELECT 1", (HUB,)) for number in range(models))
    return Project("Storm", Path(), (), (hub,), made, (), Routes(), PrivacyPolicy({}))


def findings(datasets: Sequence[DatasetName | None]) -> Iterator[Noted]:
    """One for each dataset; each ten are of one run where they have no dataset to be told by."""
    clock = SystemClock()
    for number, dataset in enumerate(datasets):
        title = f"{dataset or number} was held back: 2 checks did not hold"
        facts = (Fact("Run", f"R{number}"), Fact("Owner", "Nobody"))
        card = Card(CardKind.ALERT, Severity.CRITICAL, title, "Some lines of text.\n" * 4, facts)
        print_ = f"checks_failed/{dataset}/{number}"
        yield Noted(
            fingerprint=print_,
            kind=Kind.QUALITY,
            dataset=dataset,
            severity=Severity.CRITICAL,
            at=clock.now(),
            occurrence=f"R{number}/1",
            card=card,
            run_id=f"R{number}",
        )


@asynccontextmanager
async def begun(database: Database) -> AsyncIterator[Transaction]:
    """A transaction."""
    async with database.begin() as connection:
        yield Transaction(
            PostgresIncidents(connection),
            PostgresRouting(connection),
            PostgresOutbox(connection, SystemClock()),
        )


async def storm(
    database: Database,
    heard: Sequence[Noted],
    act: Callable[[Transaction, Sequence[Noted]], Awaitable[None]],
) -> Figures:
    """Let them all be heard, ten at a time, and count what came of it."""
    async with database.begin() as connection:
        await connection.execute(
            text("TRUNCATE atlas.outbox, atlas.incidents RESTART IDENTITY CASCADE")
        )
    grown, took, begun_at = _grown(), [], time.perf_counter()
    for first in range(0, len(heard), AT_ONCE):
        before = time.perf_counter()
        async with begun(database) as tx:
            await act(tx, heard[first : first + AT_ONCE])
        took.append((time.perf_counter() - before) * 1000 / AT_ONCE)
    seconds = time.perf_counter() - begun_at
    async with database.begin() as connection:
        query = text("SELECT count(*), coalesce(sum(revision - 1), 0) FROM atlas.outbox")
        messages, edits = (await connection.execute(query)).one()
        incidents = await connection.scalar(text("SELECT count(*) FROM atlas.incidents"))
    last = took[-max(1, len(took) // 10) :]
    return Figures(
        messages=int(messages),
        edits=int(edits),
        incidents=int(incidents or 0),
        seconds=round(seconds, 1),
        milliseconds_each=round(seconds * 1000 / len(heard), 2),
        last_tenth=round(sum(last) / len(last), 2),
        grown_mb=round(_grown() - grown, 1),
    )


def _grown() -> float:
    """The most memory that the process had so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def one_message_each(tx: Transaction, heard: Sequence[Noted]) -> None:
    """What tools without incidents do."""
    for each in heard:
        key = f"finding:{each.fingerprint}:{each.run_id}"
        await tx.outbox.put(Post(key, "web:#data-alerts", each.card))


async def measured(url: str, count: int) -> dict[str, Figures]:
    """Each storm, by its name."""
    database = Database(url, DatabaseLimits(connections=2))
    project = a_project(count)
    await migrate(database)
    desk = IncidentDesk(project, "web", SystemClock(), UTC)
    apart = list(findings([None] * count))
    one = list(findings([HUB, *(model.gold for model in project.models)][:count]))
    try:
        return {
            "one message each": await storm(database, apart, one_message_each),
            "Atlas, as many causes": await storm(database, apart, desk.hear),
            "Atlas, one cause": await storm(database, one, desk.hear),
        }
    finally:
        await database.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=10_000)
    count = parser.parse_args().findings
    with a_server() as (url, _):
        found = asyncio.run(measured(url, count))
    told = {name: asdict(figures) for name, figures in found.items()}
    print(json.dumps({"cpus": os.cpu_count(), "findings": count, **told}, indent=2))


if __name__ == "__main__":
    main()
