"""The connector within a real bot: what is said in Teams is answered there."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from opsdroid.core import OpsDroid

from connectors.teams import TeamsConnector
from engine.errors import ConfigurationError
from engine.host import CardMessage
from tests.connectors.teams.builders import CHANNEL, CHAT, Json, an_activity, in_channel
from tests.servers.bot_framework import APP, PASSWORD, TENANT, BotFramework, Fault
from tests.world import World, eventually, opened_world


def at_teams(framework: BotFramework, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a bot that is registered there."""
    for name, value in (
        ("APP_ID", APP),
        ("APP_PASSWORD", PASSWORD),
        ("TENANT_ID", TENANT),
        ("OPENID_METADATA_URL", framework.metadata_url),
        ("LOGIN_URL", framework.url),
    ):
        monkeypatch.setenv(f"TEAMS_{name}", value)


@asynccontextmanager
async def a_world(
    framework: BotFramework, database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A bot in Teams."""
    at_teams(framework, monkeypatch)
    settings: dict[str, object] = {"service_hosts": [framework.url.removeprefix("http://")]}
    async with opened_world(
        database_url, folder, monkeypatch, connectors={"teams": settings}
    ) as world:
        yield world


async def send(world: World, framework: BotFramework, activity: Json) -> int:
    url = f"http://127.0.0.1:{world.port}/connector/teams"
    headers = {"Authorization": framework.header()}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=activity, headers=headers) as answer,
    ):
        return answer.status


async def answers(framework: BotFramework, conversation: str, count: int = 1) -> list[Any]:
    """The messages of a conversation, once there are so many."""

    async def look() -> list[Any] | None:
        there = list(framework.conversations[conversation].messages.values())
        return there if len(there) >= count else None

    return await eventually(look)


async def test_a_question_in_teams_is_answered_once_in_its_thread(
    framework: BotFramework,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thread = f"{CHANNEL};messageid=17"
    framework.put(thread)
    async with a_world(framework, database_url, tmp_path, monkeypatch) as world:
        activity = in_channel(framework.service_url, "<at>Atlas</at> what pipelines are there?")
        for _ in range(3):
            assert await send(world, framework, activity) == 200
        await answers(framework, thread)
        framework.put(CHAT)
        assert await send(world, framework, an_activity(framework.service_url, "who am I?")) == 200
        (told,) = await answers(framework, CHAT)
        waiting = await world.rows("SELECT said FROM atlas.inbox WHERE said IS NOT NULL")
        kept = await world.rows("SELECT id FROM atlas.conversations ORDER BY id")

    (answer,) = framework.conversations[thread].messages.values()
    assert "bronze_to_silver" in json.dumps(answer)
    assert told["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert waiting == []
    assert [row["id"] for row in kept] == [CHANNEL, CHAT]


async def test_a_database_that_hangs_is_no_reason_for_teams_to_wait(
    framework: BotFramework,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    framework.put(CHAT)
    activity = an_activity(framework.service_url, "who am I?")
    holder = await asyncpg.connect(database_url)
    loop = asyncio.get_running_loop()
    async with a_world(framework, database_url, tmp_path, monkeypatch) as world:
        async with holder.transaction():
            await holder.execute("LOCK TABLE atlas.conversations")
            began = loop.time()
            assert await send(world, framework, activity) == 503
            assert loop.time() - began < 2.9
        await holder.close()
        assert await send(world, framework, activity) == 200
        await answers(framework, CHAT)

    assert len(framework.conversations[CHAT].messages) == 1


async def test_what_takes_longer_than_a_second_shows_that_somebody_types(
    framework: BotFramework,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = framework.put(CHAT)
    framework.faults.append(Fault(429, headers={"Retry-After": "2"}))
    async with a_world(framework, database_url, tmp_path, monkeypatch) as world:
        await send(world, framework, an_activity(framework.service_url))
        await answers(framework, CHAT)
        slow = there.typing
        await send(world, framework, an_activity(framework.service_url, id="2"))
        await answers(framework, CHAT, 2)

    assert slow == 1
    assert there.typing == 1


async def test_a_card_for_a_channel_is_posted_there_and_edited(
    framework: BotFramework,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from engine.cards import Card, CardKind, Severity

    framework.put(CHANNEL)
    async with a_world(framework, database_url, tmp_path, monkeypatch) as world:
        data = {
            "tenant": {"id": TENANT},
            "team": {"id": "19:t", "name": "Numbers"},
            "channel": {"id": CHANNEL, "name": "finance"},
        }
        installed = in_channel(framework.service_url, type="installationUpdate", channelData=data)
        await send(world, framework, installed)
        connector = world.bot.get_connector("teams")
        late = Card(CardKind.ALERT, Severity.WARNING, "late")
        fixed = Card(CardKind.ALERT, Severity.SUCCESS, "fixed")
        first = await connector.send(CardMessage(late, key="k", target="#finance"))
        again = await connector.send(CardMessage(fixed, first, "k", target="#finance"))
        reply = CardMessage(late, key="r", target="#finance")
        vars(reply)["thread_receipt"] = first
        below = await connector.send(reply)

    (thread,) = framework.threads
    assert again == first
    assert thread["channelData"]["channel"]["id"] == CHANNEL
    conversation, _, number = first.partition(" ")
    assert below.partition(" ")[0] == conversation
    assert framework.conversations[conversation].messages[number]["summary"] == "✅ fixed"


async def test_a_wrong_password_keeps_the_bot_from_starting(
    framework: BotFramework,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    framework.refuses_login = True

    with pytest.raises(ConfigurationError, match="TEAMS_APP_PASSWORD"):
        async with a_world(framework, database_url, tmp_path, monkeypatch):
            pass


async def test_a_login_that_is_away_keeps_nobody_from_starting(
    framework: BotFramework,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_teams(framework, monkeypatch)
    monkeypatch.setenv("TEAMS_LOGIN_URL", "http://127.0.0.1:9")

    async with opened_world(database_url, tmp_path, monkeypatch, connectors={"teams": {}}) as world:
        assert (await world.hear("help")).title


@pytest.mark.parametrize("missing", ["APP_ID", "APP_PASSWORD"])
async def test_what_is_missing_is_named(missing: str) -> None:
    from connectors.teams.assembly import require_startable
    from connectors.teams.settings import Credentials, TeamsSettings

    given = {"TEAMS_APP_ID": APP, "TEAMS_APP_PASSWORD": PASSWORD, f"TEAMS_{missing}": " "}

    with pytest.raises(ConfigurationError, match=f"TEAMS_{missing} is not set"):
        require_startable(TeamsSettings(), Credentials.read(given), "127.0.0.1")


async def test_anonymous_is_for_loopback_and_said_loudly(caplog: pytest.LogCaptureFixture) -> None:
    from connectors.teams.assembly import require_startable
    from connectors.teams.settings import Credentials, TeamsSettings

    settings = TeamsSettings(anonymous=True)

    with pytest.raises(ConfigurationError, match="this machine alone"):
        require_startable(settings, Credentials(), "0.0.0.0")  # noqa: S104  # just what is refused
    require_startable(settings, Credentials(), "127.0.0.1")

    assert "TEAMS IS OPEN" in caplog.text


def test_nothing_is_opened_before_the_bot_connects() -> None:
    """opsdroid makes connectors in another event loop than the one they work in."""
    connector = TeamsConnector({"name": "teams"}, OpsDroid.__new__(OpsDroid))

    assert connector._session is None
    assert connector._parts is None
