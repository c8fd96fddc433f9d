"""Says cards in Teams: posts them, edits them in place, and opens threads in channels."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.teams import adaptive
from connectors.teams.api import Body, TeamsApi
from connectors.teams.failures import Refused, Unanswered, failure_of, failure_of_silence
from connectors.teams.pace import Pace
from connectors.teams.places import Destination, Places
from engine.alerts.ports import DeliveryFailed
from engine.cards import Card
from engine.clock import Clock
from engine.errors import EngineError

logger = logging.getLogger(__name__)

BUDGETS = (adaptive.MOST_BYTES, 24_000, 8_000)
"""Bytes that a card may have; the next smaller one is tried where Teams finds one too large."""

LONGEST_TEXT = 10_000

TRIES = 4
LONGEST_PAUSE = 30.0
FIRST_PAUSE = 1.0

Draw = Callable[[int], Body]
"""A message of at most that many bytes."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message in Teams."""

    conversation: str
    activity: str

    @classmethod
    def read(cls, text: str) -> "Receipt | None":
        """The receipt of its text; None where it is none."""
        conversation, _, activity = text.rpartition(" ")
        return cls(conversation, activity) if conversation and activity else None

    def __str__(self) -> str:
        return f"{self.conversation} {self.activity}"


def card_message(card: Card, pictures: Sequence[bytes] = ()) -> Draw:
    """The message of a card in any size, with one of the pictures of its diagram if that fits."""
    mentions = [adaptive.Mention(each.teams, each.name) for each in card.mentions]
    return lambda budget: adaptive.activity(
        card, mentions=mentions, pictures=pictures, budget=budget
    )


def text_message(text: str) -> Draw:
    """The message of plain text."""
    return lambda _: {"type": "message", "textFormat": "plain", "text": text[:LONGEST_TEXT]}


class Speaker:
    """Each call raises DeliveryFailed."""

    def __init__(self, api: TeamsApi, places: Places, pace: Pace, clock: Clock) -> None:
        self._api = api
        self._places = places
        self._pace = pace
        self._clock = clock

    async def say(self, target: str, draw: Draw, receipt: str | None = None) -> str:
        """Post a message, or edit the one of the receipt; the receipt. One try, for the outbox."""
        to = await self._places.find(target)
        wait = self._pace.take(to.id)
        if wait > 0:
            message = "Teams takes no more messages in that conversation just now."
            raise DeliveryFailed(message, "It is tried again.", retry_after=wait)
        try:
            return await self._sized(to, draw, Receipt.read(receipt or ""))
        except Refused as refused:
            raise failure_of(refused.refusal) from None
        except Unanswered as silence:
            raise failure_of_silence(silence) from None

    async def answer(self, target: str, draw: Draw) -> str:
        """Post a message that nobody else would try again."""
        pause = FIRST_PAUSE
        for _ in range(TRIES - 1):
            try:
                return await self.say(target, draw)
            except DeliveryFailed as failed:
                if failed.permanent:
                    raise
                pause = max(pause, failed.retry_after or 0.0)
            if pause > LONGEST_PAUSE:
                break
            await self._clock.sleep(pause)
            pause *= 2
        return await self.say(target, draw)

    async def show_typing(self, target: str) -> None:
        """Show that an answer is on its way; where that fails, nothing is missing."""
        try:
            to = await self._places.find(target)
            if not to.opens_thread:
                await self._api.show_typing(to.conversation.service_url, to.id)
        except (Refused, Unanswered, EngineError):
            logger.debug("teams did not take the typing indicator")

    async def _sized(self, to: Destination, draw: Draw, receipt: Receipt | None) -> str:
        """Send, smaller where Teams finds it too large."""
        for budget in BUDGETS[:-1]:
            try:
                return await self._sent(to, draw(budget), receipt)
            except Refused as refused:
                if not refused.refusal.is_too_large:
                    raise
                logger.warning("teams found a card of %s bytes too large", budget)
        return await self._sent(to, draw(BUDGETS[-1]), receipt)

    async def _sent(self, to: Destination, message: Body, receipt: Receipt | None) -> str:
        service = to.conversation.service_url
        if receipt is not None:
            try:
                await self._api.edit(service, receipt.conversation, receipt.activity, message)
            except Refused as refused:
                if not refused.refusal.is_gone:
                    raise
                # somebody deleted it: what it tells is said anew
            else:
                return str(receipt)
        if to.opens_thread:
            opened = await self._api.open_thread(service, thread_of(to, message))
            return str(Receipt(opened.id, opened.activity or opened.id.rpartition("=")[2]))
        posted = await self._api.post(service, to.id, message)
        return str(Receipt(to.id, posted.id))


def thread_of(to: Destination, message: Body) -> Body:
    """What opens a thread in a channel with a message."""
    conversation = to.conversation
    data: dict[str, object] = {"channel": {"id": conversation.id}}
    if conversation.tenant:
        data["tenant"] = {"id": conversation.tenant}
    return {
        "isGroup": True,
        "bot": {"id": conversation.bot},
        "channelData": data,
        "activity": dict(message),
        **({"tenantId": conversation.tenant} if conversation.tenant else {}),
    }
