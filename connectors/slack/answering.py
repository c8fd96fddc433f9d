"""The way back for one message: opsdroid's skills send to it, and it knows place and person."""

import logging

from opsdroid.connector import Connector
from opsdroid.core import OpsDroid
from opsdroid.events import Event, Message
from typing_extensions import override

from connectors.slack.model import PLATFORM, Incoming
from connectors.slack.patience import patiently
from connectors.slack.places import Place
from connectors.slack.posting import Poster
from connectors.slack.web_api import NOT_THERE, SlackFailed
from engine.cards import Card, CardKind, Severity
from engine.clock import Clock
from engine.host import CardMessage

logger = logging.getLogger(__name__)


class Answers:
    """Says something to whoever asked, with some patience where Slack has none."""

    def __init__(self, poster: Poster, clock: Clock) -> None:
        self._poster = poster
        self._clock = clock

    async def say(self, asked: Incoming, card: Card, key: str, *, doubtful: bool = False) -> str:
        """Answer where it was asked, or to the person alone where Atlas may not write there."""
        try:
            return await self._patiently(asked.place, card, key, doubtful=doubtful)
        except SlackFailed as error:
            if error.code not in NOT_THERE:
                raise
        return await self._patiently(Place(asked.person), card, key, doubtful=doubtful)

    async def whisper(self, asked: Incoming, card: Card, key: str) -> str:
        """Answer so that only the person sees it, if anybody else could."""
        if asked.place.is_direct:
            return await self.say(asked, card, key)
        try:
            await self._poster.whisper(asked.place, asked.person, card)
        except SlackFailed as error:
            logger.info("slack: said to the person alone: %s", error.message)
            return await self._patiently(Place(asked.person), card, key)
        return ""

    async def _patiently(
        self, place: Place, card: Card, key: str, *, doubtful: bool = False
    ) -> str:
        async def post(doubtful: bool) -> str:  # what `patiently` tells
            return await self._poster.post(place, card, key, doubtful=doubtful)

        return await patiently(self._clock, post, doubtful=doubtful)


class WayBack(Connector):
    """Stands for the connector in one message, so that skills answer in its thread."""

    def __init__(self, bot: OpsDroid, answers: Answers, asked: Incoming, *, again: bool) -> None:
        super().__init__({}, opsdroid=bot)
        self.name = PLATFORM
        self._answers = answers
        self._asked = asked
        self._again = again
        self._said = 0

    @override
    async def send(self, event: Event) -> str:
        """Say a card, or what opsdroid itself says where a skill breaks."""
        self._said += 1
        key = f"answer:{self._asked.key}:{self._said}"
        if not isinstance(event, CardMessage):
            text = event.text if isinstance(event, Message) else ""
            card = Card(CardKind.REPLY, Severity.CRITICAL, title=text or "Something broke")
            return await self._answers.say(self._asked, card, key)
        if event.privately:
            return await self._answers.whisper(self._asked, event.card, key)
        return await self._answers.say(self._asked, event.card, key, doubtful=self._again)
