"""What all skills share: which sentences are theirs, and how an outcome becomes a reply.

opsdroid makes an object of every Skill class that it sees in a skill's module, so skills import
this module, never its class.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from functools import wraps
from typing import TypeVar, cast

from opsdroid.events import Event, Message
from opsdroid.matchers import match_regex
from opsdroid.skill import Skill

from engine.alerts.model import Post
from engine.alerts.ports import DeliveryFailed
from engine.cards import Button, Card, CardKind, Severity
from engine.commands import (
    Acknowledge,
    Assign,
    CancelRun,
    Command,
    Confirm,
    DeleteSchedule,
    ExplainRoute,
    ExplainRun,
    Grant,
    ListIncidents,
    ListRoles,
    ListRuns,
    ListSchedules,
    ListSubscriptions,
    Mute,
    PauseSchedule,
    Resolve,
    ResumeSchedule,
    RetryRun,
    Revoke,
    RunStatus,
    ShowIncident,
    Snooze,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from engine.errors import UnknownColumn
from engine.host import CardMessage, EngineDatabase, engine_of
from engine.logs import place_of
from engine.outcome import Accepted, Answer, Outcome, Refused, Request
from engine.people import Asker
from skills.language.readings import Reading, Understood
from skills.language.sentences import sentence
from skills.language.understanding import understand
from skills.language.vocabulary import Vocabulary
from skills.names import Names

ANY_TEXT = r"(?s).*"

logger = logging.getLogger(__name__)

DEFECT = Card(
    CardKind.REPLY,
    Severity.CRITICAL,
    title="That broke because of a defect in Atlas",
    text="The log names the place. What was asked was not done.",
)

UNDERSTANDING = "atlas"
"""Where a message keeps how it was understood, among opsdroid's raw parses."""

SAID = "said"
"""Where a message counts its answers."""

_NAMES = Names()

Method = TypeVar("Method", bound=Callable[..., Awaitable[None]])
Claim = Callable[[Reading], bool]


def claims(claim: Claim) -> Callable[[Method], Method]:
    """Give a skill the messages whose understanding the claim takes.

    opsdroid's own regex matching writes into the message that all skills share, so the pattern
    takes any text and the decision is a constraint.
    """

    def decorate(method: Method) -> Method:
        matched = match_regex(ANY_TEXT)(answering(method))
        matched.constraints.append(lambda event: was_said(event) and claim(understanding_of(event)))
        return cast("Method", matched)

    return decorate


def answering(method: Method) -> Method:
    """The same skill, which answers even where it breaks: opsdroid itself would stay silent."""

    @wraps(method)
    async def answered(self: "AtlasSkill", message: Message) -> None:
        try:
            await method(self, message)
        except Exception as error:  # noqa: BLE001  # a person waits for an answer
            logger.error("a skill broke with %s", place_of(error))  # noqa: TRY400  # a traceback may hold what was said
            await self.say(message, DEFECT)

    del answered.__wrapped__  # opsdroid would look there for the object that the skill belongs to
    return cast("Method", answered)


def was_said(event: Event) -> bool:
    """Whether somebody said it: opsdroid tries skills on its own events too."""
    return isinstance(event, Message) and event.connector is not None


def is_addressed(message: Message) -> bool:
    """Whether Atlas was spoken to: what people say to each other in its threads it only hears."""
    return bool(getattr(message, "addressed", True))


def understands(*commands: type[Command]) -> Callable[[Method], Method]:
    """Give a skill the messages that were understood as one of these commands."""
    return claims(lambda said: isinstance(said, Understood) and isinstance(said.command, commands))


def understanding_of(message: Message) -> Reading:
    """How the message is understood; worked out once a message."""
    if UNDERSTANDING not in message.raw_parses:
        engine = engine_of(message.connector.opsdroid).engine
        message.raw_parses[UNDERSTANDING] = understand(
            message.text or "", vocabulary(message), engine.clock.now(), engine.zone
        )
    return cast("Reading", message.raw_parses[UNDERSTANDING])


def vocabulary(message: Message) -> Vocabulary:
    """The names that a message may speak of."""
    return _NAMES.of(engine_of(message.connector.opsdroid).engine.project)


