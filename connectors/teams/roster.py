"""Who people are: the names that they show, and the ids by which roles know them."""

from collections import OrderedDict

from connectors.teams.api import TeamsApi
from connectors.teams.failures import Refused, Unanswered
from connectors.teams.places import Places
from connectors.teams.speech import Beside
from engine.errors import EngineError

MOST = 10
"""Mentions that are looked up in one text."""

REMEMBERED = 5_000
"""People whose names are remembered."""

SOMEBODY = "somebody in Teams"


class Roster:
    """Remembers names, which are kept nowhere, and asks Teams for people of a conversation."""

    def __init__(self, api: TeamsApi, places: Places) -> None:
        self._api = api
        self._places = places
        self._names: OrderedDict[str, str] = OrderedDict()

    def note(self, person: str, name: str) -> None:
        """Remember how a person is called."""
        self._names[person] = name
        self._names.move_to_end(person)
        while len(self._names) > REMEMBERED:
            self._names.popitem(last=False)

    def name_of(self, person: str) -> str:
        """How a person is called, for display."""
        return self._names.get(person, SOMEBODY)

    async def told(self, text: str, beside: Beside) -> str:
        """The text with the stable ids of those whom it mentions, where Teams tells them."""
        for each in sorted(beside.mentioned, key=len, reverse=True)[:MOST]:
            text = text.replace(f"@{each}", f"@{await self._stable(each, beside.target)}")
        return text

    async def _stable(self, member: str, target: str) -> str:
        try:
            to = await self._places.find(target)
            found = await self._api.member(to.conversation.service_url, to.conversation.id, member)
        except (Refused, Unanswered, EngineError):
            return member
        return found.object_id or member
