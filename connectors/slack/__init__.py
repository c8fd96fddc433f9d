"""Slack: events, commands and clicks come in by HTTP or a socket, cards go out by the Web API."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import ClientSession, DummyCookieJar
from opsdroid.connector import Connector, register_event
from opsdroid.core import OpsDroid
from opsdroid.events import Message
from pydantic import BaseModel

from connectors.intake.worker import Intake
from connectors.slack.answering import Answers
from connectors.slack.channels import Channels
from connectors.slack.desk import Desk
from connectors.slack.doors import Door
from connectors.slack.model import PLATFORM, Bot, Incoming, to_arrived
from connectors.slack.places import Place, message_of, place_of
from connectors.slack.posting import Poster
from connectors.slack.settings import SlackSettings
from connectors.slack.socket_mode import SocketMode
from connectors.slack.threads import Threads
from connectors.slack.web_api import NO_TOKEN, SlackApi, SlackFailed
from engine.cards import Card, CardKind, Severity
from engine.clock import Clock
from engine.errors import ConfigurationError
from engine.host import CardMessage, engine_of
from engine.inbox import Inbox
from engine.logs import place_of as place_in_code

logger = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0


class _Identity(BaseModel):
    user_id: str
    bot_id: str = ""
    team_id: str = ""
    is_enterprise_install: bool = False


@dataclass(frozen=True, slots=True)
class _Open:
    """What there is between connecting and disconnecting."""

    session: ClientSession
    api: SlackApi
    poster: Poster
    answers: Answers
    desk: Desk
    intake: Intake
    socket: SocketMode | None
    clock: Clock


class SlackConnector(Connector):
    """Takes what people do on Slack, and shows there what Atlas says."""

    gap = 1.0
    """Seconds between two posts into one channel; Slack takes no more for long."""

    def __init__(self, config: Mapping[str, object], opsdroid: OpsDroid | None = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name = PLATFORM
        self._open: _Open | None = None

    async def connect(self) -> None:
        """Open the ways in; raises ConfigurationError where Slack does not accept a token.

        Where Slack can't be reached, the rest of the bot starts all the same.
        """
        settings = SlackSettings.read(self.config, os.environ)
        self._open = opened = self._opened(settings)
        try:
            await self._require_tokens(opened)
        except ConfigurationError:
            await opened.session.close()
            raise
        if settings.signing_secret:
            door = Door(settings.signing_secret, self._take, self._me, opened.clock)
            door.add_to(self.opsdroid.web_server.web_app)

    def _opened(self, settings: SlackSettings) -> _Open:
        clock = engine_of(self.opsdroid).engine.clock
        session = ClientSession(cookie_jar=DummyCookieJar())
        api = SlackApi(settings.api_url, settings.bot_token, session)
        threads = Threads(api)
        poster = Poster(api, Channels(api, clock), threads, clock)
        answers = Answers(poster, clock)
        desk = Desk(self.opsdroid, poster, threads, answers, clock)
        intake = Intake(PLATFORM, self._inbox(), desk.work, clock)
        token = settings.app_token
        socket = SocketMode(api, session, token, self._take, self._me, clock) if token else None
        return _Open(session, api, poster, answers, desk, intake, socket, clock)

    def _inbox(self) -> Inbox:
        return engine_of(self.opsdroid).engine.inbox

    async def listen(self) -> None:
        """Work what arrives until disconnected; never raises, as that would end the whole bot."""
        opened = self._open
        if opened is None:
            return
        async with asyncio.TaskGroup() as group:
            background = [
                group.create_task(_unending(task, opened.clock), name=f"slack {name}")
                for name, task in self._background(opened).items()
            ]
            await _unending(opened.intake.run, opened.clock)
            for task in background:
                task.cancel()

    def _background(self, opened: _Open) -> dict[str, Callable[[], Awaitable[None]]]:
        others: dict[str, Callable[[], Awaitable[None]]] = {"identity": self._introduce}
        if opened.socket is not None:
            others["socket"] = opened.socket.run
        return others

    async def disconnect(self) -> None:
        """Take no more, answer what was accepted, then close."""
        if self._open is not None:
            await self._open.intake.close()
            await self._open.session.close()

    @register_event(CardMessage)
    async def show_card(self, event: CardMessage) -> str:
        """Post a card, or edit the message that an earlier form of it became; its receipt."""
        poster = self._opened_or_fail().poster
        if event.receipt is not None:
            edited = await poster.edit(event.receipt, event.card, event.key)
            if edited is not None:
                return edited
        doubtful = event.doubtful
        return await poster.post(_place(event), event.card, event.key, doubtful=doubtful)

    @register_event(Message)
    async def show_text(self, event: Message) -> str:
        """Post plain text, which is what opsdroid itself sends when a skill breaks."""
        card = Card(CardKind.REPLY, Severity.CRITICAL, title=event.text)
        return await self._opened_or_fail().poster.post(place_of(event.target), card)

    async def _take(self, incoming: Incoming) -> None:
        """Keep what arrived; raises EngineError where that is not possible now."""
        opened = self._opened_or_fail()
        if not incoming.certain and opened.desk.is_of_others(incoming):
            return
        await opened.intake.take(to_arrived(incoming, opened.clock.now()))

    def _me(self) -> Bot:
        return self._opened_or_fail().desk.me

    def _opened_or_fail(self) -> _Open:
        if self._open is None:
            raise ConfigurationError("The Slack connector is not connected.", "Wait for its start.")
        return self._open

    async def _require_tokens(self, opened: _Open) -> None:
        try:
            await _introduced(opened)
            if opened.socket is not None:
                await opened.socket.opened()
        except SlackFailed as error:
            if error.code in NO_TOKEN:
                raise ConfigurationError(error.message, error.hint) from error
            logger.warning("slack: not reached at the start: %s", error.message)

    async def _introduce(self) -> None:
        """Ask Slack who the bot is for as long as that is not known."""
        opened, wait = self._opened_or_fail(), FIRST_WAIT
        while not opened.desk.me.user_id:
            try:
                await _introduced(opened)
            except SlackFailed as error:
                logger.warning("slack: not reached: %s %s", error.message, error.hint)
                await opened.clock.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)


def _place(event: CardMessage) -> Place:
    """The thread of the message that it belongs to, where there is one, or its target."""
    above = message_of(event.thread_receipt or "")
    return place_of(event.target) if above is None else Place(*above)


async def _introduced(opened: _Open) -> None:
    who = await opened.api.call("auth.test", _Identity)
    team = "" if who.is_enterprise_install else who.team_id
    opened.desk.me = Bot(who.user_id, who.bot_id, team)


async def _unending(task: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Begin a task anew where it breaks, a moment later."""
    while True:
        try:
            return await task()
        except Exception as error:  # noqa: BLE001  # what it raises would end the whole bot
            logger.error("slack: it broke: %s", place_in_code(error))  # noqa: TRY400  # a traceback may hold what was said
            await clock.sleep(LONGEST_WAIT)
