"""A whole conversation with a real Teams client, Microsoft's playground."""

import json
import shutil
from pathlib import Path

import pytest

from engine.cards import Card, CardKind, Severity
from engine.host import CardMessage
from tests.connectors.teams.playground import Playground, card_of, installed, playing
from tests.world import World, eventually, opened_world

pytestmark = pytest.mark.skipif(
    shutil.which("npm") is None or shutil.which("node") is None,
    reason="npm is not installed: there is no real Teams client to talk to",
)


@pytest.mark.timeout(180)
async def test_a_real_client_can_talk_click_and_be_told(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = await installed(tmp_path / "npm")
    teams: dict[str, object] = {"anonymous": True}
    async with (
        opened_world(database_url, tmp_path, monkeypatch, connectors={"teams": teams}) as world,
        playing(package, f"http://127.0.0.1:{world.port}/connector/teams") as playground,
    ):
        await playground.install(playground.chat)
        message = await _a_card_answers(playground)
        await _both_kinds_of_click_are_sentences(playground, message)
        await _a_mention_in_a_channel_is_answered_in_its_thread(playground)
        await _a_channel_is_told_and_its_message_edited(world, playground)


async def _a_card_answers(playground: Playground) -> str:
    await playground.say(playground.chat, "what pipelines are there?")

    shown = await playground.sees()

    assert "bronze_to_silver" in json.dumps(card_of(shown))
    assert shown["actionConversationId"] == playground.chat
    return str(shown["message"]["messageId"])


async def _both_kinds_of_click_are_sentences(playground: Playground, message: str) -> None:
    seen = len(playground.shown)
    await playground.submit(message, {"command": "who am I?", "verb": "say"})
    submitted = await playground.sees(after=seen)

    seen = len(playground.shown)
    data = {"command": "help", "verb": "say"}
    answer = await playground.execute(message, {"type": "Action.Execute", "data": data})
    executed = await playground.sees(after=seen)

    assert "viewer" in json.dumps(card_of(submitted))
    assert "Alex Wilber" in json.dumps(card_of(submitted))
    assert answer == {
        "type": "application/vnd.microsoft.activity.message",
        "value": "On it: «help»",
    }
    assert card_of(executed)["actions"]


async def _a_mention_in_a_channel_is_answered_in_its_thread(playground: Playground) -> None:
    seen = len(playground.shown)
    said = await playground.say("channel-announcements-id", "help", mentioned=True)

    shown = await playground.sees(after=seen)

    assert said["postConversationId"] == shown["actionConversationId"]


async def _a_channel_is_told_and_its_message_edited(world: World, playground: Playground) -> None:
    await playground.install("channel-announcements-id")

    async def added() -> bool | None:
        query = "SELECT 1 FROM atlas.conversations WHERE name = 'Announcements'"
        return bool(await world.rows(query)) or None

    await eventually(added)
    connector, seen = world.bot.get_connector("teams"), len(playground.shown)
    late = Card(CardKind.ALERT, Severity.WARNING, "orders is late")
    fixed = Card(CardKind.ALERT, Severity.SUCCESS, "orders is fixed")
    told = CardMessage(late, key="k", target="#announcements")
    receipt = await connector.send(told)
    first = await playground.sees(after=seen)
    await connector.send(CardMessage(fixed, receipt, "k", target="#announcements"))
    edited = await playground.sees(action="updateMessage", after=seen)

    assert "orders is late" in json.dumps(card_of(first))
    assert "orders is fixed" in json.dumps(card_of(edited))
    assert first["message"]["messageId"] == edited["message"]["messageId"]
