"""What outlives a restart of the bot, and what happens when its database goes."""

from pathlib import Path

import pytest

from tests.connectors.fresh import execute, fresh_database
from tests.connectors.visitor import TOKEN, visiting
from tests.world import eventually, opened_world

DOORS: dict[str, dict[str, object]] = {"web": {"token": TOKEN}, "rest": {}}


async def test_the_transcript_outlives_a_restart_with_the_pages_own_ids(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        opened_world(database_url, tmp_path, monkeypatch, connectors=DOORS) as world,
        visiting(world.port) as visitor,
        visitor.page() as page,
    ):
        client_id = await page.say("who am I?")
        answer = await page.reply()

    async with (
        opened_world(database_url, tmp_path, monkeypatch, connectors=DOORS) as world,
        visiting(world.port) as visitor,
        visitor.page() as page,
    ):
        messages = page.hello["messages"]

    assert [each["client_id"] for each in messages] == [client_id, None]
    assert messages[1] == answer


async def test_an_open_page_is_told_that_the_server_goes_away(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(0) as visitor:
        async with opened_world(database_url, tmp_path, monkeypatch, connectors=DOORS) as world:
            address = f"http://127.0.0.1:{world.port}"
            headers = {"Cookie": f"atlas_page={TOKEN}", "Origin": address}
            socket = await visitor.session.ws_connect(f"{address}/web/socket", headers=headers)
            await socket.receive_str()
        ending = await socket.receive()

    assert ending.data == 1001
    assert ending.extra == "Atlas stops"


async def test_without_its_database_the_bot_lives_but_is_not_ready(
    server: str, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        fresh_database(server, template) as address,
        opened_world(address, tmp_path, monkeypatch, connectors=DOORS) as world,
        visiting(world.port) as visitor,
    ):
        name = address.partition("?")[0].rpartition("/")[2]
        await execute(server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await execute(
            server,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
            name,
        )

        async with visitor.get("/readyz") as ready, visitor.get("/healthz") as alive:
            assert (ready.status, alive.status) == (503, 200)
            problem = await ready.json()
        assert problem["title"]
        assert problem["detail"]
        assert "asyncpg" not in problem["title"] + problem["detail"]
        answer = await world.hear("list runs")
        assert answer.title.startswith("PostgreSQL can't be reached")
        assert problem["detail"].startswith("PostgreSQL can't be reached")

        await execute(server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

        async def ready_again() -> bool | None:
            async with visitor.get("/readyz") as answer:
                return True if answer.status == 200 else None

        assert await eventually(ready_again)
        assert (await world.hear("list runs")).title == "No runs"
