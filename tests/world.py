"""A world to act in: a real opsdroid with the real engine, and a person who talks to it."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar, cast

import asyncpg
import pytest
from opsdroid.core import OpsDroid
from opsdroid.events import Message

from engine.cards import Card, CardKind
from engine.configuration import Configuration, local_configuration
from engine.data_folder import DataFolder
from engine.demo import free_port, install_sample
from engine.host import EngineDatabase, engine_of, running_bot
from engine.outcome import Accepted, Answer
from engine.runs.model import Run

SHARED = Path(__file__).parent.parent.parent / "shared"

TEST_KEY = base64.b64encode(bytes(range(32))).decode()

PATIENCE = 90.0
"""Seconds after which a test stops waiting for something that should have happened."""

T = TypeVar("T")

NOTHING_SET: Mapping[str, object] = {}


class Terminal(Protocol):
    """The terminal connector, as tests use it."""

    heard: Mapping[str, Card]

    async def say(self, text: str, person: str, channel: str) -> Message:
        """Give one sentence to the bot."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """One bot, the folder of its project, and the address of its database."""

    bot: OpsDroid
    project: Path
    database_url: str
    port: int

    @property
    def engine(self) -> EngineDatabase:
        """The engine behind the bot."""
        return engine_of(self.bot)

    @property
    def terminal(self) -> Terminal:
        """The person's terminal."""
        return cast("Terminal", self.bot.get_connector("terminal"))

    async def say(self, text: str, person: str = "you", channel: str = "#general") -> Message:
        """Say a sentence, and return once every skill had it."""
        return await self.terminal.say(text, person, channel)

    async def hear(self, text: str, person: str = "you") -> Card:
        """Say a sentence that is answered at once, and return the answer."""
        before = len(self.terminal.heard)
        await self.say(text, person)
        heard = list(self.terminal.heard.values())[before:]
        assert heard, f"no answer to {text!r}"
        # a run that began earlier may speak up between the sentence and its answer
        answers = [card for card in heard if card.kind is not CardKind.PROGRESS]
        return (answers or heard)[-1]

    async def told(self, text: str) -> object:
        """Say a sentence, confirm it where that is asked for; the outcome."""
        outcome = (await self.say(text)).raw_parses.get("outcome")
        if isinstance(outcome, Answer) and is_asked_back(outcome.card):
            confirming = outcome.card.buttons[0].command
            outcome = (await self.say(confirming)).raw_parses.get("outcome")
        return outcome

    async def run(self, text: str) -> Run:
        """Say a sentence that starts a run, and return the run as it ended."""
        outcome = await self.told(text)
        assert isinstance(outcome, Accepted), f"{text!r} started no run: {outcome}"
        return await eventually(lambda: self._ended(outcome.run_id))

    async def _ended(self, run_id: str) -> Run | None:
        run = await self.engine.run(run_id)
        return run if run is not None and run.done else None

    async def posts(self, channel: str) -> list[Card]:
        """The cards that the outbox holds for a channel of the web page, oldest first."""
        from engine.cards import from_json

        rows = await self.rows(
            "SELECT card FROM atlas.outbox WHERE place = $1 ORDER BY id", f"web:{channel}"
        )
        return [from_json(cast("str", row["card"])) for row in rows]

    async def rows(self, query: str, *arguments: object) -> "list[asyncpg.Record]":
        """What a query returns."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()


def is_asked_back(card: Card) -> bool:
    """Whether the card asks for a second word before something is done."""
    return any(each.command.startswith("confirm ") for each in card.buttons)


async def eventually(look: Callable[[], Awaitable[T | None]]) -> T:
    """What `look` finds, as soon as it finds something; fails after PATIENCE."""
    async with asyncio.timeout(PATIENCE):
        while (found := await look()) is None:
            await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def opened_world(
    database_url: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    connectors: Mapping[str, dict[str, object]] | None = None,
    project: Path | None = None,
    key: str = TEST_KEY,
    settings: Mapping[str, object] = NOTHING_SET,
) -> AsyncIterator[World]:
    """A real bot with the terminal and the given connectors; the sample project by default.

    `settings` are those of the engine that differ from a test's usual ones.
    """
    data, port = DataFolder(folder), free_port()
    if project is None:
        install_sample(data)
        project = data.project
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)
    monkeypatch.setenv("ATLAS_PROJECT", str(project))
    monkeypatch.setenv("ATLAS_SECRET_KEY", key)
    configuration = world_configuration(port, connectors or {}).with_engine(**settings)
    async with running_bot(configuration, folder) as bot:
        yield World(bot, project, database_url, port)


def world_configuration(port: int, connectors: Mapping[str, dict[str, object]]) -> Configuration:
    """The configuration of a test's bot."""
    # tests deliver whole files, and read them the next moment
    configuration = local_configuration({"terminal": {}, **connectors}).at_port(port)
    return configuration.with_engine(file_rest=0)
