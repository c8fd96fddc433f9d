"""One bot in a workspace, shared by the tests of a module."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.connectors.fresh import fresh_database
from tests.connectors.slack.office import Office, an_office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """A bot that hears Slack by HTTP and through a socket."""
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        async with (
            fresh_database(server, template) as address,
            an_office(address, folder, patch) as opened,
        ):
            yield opened
