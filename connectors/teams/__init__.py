"""Microsoft Teams: takes what people say and click there, and says cards."""

import asyncio
import logging
import os
from collections.abc import Mapping

from aiohttp import ClientSession, DummyCookieJar
from opsdroid.connector import Connector, register_event
from opsdroid.core import OpsDroid
from opsdroid.events import Message
from typing_extensions import override

from connectors.heard import Heard
from connectors.intake.ports import Arrived
from connectors.painting import pictures_of
from connectors.teams.assembly import Assembly, Stores, assembled, require_startable
from connectors.teams.failures import Unanswered
from connectors.teams.settings import Credentials, TeamsSettings
from connectors.teams.speaking import Receipt, card_message, text_message
from connectors.teams.speech import BESIDE, Beside
from engine.host import CardMessage, engine_of, own_settings

logger = logging.getLogger(__name__)

TYPING_AFTER = 1.0
TYPING_AGAIN = 5.0
"""Seconds after which the sign that an answer is on its way is shown first, and anew."""


class TeamsConnector(Connector):
    """Serves POST /connector/teams on opsdroid's own web server."""

    gap = 1.0
    """Seconds between two posts into one conversation; Teams takes no more for long."""

    def __init__(self, config: Mapping[str, object], opsdroid: OpsDroid | None = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name = "teams"
        self._session: ClientSession | None = None
        self._parts: Assembly | None = None

    @override
    async def connect(self) -> None:
        """Add the route; raises ConfigurationError for what can't be used, also a bad password."""
        web = self.opsdroid.web_server
        settings = TeamsSettings.read(own_settings(self.config))
        credentials = Credentials.read(os.environ)
        require_startable(settings, credentials, web.get_host)
        self._session = ClientSession(cookie_jar=DummyCookieJar())
        engine = engine_of(self.opsdroid).engine
        stores = Stores(engine.conversations, engine.inbox)
        parts = assembled(self._session, settings, credentials, stores, self._work, engine.clock)
        await _prove(parts)
        self._parts = parts
        parts.entrance.add_to(web.web_app)

    @override
    async def listen(self) -> None:
        """Work what people say, until closed."""
        parts = self._ready()
        async with asyncio.TaskGroup() as group:
            noting = group.create_task(parts.entrance.run(), name="teams entrance")
            await parts.intake.run()
            noting.cancel()

    @override
    async def disconnect(self) -> None:
        """Answer what was accepted, then close."""
        if self._parts is not None:
            await self._parts.intake.close()
        if self._session is not None:
            await self._session.close()

    async def _work(self, arrived: Arrived) -> None:
        """Hand one sentence to the bot; Teams shows that an answer is on its way."""
        beside = BESIDE.validate_json(arrived.payload)
        async with asyncio.TaskGroup() as group:
            typing = group.create_task(self._show_typing(beside.target), name="typing")
            try:
                await self._parse(arrived, beside)
            finally:
                typing.cancel()

    async def _parse(self, arrived: Arrived, beside: Beside) -> None:
        text = await self._ready().roster.told(arrived.text, beside)
        message = Heard(
            text,
            user_id=beside.person,
            user=self._ready().roster.name_of(beside.person),
            target=beside.target,
            connector=self,
            event_id=arrived.key,
        )
        message.key = f"{self.name}:{arrived.key}"
        await self.opsdroid.parse(message)

    async def _show_typing(self, target: str) -> None:
        parts = self._ready()
        await parts.clock.sleep(TYPING_AFTER)
        while True:
            await parts.speaker.show_typing(target)
            await parts.clock.sleep(TYPING_AGAIN)

    @register_event(CardMessage)
    async def show_card(self, event: CardMessage) -> str:
        """Say a card, or edit the message of its receipt; raises DeliveryFailed."""
        draw = card_message(event.card, await pictures_of(event.card.picture))
        speaker = self._ready().speaker
        if event.key is None and event.receipt is None:
            return await speaker.answer(event.target, draw)
        return await speaker.say(_target(event), draw, event.receipt)

    @register_event(Message)
    async def show_text(self, event: Message) -> str:
        """Say plain text, which is what opsdroid itself sends when a skill breaks."""
        return await self._ready().speaker.answer(event.target, text_message(event.text))

    def _ready(self) -> Assembly:
        if self._parts is None:
            raise RuntimeError("the teams connector is not connected")
        return self._parts


def _target(event: CardMessage) -> str:
    """The thread of the message that it belongs to, where there is one, or its target."""
    above = Receipt.read(event.thread_receipt or "")
    return event.target if above is None else above.conversation


async def _prove(parts: Assembly) -> None:
    """Raise ConfigurationError for a wrong password; a login that is away keeps nobody waiting."""
    if parts.login is not None:
        try:
            await parts.login.prove()
        except Unanswered:
            logger.warning("the login of Teams does not answer; it is asked again when needed")
