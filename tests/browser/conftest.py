"""One bot and one chromium for all tests of the page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.reader import Reader
from tests.connectors.fresh import fresh_database
from tests.connectors.visitor import TOKEN
from tests.world import World, opened_world

CHROMIUM = Path("/usr/bin/chromium")

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and skip them where there is no chromium."""
    absent = pytest.mark.skip(reason=f"there is no chromium at {CHROMIUM}")
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists():
                item.add_marker(absent)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(QUIET), headless=True
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def shop(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A world with the page, in which the first delivery was loaded and published."""
    connectors: dict[str, dict[str, object]] = {"web": {"token": TOKEN}}
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("shop")
        async with (
            fresh_database(server, template) as address,
            opened_world(address, folder, patch, connectors=connectors) as world,
        ):
            await world.run("run pipeline medallion")
            yield world


@pytest_asyncio.fixture(loop_scope="package")
async def reader(chromium: Browser, shop: World) -> AsyncIterator[Reader]:
    """Somebody who has just opened the printed address."""
    context = await chromium.new_context(viewport={"width": 1200, "height": 820})
    page = await context.new_page()
    somebody = Reader(page, [])
    page.on("console", lambda line: somebody.complaints.append(line.text))
    page.on("pageerror", lambda error: somebody.complaints.append(str(error)))
    await somebody.open(shop.port)
    yield somebody
    assert somebody.complaints == []
    await context.close()
