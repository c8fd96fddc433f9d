"""Three front doors of one bot: somebody speaks, clicks and reads there as the platform has it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest

from engine.data_folder import DataFolder
from engine.demo import install_sample
from tests.connectors.slack.office import Office, entered
from tests.connectors.teams.builders import CHANNEL, CHAT, LEA, an_activity, in_channel
from tests.connectors.teams.test_connector import at_teams
from tests.connectors.visitor import TOKEN, Page, visiting
from tests.servers.bot_framework import TENANT, BotFramework, bot_framework
from tests.servers.slack import CHANNELS, Slack, click, direct, fake_slack
from tests.world import World, eventually, opened_world

ALERTS = "#finance"
"""The channel of alerts: one that each of the platforms has."""

Json = dict[str, Any]


class Platform(Protocol):
    """A place to talk to Atlas, and the channel of its alerts."""

    world: World

    async def say(self, text: str) -> None:
        """Say something where Atlas answers."""
        ...

    async def click(self, message: Json, label: str) -> None:
        """Press a button of a message."""
        ...

    async def messages(self) -> list[Json]:
        """All that Atlas said, each message in its newest form, as the platform has it."""
        ...


async def reading(platform: Platform, *words: str, but: Json | None = None) -> Json:
    """The first message that holds all of these words, and is not that other one."""

    async def look() -> Json | None:
        for message in await platform.messages():
            told = json.dumps(message, ensure_ascii=False)
            if message != but and all(word in told for word in words):
                return message
        return None

    return await eventually(look)


def project_with_one_channel(folder: Path) -> Path:
    """The sample, whose alerts all go to one channel."""
    data = DataFolder(folder)
    install_sample(data)
    for name in ("atlas.yaml", "routes.yaml"):
        file = data.project / name
        text = file.read_text(encoding="utf-8")
        for channel in ("#data-alerts", "#privacy"):
            text = text.replace(channel, ALERTS)
        file.write_text(text, encoding="utf-8")
    return data.project


def parts_of(value: object) -> Iterator[Json]:
    """Every object within a message."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from parts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from parts_of(each)


@dataclass
class OnWeb:
    """The page."""

    world: World
    page: Page
    seen: dict[str, Json] = field(default_factory=dict)

    async def say(self, text: str) -> None:
        """In the first channel."""
        await self.page.say(text)

    async def click(self, message: Json, label: str) -> None:
        """A button stands for a sentence, said in the channel of its message."""
        buttons = {each["label"]: each["command"] for each in message["card"]["buttons"]}
        await self.page.say(buttons[label], message["channel"])

    async def messages(self) -> list[Json]:
        """As the socket tells of them."""
        try:
            async with asyncio.timeout(0.05):
                while True:
                    told = await self.page.reply()
                    self.seen[told["id"]] = told
        except TimeoutError:
            return list(self.seen.values())


@dataclass
class OnSlack:
    """A workspace."""

    office: Office
    clicks: "count[int]" = field(default_factory=count)

    @property
    def world(self) -> World:
        """The bot's world."""
        return self.office.world

    async def say(self, text: str) -> None:
        """To the bot alone."""
        assert await self.office.tell(direct(text, self.office.ts())) == 200

    async def click(self, message: Json, label: str) -> None:
        """A signed request with what the button carries."""
        values = {
            part["text"]["text"]: part["value"]
            for part in parts_of(message["blocks"])
            if part.get("type") == "button"
        }
        trigger = f"99.{next(self.clicks)}.a"
        pressed = click(values[label], message["ts"], message["channel"], trigger)
        assert await self.office.interact(pressed) == 200

    async def messages(self) -> list[Json]:
        """As Slack has them."""
        slack = self.office.slack
        return [{"ts": ts, **each} for ts, each in slack.messages.items()]


@dataclass
class OnTeams:
    """A tenant."""

    world: World
    framework: BotFramework
    session: aiohttp.ClientSession
    numbers: "count[int]" = field(default_factory=count)

    async def _send(self, activity: Json) -> None:
        url = f"http://127.0.0.1:{self.world.port}/connector/teams"
        numbered = {**activity, "id": f"a{next(self.numbers)}"}
        headers = {"Authorization": self.framework.header()}
        async with self.session.post(url, json=numbered, headers=headers) as answer:
            assert answer.status == 200

    async def installed(self) -> None:
        """Atlas is added to the channel of alerts."""
        channel = {"id": CHANNEL, "name": ALERTS.removeprefix("#")}
        data = {"tenant": {"id": TENANT}, "team": {"id": "19:t"}, "channel": channel}
        url = self.framework.service_url
        await self._send(in_channel(url, type="installationUpdate", channelData=data))

    async def say(self, text: str) -> None:
        """In a personal chat."""
        await self._send(an_activity(self.framework.service_url, text))

    async def click(self, message: Json, label: str) -> None:
        """Action.Execute with what the button carries."""
        data = next(
            part["data"]
            for part in parts_of(message)
            if part.get("title") == label and part.get("type") == "Action.Execute"
        )
        action = {"type": "Action.Execute", "verb": "say", "data": data}
        value = {"trigger": "manual", "action": action}
        url, name = self.framework.service_url, "adaptiveCard/action"
        await self._send(an_activity(url, None, type="invoke", name=name, value=value))

    async def messages(self) -> list[Json]:
        """As Teams has them."""
        conversations = self.framework.conversations.values()
        return [each for there in conversations for each in there.messages.values()]


@asynccontextmanager
async def on_web(url: str, folder: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[OnWeb]:
    """A bot with its page."""
    project = project_with_one_channel(folder)
    connectors: dict[str, dict[str, object]] = {"web": {"token": TOKEN}}
    async with (
        opened_world(url, folder, patch, connectors=connectors, project=project) as world,
        visiting(world.port) as visitor,
        visitor.page() as page,
    ):
        yield OnWeb(world, page)


@asynccontextmanager
async def on_slack(url: str, folder: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[OnSlack]:
    """A bot in a workspace."""
    assert ALERTS.removeprefix("#") in CHANNELS.values()
    project = project_with_one_channel(folder)
    async with fake_slack() as slack, _office(slack, url, folder, patch, project) as office:
        yield OnSlack(office)


def _office(
    slack: Slack, url: str, folder: Path, patch: pytest.MonkeyPatch, project: Path
) -> AbstractAsyncContextManager[Office]:
    return entered(slack, url, folder, patch, project=project, announce="slack")


@asynccontextmanager
async def on_teams(url: str, folder: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[OnTeams]:
    """A bot in a tenant."""
    project = project_with_one_channel(folder)
    async with bot_framework() as framework:
        at_teams(framework, patch)
        framework.put(CHAT)
        framework.put(CHANNEL)
        hosts: dict[str, object] = {"service_hosts": [framework.url.removeprefix("http://")]}
        roles = {"terminal:you": "admin", f"teams:{LEA}": "operator"}
        async with (
            opened_world(
                url,
                folder,
                patch,
                connectors={"teams": hosts},
                project=project,
                settings={"roles": roles, "announce": "teams"},
            ) as world,
            aiohttp.ClientSession() as session,
        ):
            talk = OnTeams(world, framework, session)
            await talk.installed()
            yield talk
