"""Conversations are read once a minute, and what changed here is known at once."""

from dataclasses import replace

from typing_extensions import override

from connectors.teams.remembered import Remembered
from engine.conversations import Conversation, ConversationKind
from engine.testing.clock import FakeClock
from engine.testing.conversations import MemoryConversations

FINANCE = Conversation(
    "19:finance", ConversationKind.CHANNEL, "https://one/", name="Finance", team="19:t"
)


class Counted(MemoryConversations):
    """Counts how often it was read."""

    reads = 0

    @override
    async def get(self, conversation_id: str) -> Conversation | None:
        self.reads += 1
        return await super().get(conversation_id)


async def test_a_conversation_is_read_once_a_minute() -> None:
    beneath, clock = Counted(FINANCE), FakeClock()
    known = Remembered(beneath, clock)

    for _ in range(5):
        assert await known.get(FINANCE.id) == FINANCE
    assert beneath.reads == 1
    await beneath.forget(FINANCE.id)
    clock.advance(60)
    assert await known.get(FINANCE.id) is None


async def test_what_is_renewed_is_told_as_it_was_joined_with_what_was_known() -> None:
    known, clock = Remembered(MemoryConversations(FINANCE), FakeClock()), FakeClock()
    await known.get(FINANCE.id)

    moved = replace(FINANCE, service_url="https://two/", name="")
    await known.keep([moved], clock.now())

    assert await known.get(FINANCE.id) == replace(FINANCE, service_url="https://two/")


async def test_the_channels_of_a_team_that_is_forgotten_are_forgotten_too() -> None:
    known = Remembered(MemoryConversations(FINANCE), FakeClock())
    await known.get(FINANCE.id)

    await known.forget("19:t")

    assert await known.get(FINANCE.id) is None


async def test_what_was_not_known_is_known_as_soon_as_it_is_kept() -> None:
    known, clock = Remembered(MemoryConversations(), FakeClock()), FakeClock()

    assert await known.get(FINANCE.id) is None
    await known.keep([FINANCE], clock.now())

    assert await known.get(FINANCE.id) == FINANCE
