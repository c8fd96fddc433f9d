"""The web page: a chat of Atlas's own, for people without a workspace."""

from collections.abc import Mapping

from opsdroid.connector import Connector, register_event
from opsdroid.core import OpsDroid
from opsdroid.events import Message

from connectors.heard import Heard
from connectors.web import doors, page, wire
from connectors.web.room import Room
from engine.host import CardMessage, engine_of
from engine.transcript import Author, Said


class WebConnector(Connector):
    """Serves the page, takes what people type there, and shows what Atlas says."""

    def __init__(self, config: Mapping[str, object], opsdroid: OpsDroid | None = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name = "web"
        self._room: Room | None = None

    async def connect(self) -> None:
        """Add the page to opsdroid's web server, behind its doors."""
        web = self.opsdroid.web_server
        door = doors.Door(self.config.get("token"), web.get_host, web.get_port)
        self._room = Room(engine_of(self.opsdroid), self._parse)
        door.guard(web.web_app)
        page.add_routes(web.web_app, door, self._room)

    async def listen(self) -> None:
        """Work what people say, one after the other in each channel's order."""
        if self._room is not None:
            await self._room.work()

    async def disconnect(self) -> None:
        """Close every open page."""
        if self._room is not None:
            await self._room.close()

    async def _parse(self, said: Said) -> None:
        message = Heard(
            said.text,
            user_id=wire.PERSON,
            user=said.name,
            target=said.channel,
            connector=self,
            event_id=str(said.id),
        )
        await self.opsdroid.parse(message)

    @register_event(CardMessage)
    async def show_card(self, event: CardMessage) -> str:
        """Show a card in its channel, or edit the one it replaces; the receipt is its id."""
        return await self._room_or_fail().show(event.target, event.card, event.receipt, event.key)

    @register_event(Message)
    async def show_text(self, event: Message) -> str:
        """Show plain text, which is what opsdroid itself sends when a skill breaks."""
        said = await self._room_or_fail().say(event.target, Author.ATLAS, event.text)
        return str(said.id)

    def _room_or_fail(self) -> Room:
        if self._room is None:
            raise RuntimeError("the web connector is not connected")
        return self._room
