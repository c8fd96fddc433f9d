"""The playground's page in Debian's chromium: a person types, reads a card and clicks it."""

import json
import shutil
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.conftest import CHROMIUM, QUIET
from tests.connectors.teams.playground import card_of, installed, playing
from tests.world import opened_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no chromium at {CHROMIUM}"),
    pytest.mark.skipif(
        shutil.which("npm") is None or shutil.which("node") is None,
        reason="npm is not installed: there is no real Teams client to look at",
    ),
]


@pytest.mark.timeout(180)
async def test_a_person_types_reads_a_card_and_clicks_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = await installed(tmp_path / "npm")
    teams: dict[str, object] = {"anonymous": True}
    async with (
        opened_world(database_url, tmp_path, monkeypatch, connectors={"teams": teams}) as world,
        playing(package, f"http://127.0.0.1:{world.port}/connector/teams") as playground,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(playground.url)
        composer = page.locator("[contenteditable=true]").first
        await composer.fill("help")
        await composer.press("Enter")
        button = page.get_by_role("button", name="What pipelines are there?")
        await expect(button).to_be_visible(timeout=30_000)

        await button.click()

        await expect(page.get_by_text("bronze_to_silver").last).to_be_visible(timeout=30_000)
        await page.screenshot(path=tmp_path / "teams.png")
        shown = [card_of(each) for each in playground.shown if each["action"] == "createMessage"]
        await browser.close()

    assert len(shown) == 2
    assert "bronze_to_silver" in json.dumps(shown[1])
