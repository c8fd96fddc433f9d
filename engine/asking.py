"""One sentence through the real bot, followed to its end: what `atlas ask` does."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from opsdroid.core import OpsDroid
from opsdroid.events import Message

from engine.cards import Card
from engine.commands import Command
from engine.configuration import Configuration
from engine.host import EngineDatabase, engine_of, running_bot
from engine.outcome import Accepted, Refused
from engine.runs.model import Run, RunStatus

LOOK_AGAIN = 0.2
LAST_CARD = 2.0
"""Seconds to wait for the card of a run that has ended."""


class Terminal(Protocol):
    """What asking needs of the terminal connector."""

    heard: Mapping[str, Card]
    changed: asyncio.Event

    async def say(self, text: str, person: str, channel: str) -> Message:
        """Give one sentence to the bot."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """How one sentence was understood, what was replied, and how its run ended."""

    command: Command | None
    refused: bool
    cards: tuple[Card, ...]
    run: Run | None

    @property
    def did(self) -> bool:
        """Whether the sentence was understood and did what it said."""
        failed = self.run is not None and self.run.status in {RunStatus.FAILED, RunStatus.CANCELLED}
        return self.command is not None and not self.refused and not failed


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence, who says it, and where."""

    text: str
    person: str
    channel: str
    wait: bool = True


async def ask(
    question: Question, configuration: Configuration, home: Path, show: Callable[[Card], None]
) -> Asked:
    """Ask a bot that lives as long as the answer takes; `show` gets the cards at the end."""
    async with running_bot(configuration, home) as bot:
        terminal = cast("Terminal", bot.get_connector("terminal"))
        message = await terminal.say(question.text, question.person, question.channel)
        command = getattr(message.raw_parses.get("atlas"), "command", None)
        outcome = message.raw_parses.get("outcome")
        run = None
        if isinstance(outcome, Accepted):
            run = await _followed(bot, terminal, outcome.run_id, wait=question.wait)
        for card in terminal.heard.values():
            show(card)
        return Asked(command, isinstance(outcome, Refused), tuple(terminal.heard.values()), run)


async def _followed(bot: OpsDroid, terminal: Terminal, run_id: str, *, wait: bool) -> Run | None:
    """The run once it ended and its last card came; without waiting, once its first card came."""
    engine = engine_of(bot)
    run = await _ended(engine, run_id) if wait else await engine.run(run_id)
    while wait and run is not None and (following := await engine.day_after(run)):
        run = await _ended(engine, following)
    await _spoken(terminal, run if wait else None)
    return run


async def _ended(engine: EngineDatabase, run_id: str) -> Run | None:
    run = await engine.run(run_id)
    while run is not None and not run.done:
        await engine.engine.clock.sleep(LOOK_AGAIN)
        run = await engine.run(run_id)
    return run


async def _spoken(terminal: Terminal, run: Run | None) -> None:
    try:
        async with asyncio.timeout(LAST_CARD):
            while not any(_tells_end(card, run) for card in terminal.heard.values()):
                terminal.changed.clear()
                await terminal.changed.wait()
    except TimeoutError:
        return


def _tells_end(card: Card, run: Run | None) -> bool:
    return run is None or str(run.status) in card.title
