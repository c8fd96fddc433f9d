"""Works what people did on Slack: sentences go to the bot, the App Home is shown, forms open."""

import logging
from collections.abc import Awaitable, Callable

from opsdroid.core import OpsDroid

from connectors.heard import Heard
from connectors.intake.ports import Arrived
from connectors.slack.answering import Answers, WayBack
from connectors.slack.home import home_of
from connectors.slack.model import PLATFORM, Bot, Incoming, Kind, from_arrived
from connectors.slack.patience import patiently
from connectors.slack.posting import Poster
from connectors.slack.threads import Threads
from connectors.slack.web_api import SlackFailed
from engine.cards import Button, Card, CardKind, Severity
from engine.clock import Clock
from engine.host import engine_of
from engine.people import Asker

logger = logging.getLogger(__name__)

LONGEST_TEXT = 4_000
HELP = "help"

TRIES_OF_A_FORM = 2
"""Slack takes the trigger of a form for three seconds."""

TOO_LONG = Card(
    CardKind.REPLY,
    Severity.WARNING,
    title="That message is too long",
    text=f"A message may have {LONGEST_TEXT:,} characters.",
)
NO_SHORTCUTS = Card(
    CardKind.REPLY,
    Severity.INFO,
    title="Atlas has no shortcuts",
    text="Write what you want: mention Atlas in a channel, write to it, or type /atlas.",
    buttons=(Button("Help", HELP),),
)

Parse = Callable[[Heard], Awaitable[object]]


class HeardOnSlack(Heard):
    """What was said, with its thread and a key that is the same if it is worked again."""

    def __init__(self, incoming: Incoming, way_back: WayBack) -> None:
        super().__init__(
            incoming.text or HELP,
            user_id=incoming.person,
            user=incoming.person,
            target=incoming.channel,
            connector=way_back,
            event_id=incoming.key,
        )
        self.thread = incoming.thread
        self.addressed = incoming.certain
        self.key = f"{PLATFORM}:{incoming.key}"


class Desk:
    """Works one thing after the other; what Slack refuses is logged, never raised."""

    def __init__(
        self, bot: OpsDroid, poster: Poster, threads: Threads, answers: Answers, clock: Clock
    ) -> None:
        self._bot = bot
        self._clock = clock
        self._poster = poster
        self._threads = threads
        self._answers = answers
        self.me = Bot()

    async def work(self, arrived: Arrived) -> None:
        """Work what was kept."""
        incoming = from_arrived(arrived)
        try:
            await self._work(incoming, again=arrived.again)
        except SlackFailed as error:
            logger.warning("slack: %s is not answered: %s", incoming.key, error.message)

    def is_of_others(self, incoming: Incoming) -> bool:
        """Whether it is known to belong to a thread that is none of Atlas's."""
        return self._threads.are_ours(incoming) is False

    async def _work(self, incoming: Incoming, *, again: bool) -> None:
        match incoming.kind:
            case Kind.SAID:
                await self._hear(incoming, again=again)
            case Kind.HOME:
                await self._show_home(incoming)
            case Kind.FORM:
                await self._ask(incoming)
            case Kind.SHORTCUT:
                await self._answers.whisper(incoming, NO_SHORTCUTS, _key(incoming))

    async def _show_home(self, incoming: Incoming) -> None:
        cards = await home_of(asker_of(incoming), engine_of(self._bot))
        await patiently(self._clock, lambda _: self._poster.show_home(incoming.person, cards))

    async def _hear(self, incoming: Incoming, *, again: bool) -> None:
        if not incoming.certain and not await self._is_ours(incoming):
            return
        if incoming.thread is not None:
            self._threads.joined(incoming.channel, incoming.thread)
        if not incoming.text and not incoming.certain:
            return  # a picture that people show to each other
        if len(incoming.text) > LONGEST_TEXT:
            await self._answers.whisper(incoming, TOO_LONG, _key(incoming))
            return
        way_back = WayBack(self._bot, self._answers, incoming, again=again)
        await self._bot.parse(HeardOnSlack(incoming, way_back))

    async def _is_ours(self, incoming: Incoming) -> bool:
        return await patiently(self._clock, lambda _: self._threads.look(incoming, self.me))

    async def _ask(self, incoming: Incoming) -> None:
        try:
            await patiently(
                self._clock,
                lambda _: self._poster.ask(incoming.trigger, incoming.channel),
                tries=TRIES_OF_A_FORM,
            )
        except SlackFailed as error:
            # the trigger may be too old, and words help as well
            logger.info("slack: no form: %s", error.message)
            await self._hear(incoming, again=False)


def asker_of(incoming: Incoming) -> Asker:
    """Who did it, by a stable id."""
    return Asker(
        PLATFORM, incoming.person, incoming.person, incoming.channel, thread=incoming.thread
    )


def _key(incoming: Incoming) -> str:
    return f"answer:{incoming.key}"
