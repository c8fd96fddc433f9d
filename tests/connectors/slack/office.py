"""A bot in a workspace: what people do there, by signed requests and through the socket."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import aiohttp
import pytest

from connectors.slack import SlackConnector
from connectors.slack.desk import Desk
from engine.clock import SystemClock
from tests.servers.slack import (
    APP_TOKEN,
    BOT_TOKEN,
    LEA,
    SECRET,
    Json,
    Slack,
    as_form,
    direct,
    event,
    fake_slack,
    mention,
    signed,
)
from tests.world import NOTHING_SET, World, opened_world

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass
class Office:
    """One bot, its Slack, and a client that can sign."""

    world: World
    slack: Slack
    session: aiohttp.ClientSession
    numbers: "count[int]"

    @property
    def connector(self) -> SlackConnector:
        """The connector."""
        return cast("SlackConnector", self.world.bot.get_connector("slack"))

    @property
    def desk(self) -> Desk:
        """What works messages."""
        return self.connector._opened_or_fail().desk

    @property
    def door(self) -> str:
        """Where Slack sends requests."""
        return f"http://127.0.0.1:{self.world.port}/connector/slack"

    def ts(self) -> str:
        """The ts of something that a person says."""
        return f"1800000000.{next(self.numbers):06d}"

    async def send(self, body: bytes, kind: str = JSON, **headers: str) -> tuple[int, str]:
        """POST a signed body."""
        marks = signed(body, SystemClock().now().timestamp())
        given = {"Content-Type": kind, **marks, **headers}
        async with self.session.post(self.door, data=body, headers=given) as response:
            return response.status, await response.text()

    async def tell(self, inner: Json, event_id: str | None = None) -> int:
        """An event by HTTP."""
        return (await self.send(json.dumps(event(inner, event_id)).encode()))[0]

    async def interact(self, payload: Json) -> int:
        """A click or a form by HTTP."""
        return (await self.send(as_form(payload), FORM))[0]

    async def command(self, fields: dict[str, str]) -> int:
        """A slash command by HTTP."""
        return (await self.send(urlencode(fields).encode(), FORM))[0]

    async def mention(self, text: str, channel: str = "C0GENERAL", **more: object) -> str:
        """Somebody mentions the bot; the ts of what they said."""
        ts = self.ts()
        assert await self.tell(mention(text, ts, channel, **more)) == 200
        return ts

    async def ask(self, text: str) -> Json:
        """Somebody asks the bot alone, and this is its answer."""
        before = len(self.slack.direct())
        assert await self.tell(direct(text, self.ts())) == 200
        return (await self.slack.until(before + 1, "D0LEA"))[before]


@asynccontextmanager
async def an_office(
    address: str, folder: Path, patch: pytest.MonkeyPatch, **settings: object
) -> AsyncIterator[Office]:
    """A bot that is connected to a Slack of its own."""
    async with fake_slack() as slack:
        patch.setenv("SLACK_API_URL", slack.url)
        patch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
        async with entered(slack, address, folder, patch, settings=settings) as office:
            yield office


@asynccontextmanager
async def entered(
    slack: Slack,
    address: str,
    folder: Path,
    patch: pytest.MonkeyPatch,
    *,
    project: Path | None = None,
    announce: str = "web",
    settings: Mapping[str, object] = NOTHING_SET,
) -> AsyncIterator[Office]:
    """A bot in that workspace."""
    config = {
        "signing_secret": SECRET,
        "app_token": APP_TOKEN,
        "bot_token": BOT_TOKEN,
        "api_url": slack.url,
        **settings,
    }

    people = {"terminal:you": "admin", f"slack:{LEA}": "operator"}
    jar = aiohttp.DummyCookieJar()
    async with (
        opened_world(
            address,
            folder,
            patch,
            connectors={"slack": config},
            project=project,
            settings={"roles": people, "announce": announce},
        ) as world,
        aiohttp.ClientSession(cookie_jar=jar, trust_env=False) as session,
    ):
        yield Office(world, slack, session, count(1))
