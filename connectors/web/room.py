"""The open pages, what is said in them, and the queue of what was said to Atlas."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from aiohttp import ClientConnectionError, WSCloseCode, web

from connectors.web import wire
from engine.cards import Card
from engine.commands import WhoAmI
from engine.host import EngineDatabase
from engine.identifiers import without_identifiers
from engine.logs import place_of
from engine.people import Asker
from engine.transcript import Author, Said

logger = logging.getLogger(__name__)

SHOWN_MESSAGES = 400
WAITING = 200
SEND_TIMEOUT = 5.0
UNSENT = 1_000
"""Messages that may wait for one page; a page that reads less than is said has to come anew."""

Parse = Callable[[Said], Awaitable[None]]


class Room:
    """Every open page sees the same channels."""

    def __init__(self, database: EngineDatabase, parse: Parse) -> None:
        self._database = database
        self._parse = parse
        self._pages: dict[web.WebSocketResponse, asyncio.Queue[str]] = {}
        self._to_do: asyncio.Queue[Said] = asyncio.Queue(maxsize=WAITING)
        self._spoken_in: set[str] = set()

    async def work(self) -> None:
        """Hand what people said to the bot, in order, until cancelled."""
        while True:
            said = await self._to_do.get()
            try:
                await self._parse(said)
            except Exception as error:  # noqa: BLE001  # whatever it is, the next one is worked
                place = place_of(error)
                logger.error("message m%s could not be worked: %s", said.id, place)  # noqa: TRY400  # a traceback may hold what was said

    @asynccontextmanager
    async def entered(self, page: web.WebSocketResponse) -> AsyncIterator[None]:
        """Greet a page with what was said so far, and keep it up to date for the block."""
        unsent: asyncio.Queue[str] = asyncio.Queue(maxsize=UNSENT)
        self._pages[page] = unsent
        try:
            await self._send(page, await self._hello())
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(self._write(page, unsent), name="page")
                yield
                writing.cancel()
        except* (ClientConnectionError, ConnectionError, TimeoutError, asyncio.QueueFull):
            logger.info("a page left, or did not read")
        finally:
            self._pages.pop(page, None)

    async def _write(self, page: web.WebSocketResponse, unsent: asyncio.Queue[str]) -> None:
        """Send one page what is said, at its own pace; raises where it does not read."""
        while True:
            if unsent.full():
                raise asyncio.QueueFull
            text = await unsent.get()
            async with asyncio.timeout(SEND_TIMEOUT):
                await page.send_str(text)

    async def _hello(self) -> str:
        engine = self._database.engine
        asker = Asker("web", wire.PERSON, "You", "")
        role = await engine.people.role_of(asker, WhoAmI())
        self._spoken_in.update(await engine.transcript.channels())
        said = await engine.transcript.recent(SHOWN_MESSAGES)
        return wire.hello("You", role, wire.SUGGESTIONS, said, self._spoken_in)

    async def take(self, page: web.WebSocketResponse, raw: str) -> None:
        """Take a sentence from a page: kept and shown first, then worked.

        Whoever it may mean is in what is worked only, never in what is kept or shown.
        """
        say = wire.read(raw, self._spoken_in)
        if isinstance(say, str):
            await self._send(page, wire.refused(say, wire.client_id_of(raw)))
            return
        if self._to_do.full():
            reason = "Atlas has too much to answer just now. Try again in a moment."
            await self._send(page, wire.refused(reason, say.client_id))
            return
        shown = without_identifiers(say.text)
        said = await self.say(say.channel, Author.YOU, shown, client_id=say.client_id)
        self._to_do.put_nowait(replace(said, text=say.text))

    async def say(
        self,
        channel: str,
        author: Author,
        text: str,
        *,
        card: Card | None = None,
        client_id: str | None = None,
    ) -> Said:
        """Keep a message and show it on every page."""
        engine = self._database.engine
        name = "You" if author is Author.YOU else "Atlas"
        said = Said(0, channel, author, name, text, engine.clock.now(), card, client_id=client_id)
        said = await engine.transcript.add(said)
        self._spoken_in.add(channel)
        await self._show(said)
        return said

    async def show(
        self, channel: str, card: Card, receipt: str | None, key: str | None = None
    ) -> str:
        """Show a card, or edit the message that an earlier form of it became; its receipt."""
        engine = self._database.engine
        if receipt is None and key is not None:
            # whoever showed it may have died before the receipt was noted
            receipt = await self._receipt_of(key)
        if receipt is not None:
            edited = await engine.transcript.edit(int(receipt), card, engine.clock.now())
            if edited is not None:
                await self._show(edited)
                return receipt
        said = await self.say(channel, Author.ATLAS, card.fallback_text, card=card, client_id=key)
        return str(said.id)

    async def _receipt_of(self, key: str) -> str | None:
        shown = await self._database.engine.transcript.of_atlas(key)
        return None if shown is None else str(shown)

    async def _show(self, said: Said) -> None:
        text = wire.message(said)
        for unsent in self._pages.values():
            with suppress(asyncio.QueueFull):
                unsent.put_nowait(text)

    @staticmethod
    async def _send(page: web.WebSocketResponse, text: str) -> None:
        """Send to one page; one that left or hangs holds nobody up, it reads all anew later."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await page.send_str(text)
        except (ClientConnectionError, ConnectionError, TimeoutError):
            logger.info("a page left")

    async def close(self) -> None:
        """Tell every page that the server goes away."""
        closing = (
            page.close(code=WSCloseCode.GOING_AWAY, message=b"Atlas stops")
            for page in tuple(self._pages)
        )
        await asyncio.gather(*closing, return_exceptions=True)
