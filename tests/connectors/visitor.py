"""Somebody before the door: what a browser, a program or a stranger can send."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp

from tests.world import PATIENCE

TOKEN = "secret-token"  # noqa: S105  # of the tests' own page
COOKIE = {"Cookie": f"atlas_page={TOKEN}"}

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One open page: its socket, and what it was greeted with."""

    socket: aiohttp.ClientWebSocketResponse
    hello: Frame

    async def say(self, text: str, channel: str = "#general") -> str:
        """Send a sentence; the page's own id of it."""
        client_id = uuid4().hex
        await self.send(type="say", channel=channel, text=text, client_id=client_id)
        return client_id

    async def send(self, **frame: object) -> None:
        """Send a frame."""
        await self.socket.send_str(json.dumps(frame))

    async def frame(self, kind: str) -> Frame:
        """The next frame of a kind."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame: Frame = json.loads(await self.socket.receive_str())
                if frame["type"] == kind:
                    return frame

    async def reply(self) -> Frame:
        """The next message that Atlas says."""
        while True:
            message: Frame = (await self.frame("message"))["message"]
            if message["author"] == "atlas":
                return message


@dataclass(frozen=True, slots=True)
class Visitor:
    """A client without a cookie jar: each request says for itself what it carries."""

    session: aiohttp.ClientSession
    port: int

    @property
    def origin(self) -> str:
        """The page's own origin."""
        return f"http://127.0.0.1:{self.port}"

    def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> "aiohttp.client._RequestContextManager":
        """GET a path, without following where it leads."""
        return self.session.get(self.origin + path, headers=headers, allow_redirects=False)

    @asynccontextmanager
    async def page(self, **headers: str) -> AsyncIterator[Page]:
        """The page's conversation, as a browser that holds the cookie opens it."""
        given = {**COOKIE, "Origin": self.origin, **headers}
        async with self.session.ws_connect(self.origin + "/web/socket", headers=given) as socket:
            page = Page(socket, {})
            page.hello.update(await page.frame("hello"))
            yield page

    async def knock(self, headers: Mapping[str, str]) -> int:
        """The status with which the socket's door answers these headers; 101 where it opens."""
        try:
            async with self.session.ws_connect(self.origin + "/web/socket", headers=headers):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status


@asynccontextmanager
async def visiting(port: int) -> AsyncIterator[Visitor]:
    """A visitor of the page at a port."""
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar, trust_env=False) as session:
        yield Visitor(session, port)
