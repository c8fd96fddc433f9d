"""One sentence from a terminal or a script, and the cards that answer it."""

import asyncio
from collections.abc import Mapping

from opsdroid.connector import Connector, register_event
from opsdroid.core import OpsDroid
from opsdroid.events import Message

from connectors.heard import Heard
from engine.cards import Card, CardKind, Severity
from engine.host import CardMessage


class TerminalConnector(Connector):
    """Collects what Atlas says; `heard` holds each message in its newest form."""

    own = True
    """What is said here is for this process: two terminals must not read each other's cards."""

    def __init__(self, config: Mapping[str, object], opsdroid: OpsDroid | None = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name = "terminal"
        self.heard: dict[str, Card] = {}
        self.changed = asyncio.Event()

    async def connect(self) -> None:
        """Nothing to connect to."""

    async def listen(self) -> None:
        """Nothing to listen to: sentences come through `say`."""

    async def say(self, text: str, person: str, channel: str) -> Message:
        """Give one sentence to the bot, and return the message after all skills had it."""
        message = Heard(text, user_id=person, user=person, target=channel, connector=self)
        await self.opsdroid.parse(message)
        return message

    @register_event(CardMessage)
    async def hear(self, event: CardMessage) -> str:
        """Keep a card; an edit replaces its earlier form."""
        return self._kept(event)

    def _kept(self, event: CardMessage) -> str:
        receipt = event.receipt or str(len(self.heard))
        self.heard[receipt] = event.card
        self.changed.set()
        return receipt

    @register_event(Message)
    async def hear_text(self, event: Message) -> str:
        """Keep plain text, which is what opsdroid itself sends when a skill breaks."""
        card = Card(CardKind.REPLY, Severity.CRITICAL, title=event.text)
        return self._kept(CardMessage(card))
