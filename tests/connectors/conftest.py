"""One bot with the page and the doors for programs, shared by the tests of a module."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.connectors.fresh import fresh_database
from tests.connectors.visitor import TOKEN, Visitor, visiting
from tests.world import World, opened_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A world whose bot serves the page and answers programs."""
    folder: Path = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch:
        async with fresh_database(server, template) as address:
            connectors: dict[str, dict[str, object]] = {"web": {"token": TOKEN}, "rest": {}}
            async with opened_world(address, folder, patch, connectors=connectors) as world:
                yield world


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(house: World) -> AsyncIterator[Visitor]:
    """A stranger before the door of that house."""
    async with visiting(house.port) as stranger:
        yield stranger