def asker_of(message: Message) -> Asker:
    """Who sent a message, by a stable id."""
    return Asker(
        platform=message.connector.name,
        person=message.user_id or "",
        name=message.user or "",
        channel=message.target or "",
        thread=getattr(message, "thread", None),
    )


async def put_off(message: Message, card: Card, number: int) -> None:
    """Let the outbox bring an answer that the platform does not take now, or took unseen.

    It has the key under which it was sent, so that it is found where it arrived.
    """
    engine = engine_of(message.connector.opsdroid).engine
    key = f"answer:{message.event_id}:{number}"
    async with engine.transactions.begin() as tx:
        await tx.outbox.put(Post(key, asker_of(message).answer_place, card, tried=True))


class AtlasSkill(Skill):
    """A skill that hands commands to the engine."""

    @property
    def engine(self) -> EngineDatabase:
        """The engine."""
        return engine_of(self.opsdroid)

    async def carry_out(self, message: Message) -> None:
        """Ask the engine for what the message was understood as, and reply."""
        said = understanding_of(message)
        if isinstance(said, Understood):
            request = Request(said.command, asker_of(message), key=getattr(message, "key", None))
            outcome = await self.engine.ask(request)
            message.raw_parses["outcome"] = outcome
            await self.reply(message, outcome)

    async def reply(self, message: Message, outcome: Outcome) -> None:
        """Say the outcome where the message came from; an accepted run speaks for itself."""
        match outcome:
            case Answer(card):
                await self.say(message, card)
            case Refused() as refused:
                instead = offers(message, refused) or nearest_question(understanding_of(message))
                await self.say(message, refusal(refused, instead), privately=True)
            case Accepted():
                return

    @staticmethod
    async def say(message: Message, card: Card, *, privately: bool = False) -> None:
        """Send a card to where the message came from; so that only the asker sees it, if it can."""
        connector = message.connector
        number = message.raw_parses[SAID] = message.raw_parses.get(SAID, 0) + 1
        said = CardMessage(card, privately=privately, target=message.target, connector=connector)
        try:
            await connector.send(said)
        except DeliveryFailed as error:
            logger.warning("an answer was not taken: %s", error.message)
            if not privately:
                await put_off(message, card, number)


def refusal(refused: Refused, instead: Sequence[str]) -> Card:
    """A refusal as a card, with the sentences that may have been meant."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING,
        title=refused.reason,
        text=refused.hint,
        buttons=tuple(Button(text[0].upper() + text[1:], text) for text in instead),
    )


_QUESTIONS: tuple[tuple[str, tuple[type[Command], ...]], ...] = (
    ("list incidents", (ListIncidents, ShowIncident, Acknowledge, Snooze, Assign, Resolve)),
    ("who gets alerts?", (Mute, Unmute, Subscribe, Unsubscribe, ListSubscriptions, ExplainRoute)),
    ("list schedules", (ListSchedules, PauseSchedule, ResumeSchedule, DeleteSchedule)),
    ("list runs", (RunStatus, ListRuns, ExplainRun, CancelRun, RetryRun)),
    ("who may do what?", (Grant, Revoke, ListRoles, Confirm)),
)
"""What tells people which names they can use, by what they spoke of."""


def nearest_question(said: Reading) -> tuple[str, ...]:
    """The question to ask where a sentence was refused: of what it spoke of."""
    if isinstance(said, Understood):
        for question, commands in _QUESTIONS:
            if isinstance(said.command, commands):
                return (question,)
    return ("what pipelines are there?",)


def offers(message: Message, refused: Refused) -> tuple[str, ...]:
    """The sentence that was said, with each name that may have been meant in its place."""
    said, names = understanding_of(message), vocabulary(message)
    if not isinstance(said, Understood):
        return ()
    slots: dict[str, Collection[str]] = {
        "pipeline": names.pipelines,
        "table": names.short_names(),
        "dataset": (*names.datasets, *names.short_names()),
        "column": refused.close if isinstance(refused.error, UnknownColumn) else (),
        "schedule": tuple(name for name in refused.close if name.startswith("SCH-")),
    }
    return tuple(
        sentence(replace(said.command, **{slot: name}))
        for name in refused.close
        for slot in said.command.slots()
        if name in slots.get(slot, ())
    )
