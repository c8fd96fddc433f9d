"""Where a chat platform lets Atlas speak without being asked: the conversations it was added to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ConversationKind(StrEnum):
    """Who takes part."""

    PERSONAL = "personal"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is needed to speak in a conversation; ids and the address are the platform's."""

    id: str
    kind: ConversationKind
    service_url: str
    tenant: str = ""
    bot: str = ""
    name: str = ""
    team: str = ""
    team_name: str = ""

    def after(self, before: "Conversation | None") -> "Conversation":
        """The same with what only an earlier message told: most messages name ids alone."""
        if before is None:
            return self
        return replace(
            self,
            tenant=self.tenant or before.tenant,
            bot=self.bot or before.bot,
            name=self.name or before.name,
            team=self.team or before.team,
            team_name=self.team_name or before.team_name,
        )


class Conversations(Protocol):
    """Keeps conversations across restarts."""

    async def keep(self, conversations: Sequence[Conversation], at: datetime) -> None:
        """Keep them, or renew them; what one leaves empty stays as it was."""
        ...

    async def get(self, conversation_id: str) -> Conversation | None:
        """The one of that id."""
        ...

    async def channels(self) -> Sequence[Conversation]:
        """All channels, by their ids."""
        ...

    async def forget(self, conversation_id: str) -> None:
        """Forget it, and the channels of the team where it is a team's id."""
        ...
