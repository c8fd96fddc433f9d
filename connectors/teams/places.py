"""Where a message goes: a conversation by its id, or a channel by its name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.teams.activity import GENERAL, THREAD
from connectors.teams.api import TeamsApi
from connectors.teams.failures import Refused, Unanswered
from connectors.teams.settings import TeamsSettings
from engine.alerts.ports import DeliveryFailed
from engine.clock import Clock
from engine.conversations import Conversation, ConversationKind, Conversations

AGAIN = timedelta(minutes=1)
"""How often Teams is asked for the channels of a team because of a name that nobody knows."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A conversation, and the id of the thread within it; without one a channel gets a new one."""

    conversation: Conversation
    thread: str | None = None

    @property
    def opens_thread(self) -> bool:
        """Whether the message begins a thread."""
        return self.conversation.kind is ConversationKind.CHANNEL and self.thread is None

    @property
    def id(self) -> str:
        """The conversation's id for Teams."""
        return self.conversation.id if self.thread is None else self.thread


class Places:
    """Knows the conversations that Atlas was added to."""

    def __init__(
        self, known: Conversations, api: TeamsApi, settings: TeamsSettings, clock: Clock
    ) -> None:
        self._known = known
        self._api = api
        self._settings = settings
        self._clock = clock
        self._asked: dict[str, datetime] = {}

    async def find(self, target: str) -> Destination:
        """Where a target is; raises DeliveryFailed, which says what to do about an unknown one."""
        found = await self._find(target)
        if not self._settings.allows(found.conversation.service_url):
            raise DeliveryFailed(
                "The address that Teams gave for a conversation is not an allowed host.",
                "Name the host in `service_hosts` of connectors.teams if it is Teams's own.",
                permanent=True,
            )
        return found

    async def _find(self, target: str) -> Destination:
        base, thread, _ = target.partition(THREAD)
        conversation = await self._known.get(base)
        if conversation is not None:
            return Destination(conversation, target if thread else None)
        if not target.startswith("#"):
            raise unknown(target)
        name = target.removeprefix("#")
        channels = await self._known.channels()
        matching = named(channels, name) or named(await self._asked_for(channels), name)
        if len(matching) != 1:
            raise ambiguous(target, matching) if matching else unknown(target)
        return Destination(matching[0])

    async def _asked_for(self, channels: Sequence[Conversation]) -> Sequence[Conversation]:
        """The channels with what Teams tells of each team's; they may have come since."""
        for team in {each.team: each for each in channels if each.team}.values():
            now, asked = self._clock.now(), self._asked.get(team.team)
            if asked is None or now - asked >= AGAIN:
                self._asked[team.team] = now
                await self._learn(team, now)
        return await self._known.channels()

    async def _learn(self, of_team: Conversation, now: datetime) -> None:
        if not self._settings.allows(of_team.service_url):
            return
        try:
            told = await self._api.channels(of_team.service_url, of_team.team)
        except (Refused, Unanswered):
            return
        found = [
            replace(of_team, id=each.id, name=each.name or _unnamed(each.id, of_team))
            for each in told.conversations
        ]
        if found:
            await self._known.keep(found, now)


def _unnamed(channel: str, of_team: Conversation) -> str:
    return GENERAL if channel == of_team.team else ""


def named(channels: Sequence[Conversation], name: str) -> tuple[Conversation, ...]:
    """The channels that a name means: `finance`, or `data team/finance` among several teams."""
    team, slash, channel = name.casefold().rpartition("/")
    whole = tuple(each for each in channels if each.name.casefold() == name.casefold())
    if whole or not slash:
        return whole
    return tuple(
        each
        for each in channels
        if each.name.casefold() == channel and each.team_name.casefold() == team
    )


def unknown(target: str) -> DeliveryFailed:
    """Why nothing can be said where Atlas was never added."""
    if target.startswith("#"):
        return DeliveryFailed(
            f"Atlas knows no channel {target} in Teams.",
            "Add Atlas's app to that channel's team, and write the channel as Teams shows it.",
            permanent=True,
        )
    return DeliveryFailed(
        "Atlas does not know that conversation in Teams.",
        "Name a channel such as `teams:#finance`, or say something to Atlas there.",
        permanent=True,
    )


def ambiguous(target: str, matching: Sequence[Conversation]) -> DeliveryFailed:
    """Why a name is not enough."""
    teams = ", ".join(sorted(f"#{each.team_name}/{each.name}" for each in matching))
    return DeliveryFailed(
        f"Several teams have a channel {target}.", f"Write the team too: {teams}.", permanent=True
    )
