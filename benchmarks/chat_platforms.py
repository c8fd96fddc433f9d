"""The platforms of `benchmarks.chat`, each in a process: it sends messages and sees the answers.

It prints how a bot comes in, one JSON line; then for each line with a bot's address that it reads
it sends messages there and prints what became of them.
"""

import argparse
import asyncio
import gc
import json
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import aiohttp
from typing_extensions import override

from benchmarks.api import figures
from tests.connectors.teams.builders import in_channel
from tests.servers.bot_framework import (
    APP,
    PASSWORD,
    TENANT,
    BotFramework,
    a_key,
    served,
)
from tests.servers.slack import BOT_TOKEN, LEA, SECRET, Slack, event, fake_slack, mention, signed

SENTENCES = ("what pipelines are there?", "list runs", "help", "who am I?")
CHANNELS = 400
"""So many that at 100 messages a second each gets one in four seconds: Slack takes one in one."""

AGAIN_AFTER = 1.0
TRIES = 4
SETTLED_AFTER = 3.0
"""Seconds in which a second answer would have come."""
LONGEST_SETTLING = 30.0
CONNECTIONS = 100

Seen = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Request:
    """One message as the platform sends it, and the key by which its answer is known."""

    key: str
    body: bytes
    headers: Mapping[str, str]


class Platform(Protocol):
    """A platform that sends messages."""

    @property
    def seen(self) -> Mapping[str, Sequence[float]]:
        """When each message was answered, by its key."""
        ...

    @property
    def too_fast(self) -> int:
        """Answers that came within a second of another one in their channel."""
        ...

    @property
    def settings(self) -> Mapping[str, object]:
        """What the connector's configuration says of it."""
        ...

    @property
    def variables(self) -> Mapping[str, str]:
        """What the bot's environment says of it."""
        ...

    def request(self, number: int) -> Request:
        """The message of that number."""
        ...


@dataclass
class BusySlack(Slack):
    """A Slack that notes when each thread was answered."""

    seen: Seen = field(default_factory=lambda: defaultdict(list))
    posted_at: dict[str, float] = field(default_factory=dict)
    too_fast: int = 0

    @property
    def settings(self) -> Mapping[str, object]:
        """Signed requests alone."""
        return {"signing_secret": SECRET, "bot_token": BOT_TOKEN, "api_url": self.url}

    @property
    def variables(self) -> Mapping[str, str]:
        """None."""
        return {}

    def request(self, number: int) -> Request:
        """A mention in one of many channels, signed now."""
        channel = f"C{number % CHANNELS:04d}"
        ts = f"{int(time.time())}.{number:06d}"
        said = mention(SENTENCES[number % len(SENTENCES)], ts, channel)
        # a message of a channel, which opsdroid's own connector knows, with the mention in it
        body = json.dumps(event({**said, "type": "message", "channel_type": "channel"})).encode()
        return Request(ts, body, signed(body, time.time()))

    @override
    def _answer(self, method: str, arguments: Any, authorization: str) -> Any:
        if method == "users.info":  # only the peer asks
            user = {"id": LEA, "name": "lea", "profile": {"bot_id": "B0ATLAS"}}
            return {"ok": True, "user": user}
        answer = super()._answer(method, arguments, authorization)
        if method == "chat.postMessage" and answer["ok"]:
            self._note(arguments["channel"], arguments.get("thread_ts", ""))
        return answer

    def _note(self, channel: str, thread: str) -> None:
        now = time.perf_counter()
        self.too_fast += now - self.posted_at.get(channel, 0.0) < 1.0
        self.posted_at[channel] = now
        self.seen[thread].append(now)


class BusyTeams:
    """A Teams in which each message opens a thread of one of many channels."""

    def __init__(self, server: BotFramework) -> None:
        self._server = server
        self._header = server.header()

    @property
    def seen(self) -> Mapping[str, Sequence[float]]:
        """When each thread was answered."""
        threads = self._server.conversations.items()
        return {key: thread.posted_at for key, thread in threads if thread.posted_at}

    @property
    def too_fast(self) -> int:
        """The server refuses what is too fast by itself."""
        return 0

    @property
    def settings(self) -> Mapping[str, object]:
        """Its own address beside those of Teams."""
        return {"service_hosts": [self._server.url.removeprefix("http://")]}

    @property
    def variables(self) -> Mapping[str, str]:
        """Who the bot is there."""
        return {
            "TEAMS_APP_ID": APP,
            "TEAMS_APP_PASSWORD": PASSWORD,
            "TEAMS_TENANT_ID": TENANT,
            "TEAMS_OPENID_METADATA_URL": self._server.metadata_url,
            "TEAMS_LOGIN_URL": self._server.url,
        }

    def request(self, number: int) -> Request:
        """A mention that begins a thread, with the token that Teams shows for an hour."""
        channel = f"19:channel{number % CHANNELS}@thread.tacv2"
        thread = f"{channel};messageid={number}"
        self._server.put(thread)
        activity = in_channel(
            self._server.service_url,
            f"<at>Atlas</at> {SENTENCES[number % len(SENTENCES)]}",
            id=str(number),
            conversation={
                "id": thread,
                "conversationType": "channel",
                "isGroup": True,
                "tenantId": TENANT,
            },
            channelData={
                "tenant": {"id": TENANT},
                "team": {"id": "19:team@thread.tacv2"},
                "channel": {"id": channel},
            },
        )
        headers = {"Authorization": self._header, "Content-Type": "application/json"}
        return Request(thread, json.dumps(activity).encode(), headers)


