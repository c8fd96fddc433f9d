"""Channels by their names: routes say `#finance`, and Slack wants an id."""

from pydantic import BaseModel

from connectors.slack.places import Place
from connectors.slack.web_api import SlackApi, SlackFailed
from engine.clock import Clock

PAGE = 999
MOST_PAGES = 50
LOOK_AGAIN = 60.0
"""Seconds for which a list of channels is believed where a name is not in it."""


class _Channel(BaseModel):
    id: str
    name: str = ""


class _Cursor(BaseModel):
    next_cursor: str = ""


class _Page(BaseModel):
    channels: list[_Channel] = []
    response_metadata: _Cursor = _Cursor()


class Channels:
    """Ids by name, read anew where a name is unknown."""

    def __init__(self, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._ids: dict[str, str] = {}
        self._read_at = 0.0

    async def id_of(self, place: Place) -> str:
        """The id of the place's channel; raises SlackFailed where the bot sees none."""
        if (told := place.channel_id) is not None:
            return told
        name = place.channel.removeprefix("#").lower()
        if name not in self._ids and self._now() - self._read_at > LOOK_AGAIN:
            self._ids = await self._read()
            self._read_at = self._now()
        if name not in self._ids:
            message = f"Slack has no channel #{name} that Atlas can see."
            hint = f"Make it, or say «/invite @atlas» in #{name} where it is private."
            raise SlackFailed(message, hint, code="channel_not_found")
        return self._ids[name]

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def _read(self) -> dict[str, str]:
        ids: dict[str, str] = {}
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await self._api.call(
                "conversations.list",
                _Page,
                {
                    "types": "public_channel,private_channel",
                    "exclude_archived": True,
                    "limit": PAGE,
                    "cursor": cursor or None,
                },
            )
            ids |= {each.name.lower(): each.id for each in page.channels}
            if not (cursor := page.response_metadata.next_cursor):
                break
        return ids
