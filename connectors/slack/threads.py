"""Which threads are Atlas's: those in which it was mentioned, or spoke."""

from collections import OrderedDict

from pydantic import BaseModel

from connectors.slack.model import Bot, Incoming
from connectors.slack.typed import mentions
from connectors.slack.web_api import SlackApi

REMEMBERED = 10_000
LOOKED_AT = 100
"""Messages of a thread that are looked at after a restart."""

Thread = tuple[str, str]


class _Message(BaseModel):
    user: str = ""
    text: str = ""


class _Replies(BaseModel):
    messages: list[_Message] = []


class Threads:
    """Remembers the latest threads; of others Slack is asked once."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._ours: OrderedDict[Thread, bool] = OrderedDict()

    def are_ours(self, incoming: Incoming) -> bool | None:
        """Whether it belongs to a thread of Atlas's, as far as that is known."""
        return self._ours.get((incoming.channel, incoming.thread or ""))

    def joined(self, channel: str, thread: str) -> None:
        """Note that Atlas is part of a thread."""
        self._remember((channel, thread), ours=True)

    async def look(self, incoming: Incoming, bot: Bot) -> bool:
        """Whether it belongs to a thread of Atlas's; raises SlackFailed."""
        known = self.are_ours(incoming)
        if known is not None:
            return known
        arguments = {"channel": incoming.channel, "ts": incoming.thread, "limit": LOOKED_AT}
        replies = await self._api.call("conversations.replies", _Replies, arguments)
        ours = any(
            each.user == bot.user_id or mentions(each.text, bot.user_id)
            for each in replies.messages
        )
        # somebody may have mentioned it while that was read
        ours = ours or self.are_ours(incoming) is True
        self._remember((incoming.channel, incoming.thread or ""), ours=ours)
        return ours

    def _remember(self, thread: Thread, *, ours: bool) -> None:
        self._ours[thread] = ours
        self._ours.move_to_end(thread)
        while len(self._ours) > REMEMBERED:
            self._ours.popitem(last=False)
