"""Activities as Teams sends them, and the way in that takes them."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import aiohttp
from aiohttp import web

from connectors.intake.ports import Arrived
from connectors.teams.assembly import Assembly, Stores, assembled
from connectors.teams.settings import Credentials, TeamsSettings
from engine.clock import SystemClock
from engine.testing.conversations import MemoryConversations
from engine.testing.inbox import MemoryInbox
from tests.servers.bot_framework import APP, BOT, PASSWORD, TENANT, BotFramework, served

Json = dict[str, Any]

LEA = "00000000-0000-4000-8000-0000000001ea"
CHAT = "a:1chat"
CHANNEL = "19:finance@thread.tacv2"
TEAM = "19:team@thread.tacv2"


def an_activity(service_url: str, text: object = "help", **changed: object) -> Json:
    """A message in a personal chat."""
    return {
        "type": "message",
        "id": "1700000000001",
        "timestamp": "2026-11-23T17:28:37.672Z",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": "29:lea", "name": "Lea Example", "aadObjectId": LEA},
        "recipient": {"id": BOT, "name": "Atlas"},
        "conversation": {"id": CHAT, "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "textFormat": "plain",
        "text": text,
        "entities": [{"type": "clientInfo", "locale": "en-US"}],
        **changed,
    }


def in_channel(service_url: str, text: object = "<at>Atlas</at> help", **changed: object) -> Json:
    """A message in a thread of a channel, which mentions Atlas."""
    mention = {"type": "mention", "mentioned": {"id": BOT, "name": "Atlas"}}
    thread = {"id": f"{CHANNEL};messageid=17", "conversationType": "channel", "isGroup": True}
    return an_activity(
        service_url,
        text,
        **{
            "conversation": {**thread, "tenantId": TENANT},
            "entities": [{**mention, "text": "<at>Atlas</at>"}],
            "channelData": {
                "tenant": {"id": TENANT},
                "team": {"id": TEAM},
                "channel": {"id": CHANNEL},
            },
            **changed,
        },
    )


def an_installation(service_url: str, **changed: object) -> Json:
    """What Teams sends where Atlas is added to a team."""
    return in_channel(
        service_url,
        **{
            "type": "conversationUpdate",
            "text": None,
            "conversation": {"id": CHANNEL, "conversationType": "channel", "tenantId": TENANT},
            "membersAdded": [{"id": BOT}],
            "channelData": {
                "tenant": {"id": TENANT},
                "team": {"id": TEAM, "name": "Numbers"},
                "channel": {"id": CHANNEL, "name": "Finance"},
                "eventType": "teamMemberAdded",
            },
            **changed,
        },
    )


@dataclass(slots=True)
class House:
    """The way in on a port of its own, and what came through it."""

    server: BotFramework
    session: aiohttp.ClientSession
    parts: Assembly
    inbox: MemoryInbox
    known: MemoryConversations
    worked: list[Arrived] = field(default_factory=list)
    url: str = ""

    async def send(
        self,
        activity: object,
        header: str | None = "",
        *,
        body: bytes | None = None,
        content_type: str = "application/json",
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[int, str]:
        """Send as Teams does; an empty header stands for a valid one."""
        headers = {"Content-Type": content_type, **more}
        if header is not None:
            headers["Authorization"] = header or self.server.header()
        given: Mapping[str, Any] = (
            {"json": activity} if body is None else {"data": io.BytesIO(body)}
        )
        if body is None:
            headers.pop("Content-Type")
        async with self.session.post(f"{self.url}/connector/teams", headers=headers, **given) as a:
            return a.status, await a.text()

    @property
    def service_url(self) -> str:
        """Where the activities say that answers go."""
        return self.server.service_url

    @property
    def heard(self) -> list[str]:
        """What was kept to be worked."""
        return [each.text for each in self.inbox.kept.values()]


def credentials(server: BotFramework, tenant: str = TENANT) -> Credentials:
    """Who the bot is, as its environment says."""
    return Credentials(
        app_id=APP,
        app_password=PASSWORD,
        tenant_id=tenant,
        openid_metadata_url=server.metadata_url,
        login_url=server.url,
    )


def settings_for(server: BotFramework, **changed: object) -> TeamsSettings:
    """Settings that allow the fake's address."""
    hosts = [server.url.removeprefix("http://")]
    return TeamsSettings.read({"service_hosts": hosts, **changed})


@asynccontextmanager
async def a_house(
    server: BotFramework, *, tenant: str = TENANT, **changed: object
) -> AsyncIterator[House]:
    """The way in; what is taken is kept and not worked."""
    inbox, known = MemoryInbox(), MemoryConversations()
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as session:

        async def work(arrived: Arrived) -> None:
            house.worked.append(arrived)

        parts = assembled(
            session,
            settings_for(server, **changed),
            credentials(server, tenant),
            Stores(known, inbox),
            work,
            SystemClock(),
        )
        house = House(server, session, parts, inbox, known)
        app = web.Application()
        parts.entrance.add_to(app)
        async with served(app) as url, asyncio.TaskGroup() as group:
            house.url = url
            tasks = [group.create_task(parts.intake.run()), group.create_task(parts.entrance.run())]
            yield house
            for task in tasks:
                task.cancel()
