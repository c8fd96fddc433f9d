"""One bot in a workspace, shared by the tests of a module."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.connectors.fresh import fresh_database
from tests.connectors.slack.office import Office, an_office
from tests.world import eventually


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


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def quiet(request: pytest.FixtureRequest) -> None:
    """What an earlier test began is over and told of, so that no late word is counted here."""
    if "office" in request.fixturenames:
        opened: Office = request.getfixturevalue("office")
        await eventually(lambda: _nothing_is_left(opened))


async def _nothing_is_left(office: Office) -> bool | None:
    rows = await office.world.rows(
        """SELECT FROM atlas.runs WHERE status IN ('queued', 'running')
           UNION ALL SELECT FROM atlas.inbox WHERE done_at IS NULL
           UNION ALL SELECT FROM atlas.outbox
           WHERE platform = 'slack' AND delivered_revision < revision AND dead_at IS NULL"""
    )
    return None if rows else True
