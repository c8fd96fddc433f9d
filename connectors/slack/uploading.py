"""Pictures on their way to Slack: uploaded once, and shown by their id in a message's blocks."""

import asyncio
import hashlib
import logging
from collections import OrderedDict

from pydantic import BaseModel

from connectors.painting import alt_text, painted
from connectors.slack.web_api import Answer, SlackApi, SlackFailed
from engine.cards import Diagram

logger = logging.getLogger(__name__)

REMEMBERED = 200
"""Pictures whose file is known: a message that is sent again, or edited, shows the same one."""

PATIENCE = 8.0
"""Seconds; the words of a card don't wait longer for its picture."""

FILENAME = "lineage.png"


class _Ticket(BaseModel):
    upload_url: str
    file_id: str


class Uploads:
    """Brings diagrams to Slack; where that fails, the card is shown without."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._known: OrderedDict[str, str] = OrderedDict()

    async def file_of(self, picture: Diagram | None) -> str | None:
        """The id of its file; None where there is none, whatever the reason."""
        image = await painted(picture) if picture is not None else None
        if picture is None or image is None:
            return None
        name = hashlib.sha256(image).hexdigest()
        if name not in self._known:
            file = await self._uploaded(image, picture)
            if file is None:
                return None
            self._remember(name, file)
        return self._known[name]

    def forget(self, file: str) -> None:
        """Somebody deleted it: the next message uploads it anew."""
        for name in [name for name, known in self._known.items() if known == file]:
            del self._known[name]

    async def _uploaded(self, image: bytes, picture: Diagram) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._brought(image, picture)
        except SlackFailed as error:
            logger.warning("slack: a picture is left out: %s %s", error.message, error.hint)
        except TimeoutError:
            logger.warning("slack: a picture is left out: it takes more than %s s", PATIENCE)
        return None

    async def _brought(self, image: bytes, picture: Diagram) -> str:
        """In no channel: it is seen where a message shows it, and nowhere twice."""
        asked = {"filename": FILENAME, "length": len(image), "alt_txt": alt_text(picture)}
        ticket = await self._api.call("files.getUploadURLExternal", _Ticket, asked)
        await self._api.upload(ticket.upload_url, image)
        files = [{"id": ticket.file_id, "title": FILENAME}]
        await self._api.call("files.completeUploadExternal", Answer, {"files": files})
        return ticket.file_id

    def _remember(self, name: str, file: str) -> None:
        self._known[name] = file
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
