"""What an open page does while its bot is away."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from engine.data_folder import DataFolder
from engine.demo import free_port, install_sample
from engine.host import running_bot
from tests.browser.reader import Reader
from tests.connectors.fresh import fresh_database
from tests.connectors.visitor import TOKEN
from tests.world import TEST_KEY, world_configuration

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_page_comes_back_by_itself_and_sends_what_was_typed_meanwhile(
    chromium: Browser,
    server: str,
    template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install_sample(DataFolder(tmp_path))
    monkeypatch.setenv("ATLAS_PROJECT", str(DataFolder(tmp_path).project))
    monkeypatch.setenv("ATLAS_SECRET_KEY", TEST_KEY)
    configuration = world_configuration(free_port(), {"web": {"token": TOKEN}})
    context = await chromium.new_context()
    reader = Reader(await context.new_page(), [])
    async with fresh_database(server, template) as address:
        monkeypatch.setenv("ATLAS_DATABASE_URL", address)
        async with running_bot(configuration, tmp_path):
            await reader.open(configuration.port)
            await reader.say("who am I?")
            await reader.hears("You are You")

        await expect(reader.page.locator("#banner")).to_contain_text("Connection lost")
        await reader.say("describe ingest")
        await expect(reader.last.locator(".delivery")).to_contain_text("Will be sent")

        async with running_bot(configuration, tmp_path):
            await reader.hears("ingest")
            await expect(reader.page.locator("#banner")).to_be_empty()
            assert await reader.page.locator("article.message").count() == 4
            await context.close()
