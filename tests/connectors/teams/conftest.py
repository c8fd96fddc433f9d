"""A fake Bot Framework, and the way in that believes it."""

from collections.abc import AsyncIterator

import pytest

from tests.connectors.teams.builders import House, a_house
from tests.servers.bot_framework import BotFramework, bot_framework


@pytest.fixture
async def framework() -> AsyncIterator[BotFramework]:
    """A Bot Framework."""
    async with bot_framework() as opened:
        yield opened


@pytest.fixture
async def house(framework: BotFramework) -> AsyncIterator[House]:
    """The way in that believes it."""
    async with a_house(framework) as opened:
        yield opened
