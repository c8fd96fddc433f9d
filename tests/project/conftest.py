"""One story for several tests: the sample through both of its deliveries, and all it left."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

import asyncpg
import pytest
import pytest_asyncio
from typing_extensions import override

from engine.cards import to_json
from engine.outcome import Accepted
from engine.runs.model import Run
from engine.sample.generate import personal_values
from tests.adapters.builders import address, execute, fresh
from tests.world import World, eventually, opened_world

SENTENCES = (
    # after both deliveries; each ends in a card, or in a run whose card comes
    "scan bronze.customers for personal data",
    "check quality of customers",
    "show quarantined rows of customers",
    "show quarantined rows of orders",
    "show quarantined rows of support_tickets",
    "why did medallion fail?",
    "list runs",
    "what pipelines are there?",
    "describe medallion",
    "status of medallion",
)


@dataclass
class Story:
    """What the sample left behind after two runs and some questions."""

    runs: tuple[Run, ...]
    personal: Collection[str]
    tables: Mapping[str, str] = field(repr=False)
    """The rows of each table outside of bronze, as text."""

    events: tuple[Mapping[str, object], ...] = field(repr=False)
    cards: tuple[str, ...] = field(repr=False)
    log: str = field(repr=False)


class Remembering(logging.Handler):
    """Keeps every log line, with what else its record holds."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(f"{self.format(record)} {record.args} {record.exc_text}")


@pytest.fixture(scope="session", autouse=True)
def hasty(server: str) -> None:
    """Let the server write without waiting for the disk."""
    asyncio.run(execute(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def story(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Story]:
    """The story, told once a session."""
    name, folder = fresh("story"), tmp_path_factory.mktemp("story")
    await execute(server, f'CREATE DATABASE {name} TEMPLATE "{template}"')
    remembering = Remembering()
    loggers = [logging.getLogger(each) for each in ("engine", "skills", "connectors", "opsdroid")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(remembering)
    with pytest.MonkeyPatch.context() as monkeypatch:
        async with opened_world(address(server, name), folder, monkeypatch) as world:
            runs = await _told(world)
            personal = personal_values(world.project / "deliveries")
            cards = [to_json(card) for card in world.terminal.heard.values()]
            tables = await _dumped(world.database_url)
            events = await world.rows("SELECT * FROM atlas.lineage_events ORDER BY id")
    logging.getLogger().removeHandler(remembering)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    yield Story(
        runs,
        personal,
        tables,
        tuple(dict(event) for event in events),
        tuple(cards),
        "\n".join(remembering.lines),
    )
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _told(world: World) -> tuple[Run, ...]:
    first = await world.run("run pipeline medallion")
    second = await world.run("run pipeline medallion")
    for sentence in SENTENCES:
        message = await world.say(sentence)
        outcome = message.raw_parses.get("outcome")
        if isinstance(outcome, Accepted):
            await eventually(partial(_ended, world, outcome.run_id))
    return first, second


async def _ended(world: World, run_id: str) -> Run | None:
    run = await world.engine.run(run_id)
    return run if run is not None and run.done else None


async def _dumped(url: str) -> Mapping[str, str]:
    connection = await asyncpg.connect(url)
    try:
        names = await connection.fetch(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name "
            "FROM pg_tables WHERE schemaname NOT IN "
            "('bronze', 'pg_catalog', 'information_schema')"
        )
        dumps = {}
        for record in names:
            pieces: list[bytes] = []
            await connection.copy_from_query(
                f"SELECT * FROM {record['name']}",  # noqa: S608  # quoted by PostgreSQL
                output=_into(pieces),
            )
            dumps[str(record["name"])] = b"".join(pieces).decode()
        return dumps
    finally:
        await connection.close()


def _into(pieces: list[bytes]) -> object:
    async def keep(piece: bytes) -> None:
        pieces.append(bytes(piece))

    return keep
