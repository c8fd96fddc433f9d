"""The README's pictures, taken on request: `ATLAS_SCREENSHOTS=1 pytest tests/browser`."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext

from tests.browser.reader import Reader
from tests.connectors.visitor import TOKEN
from tests.world import opened_world

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.skipif(
        os.environ.get("ATLAS_SCREENSHOTS") != "1", reason="pictures are taken on request"
    ),
]

FOLDER = Path(__file__).parent.parent.parent / "docs" / "screenshots"
LARGEST = 200 * 1024


async def test_the_readme_gets_its_pictures(
    chromium: Browser, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connectors: dict[str, dict[str, object]] = {"web": {"token": TOKEN}}
    desk = await chromium.new_context(viewport={"width": 1200, "height": 820})
    phone = await chromium.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True
    )
    async with opened_world(database_url, tmp_path, monkeypatch, connectors=connectors) as world:
        await world.run("run pipeline medallion")
        await world.run("run pipeline ingest for orders")
        reader = await _reader(desk, world.port)
        await reader.say("what pipelines are there?")
        await reader.hears("4 pipelines")
        await reader.say("run pipeline bronze_to_silver for customers")
        await reader.hears("bronze_to_silver for customers — succeeded")
        await _take(reader, "light")

        await reader.page.emulate_media(color_scheme="dark")
        await _answered(reader, "run pipeline medallion", "medallion — failed", "dark")

        await reader.page.emulate_media(color_scheme="light")
        await reader.channel("#data-alerts").click()
        alert = await reader.hears("silver.customers was held back")
        await alert.get_by_role("button", name="Why?").click()
        await reader.hears("Why medallion failed")
        await reader.page.set_viewport_size({"width": 1200, "height": 980})
        await _take(reader, "alert")

        await _answered(reader, "how good is silver.customers?", "silver.customers:", "quality")

        reader = await _reader(phone, world.port)
        await reader.say("run pipeline bronze_to_silver for products")
        await reader.hears("bronze_to_silver for products — succeeded")
        await _take(reader, "phone")
    await desk.close()
    await phone.close()


async def _reader(context: BrowserContext, port: int) -> Reader:
    reader = Reader(await context.new_page(), [])
    await reader.open(port)
    return reader


async def _answered(reader: Reader, question: str, answer: str, name: str) -> None:
    await reader.say(question)
    await reader.hears(answer)
    await _take(reader, name)


async def _take(reader: Reader, name: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    await reader.page.evaluate("document.activeElement.blur()")
    picture = FOLDER / f"{name}.png"
    await reader.page.screenshot(path=picture, animations="disabled")
    assert picture.stat().st_size < LARGEST
