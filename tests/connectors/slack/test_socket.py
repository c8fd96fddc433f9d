"""What comes through the socket together is kept together, in its order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from connectors.slack.model import Bot, Incoming
from connectors.slack.socket_mode import AT_ONCE, SocketMode
from connectors.slack.web_api import SlackApi
from engine.clock import SystemClock
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, Slack, direct, event, fake_slack


@asynccontextmanager
async def listening(take: Callable[[Incoming], Awaitable[None]]) -> AsyncIterator[Slack]:
    """A Slack whose envelopes are given to `take`."""
    async with fake_slack() as slack, aiohttp.ClientSession() as session:
        api = SlackApi(slack.url, BOT_TOKEN, session)
        socket = SocketMode(api, session, APP_TOKEN, take, Bot, SystemClock())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(socket.run())
            yield slack
            running.cancel()


async def test_envelopes_that_come_together_are_kept_together_in_their_order() -> None:
    taken, all_came = list[str](), asyncio.Event()

    async def take(incoming: Incoming) -> None:
        taken.append(incoming.text)
        if len(taken) == AT_ONCE:
            all_came.set()
        await all_came.wait()

    said = [f"help {number}" for number in range(AT_ONCE)]
    async with listening(take) as slack, asyncio.timeout(20):
        await slack.connected()
        async with asyncio.TaskGroup() as group:
            for number, each in enumerate(said):
                payload = event(direct(each, f"1.{number:06d}"))
                group.create_task(slack.deliver("events_api", payload))

    assert taken == said


async def test_an_envelope_whose_socket_ends_before_it_is_kept_breaks_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    came, kept = asyncio.Event(), asyncio.Event()

    async def take(_: Incoming) -> None:
        came.set()
        await kept.wait()

    async with listening(take) as slack, asyncio.timeout(20):
        old = await slack.connected()
        payload = event(direct("help", "1.000001"))
        await old.send_json({"type": "events_api", "envelope_id": "one", "payload": payload})
        await came.wait()
        await old.close()
        kept.set()
        await slack.connected(2)
        await slack.deliver("events_api", payload, "one")

    assert slack.acknowledged["one"] == 1
    assert "broke" not in caplog.text
