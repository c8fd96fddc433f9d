"""Remembers for a minute where Atlas may speak, which spares each answer a query."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.clock import Clock
from engine.conversations import Conversation, Conversations

FOR = timedelta(minutes=1)
"""How long another process may have forgotten a conversation before this one knows."""

MOST = 5_000
"""Conversations; the one that was read longest ago is forgotten first."""


class Remembered:
    """Conversations beneath, each read once a minute at most."""

    def __init__(self, beneath: Conversations, clock: Clock) -> None:
        self._beneath = beneath
        self._clock = clock
        self._read: OrderedDict[str, tuple[Conversation, datetime]] = OrderedDict()

    async def keep(self, conversations: Sequence[Conversation], at: datetime) -> None:
        """Keep them beneath, where they may be joined with what was known before."""
        await self._beneath.keep(conversations, at)
        for each in conversations:
            self._read.pop(each.id, None)

    async def get(self, conversation_id: str) -> Conversation | None:
        """The one of that id, as it was within the last minute."""
        now, known = self._clock.now(), self._read.get(conversation_id)
        if known is not None and now - known[1] < FOR:
            return known[0]
        self._read.pop(conversation_id, None)
        found = await self._beneath.get(conversation_id)
        if found is not None:
            self._read[conversation_id] = (found, now)
        while len(self._read) > MOST:
            self._read.popitem(last=False)
        return found

    async def channels(self) -> Sequence[Conversation]:
        """All channels, by their ids."""
        return await self._beneath.channels()

    async def forget(self, conversation_id: str) -> None:
        """Forget it, and what is remembered: the channels of a team are not known here."""
        await self._beneath.forget(conversation_id)
        self._read.clear()
