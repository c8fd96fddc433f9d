"""Microsoft's own playground: the client of Teams and its connector, on this machine alone."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from tests.world import eventually

PACKAGE = Path(__file__).parent.parent.parent / "npm" / "playground"

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")

CLI = ("node", "node_modules/@microsoft/m365agentsplayground/cli.js", "start")

START_TIMEOUT = 60.0

Json = dict[str, Any]


@dataclass(slots=True)
class Playground:
    """A running playground: acts as a person does, and tells what that person sees."""

    url: str
    session: aiohttp.ClientSession
    config: Json
    shown: list[Json] = field(default_factory=list)

    @property
    def chat(self) -> str:
        """The personal chat."""
        return str(self.config["personalChat"]["id"])

    @property
    def person(self) -> Json:
        """Who acts."""
        return {"id": self.config["currentUser"]["id"]}

    async def _post(self, path: str, body: Json) -> Any:
        async with self.session.post(self.url + path, json=body) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{path}: {answer.status} {text[:200]}"
            return json.loads(text) if text else None

    async def install(self, conversation: str) -> None:
        """Add the bot there."""
        await self._post(f"/_debug/conversation/{quote(conversation)}/installation", {})

    async def say(self, conversation: str, text: str, *, mentioned: bool = False) -> Any:
        """Type a message; mentioned, it begins with the bot's name."""
        bot = self.config["bot"]
        said: Json = {"type": "text", "text": text, "textFormat": "plain", "from": self.person}
        if mentioned:
            name = f"<at>{bot['name']}</at>"
            said["text"] = f"{name} {text}"
            said["mentions"] = [{"type": "mention", "mentioned": bot, "text": name}]
        return await self._post(
            f"/_conversation/v1/conversations/{quote(conversation)}/messages", said
        )

    async def submit(self, message: str, value: Json) -> None:
        """Click an Action.Submit of a message in the personal chat."""
        click = {"replyToId": message, "value": value, "from": self.person}
        await self._post("/_conversation/v1/submit", {**click, "conversation": {"id": self.chat}})

    async def execute(self, message: str, action: Json) -> Any:
        """Click an Action.Execute of a message in the personal chat; what it is answered with."""
        click = {"replyToId": message, "from": self.person, "conversation": {"id": self.chat}}
        value = {"action": action, "trigger": "manual"}
        invoke = {"type": "invoke", "name": "adaptiveCard/action", "value": value}
        return await self._post("/_conversation/v1/invoke", {**click, **invoke})

    async def sees(self, *, action: str = "createMessage", after: int = 0) -> Json:
        """The next thing of that kind that the bot did, among what was shown since."""

        async def look() -> Json | None:
            bot = self.config["bot"]["id"]
            for each in self.shown[after:]:
                sender = each.get("message", {}).get("from", {}).get("id")
                if each["action"] == action and sender == bot:
                    return each
            return None

        return await eventually(look)


def card_of(shown: Json) -> Json:
    """The Adaptive Card of a message that is shown."""
    (attachment,) = shown["message"]["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    content: Json = attachment["content"]
    return content


async def installed(folder: Path) -> Path:
    """A folder with the pinned package."""
    shutil.copytree(PACKAGE, folder, ignore=lambda *_: {"node_modules"})
    process = await asyncio.create_subprocess_exec(*INSTALL, cwd=folder)
    assert await process.wait() == 0
    return folder


@asynccontextmanager
async def playing(folder: Path, endpoint: str) -> AsyncIterator[Playground]:
    """A playground for the bot at that address; `folder` holds the package."""
    process = await asyncio.create_subprocess_exec(
        *CLI,
        *("-e", endpoint, "-c", "msteams", "-p", "0", "--dt"),
        cwd=folder,
        env={**os.environ, "TEAMSAPPTESTER_BROWSER": "none"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(START_TIMEOUT), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{await _port(process)}"
            async with session.get(f"{url}/_internal/v1/config") as answer:
                playground = Playground(url, session, (await answer.json())["config"])
            async with _watched(playground):
                yield playground
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode():
        if line.startswith("Listening on "):
            return int(line.split()[-1])
    raise AssertionError("the playground did not start")


@asynccontextmanager
async def _watched(playground: Playground) -> AsyncIterator[None]:
    address = f"{playground.url}/_ws_conversation/v1/conversations/stream"
    async with playground.session.ws_connect(address) as stream, asyncio.TaskGroup() as group:

        async def watch() -> None:
            async for frame in stream:
                playground.shown.append(json.loads(frame.data))

        watching = group.create_task(watch())
        yield
        watching.cancel()
