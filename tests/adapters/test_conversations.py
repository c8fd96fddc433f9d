"""Conversations of chat platforms in PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

from engine.adapters.postgres.conversations import PostgresConversations
from engine.adapters.postgres.database import Database
from engine.conversations import Conversation, ConversationKind
from engine.testing.clock import EPOCH
from engine.testing.conversations import MemoryConversations

SERVICE = "https://smba.trafficmanager.net/amer/"

CHAT = Conversation("a:1", ConversationKind.PERSONAL, SERVICE, "tenant", "28:bot")
FINANCE = Conversation(
    "19:finance", ConversationKind.CHANNEL, SERVICE, "tenant", "28:bot", "Finance", "19:t", "Team"
)
SALES = replace(FINANCE, id="19:sales", name="Sales")


async def test_what_a_message_does_not_tell_stays_known(database: Database) -> None:
    later = replace(FINANCE, service_url="https://other/", name="", team_name="", bot="28:new")

    for known in (PostgresConversations(database), MemoryConversations()):
        await known.keep([FINANCE], EPOCH)
        await known.keep([later], EPOCH + timedelta(hours=1))

        found = await known.get("19:finance")
        assert found == replace(FINANCE, service_url="https://other/", bot="28:new")


async def test_a_team_is_forgotten_with_its_channels(database: Database) -> None:
    for known in (PostgresConversations(database), MemoryConversations()):
        for each in (SALES, FINANCE, CHAT):
            await known.keep([each], EPOCH)
        assert await known.channels() == (FINANCE, SALES)

        await known.forget("19:t")

        assert await known.channels() == ()
        assert await known.get("a:1") == CHAT

        await known.forget("a:1")

        assert await known.get("a:1") is None
