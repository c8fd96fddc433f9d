"""Conversations in memory."""

from collections.abc import Sequence
from datetime import datetime

from engine.conversations import Conversation, ConversationKind


class MemoryConversations:
    """Keeps conversations as long as the test lives."""

    def __init__(self, *known: Conversation) -> None:
        self.kept = {each.id: each for each in known}
        self.times = 0

    async def keep(self, conversations: Sequence[Conversation], at: datetime) -> None:  # noqa: ARG002  # nobody asks when
        """Keep them, with what was known before."""
        for each in conversations:
            self.times += 1
            self.kept[each.id] = each.after(self.kept.get(each.id))

    async def get(self, conversation_id: str) -> Conversation | None:
        """The one of that id."""
        return self.kept.get(conversation_id)

    async def channels(self) -> Sequence[Conversation]:
        """All channels, by their ids."""
        channels = (e for e in self.kept.values() if e.kind is ConversationKind.CHANNEL)
        return tuple(sorted(channels, key=lambda each: each.id))

    async def forget(self, conversation_id: str) -> None:
        """Forget it, and the channels of that team."""
        gone = {e.id for e in self.kept.values() if conversation_id in {e.id, e.team}}
        for each in gone:
            del self.kept[each]