@dataclass(slots=True)
class Told:
    """What became of the messages of one round."""

    due: dict[str, float] = field(default_factory=dict)
    acknowledged: list[float] = field(default_factory=list)
    later: int = 0
    """How often the bot asked for a message once more."""
    lost: list[str] = field(default_factory=list)

    def report(self, platform: Platform) -> dict[str, object]:
        """Figures, by message."""
        seen = platform.seen
        replies = [min(seen[key]) - due for key, due in self.due.items() if seen.get(key)]
        return {
            "messages": len(self.due),
            "acknowledged": figures(self.acknowledged),
            "answered": figures(replies) if replies else {},
            "asked_for_again": self.later,
            "not_taken": len(self.lost),
            "lost": sum(not seen.get(key) for key in self.due),
            "answered_twice": sum(len(seen.get(key, ())) > 1 for key in self.due),
            "within_a_second": platform.too_fast,
        }


async def send(session: aiohttp.ClientSession, door: str, request: Request, told: Told) -> None:
    """Send a message, and again where the bot does not take it, as platforms do."""
    for _ in range(TRIES):
        async with session.post(door, data=request.body, headers=request.headers) as answer:
            status = answer.status
        if status == 200:  # noqa: PLR2004  # HTTP's own
            told.acknowledged.append(time.perf_counter() - told.due[request.key])
            return
        told.later += 1
        await asyncio.sleep(AGAIN_AFTER)  # noqa: TID251  # a benchmark measures the real clock
    told.lost.append(request.key)


async def load(
    platform: Platform, door: str, numbers: "count[int]", wanted: int, rate: int
) -> Told:
    """Send messages at their times, whatever became of those before."""
    told = Told()
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        headers={"Content-Type": "application/json"},
    )
    async with session, asyncio.TaskGroup() as group:
        begin = time.perf_counter()
        for sent in range(wanted):
            due = begin + sent / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))  # noqa: TID251  # as above
            request = platform.request(next(numbers))
            told.due[request.key] = due
            group.create_task(send(session, door, request, told), name=f"message {sent}")
    await settled(platform, told)
    return told


async def settled(platform: Platform, told: Told) -> None:
    """Wait until all were answered, and for a second answer to any of them."""
    until = time.perf_counter() + LONGEST_SETTLING
    while not told.due.keys() <= platform.seen.keys() and time.perf_counter() < until:
        await asyncio.sleep(0.2)  # noqa: TID251  # as above
    await asyncio.sleep(SETTLED_AFTER)  # noqa: TID251  # as above


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[Platform]:
    """The platform of that name, on a port of its own."""
    if name == "slack":
        channels = {f"C{number:04d}": f"channel-{number}" for number in range(CHANNELS)}
        slack = BusySlack(channels=channels, joined=frozenset(channels))
        async with fake_slack(slack):
            yield slack
        return
    server = BotFramework(keys=[a_key("first")], strict_pace=True)
    async with served(server.routes()) as url:
        server.url = url
        yield BusyTeams(server)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python's collector from stopping the platform, and from being counted as the bot's.

    With all the messages that a fake keeps it did so for 0.3 s each time, 30 messages long.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def say(told: object) -> None:
    """One line for the process that began this one."""
    print(json.dumps(told), flush=True)


async def play(name: str) -> None:
    """Be the platform until there is nothing more to do."""
    numbers = count(1)
    async with opened(name) as platform:
        say({"settings": platform.settings, "variables": platform.variables})
        while line := await asyncio.to_thread(sys.stdin.readline):
            wanted = json.loads(line)
            with uncollected():
                told = await load(
                    platform, wanted["door"], numbers, wanted["messages"], wanted["rate"]
                )
            say(told.report(platform))


def main() -> None:
    """Be the platform that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("platform", choices=("slack", "teams"))
    asyncio.run(play(parser.parse_args().platform))


if __name__ == "__main__":
    main()
