"""Cards as real clients draw them; `ATLAS_SCREENSHOTS=1` takes the pictures of docs/cards.md."""

import os
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from connectors.painting import png
from connectors.slack.blocks import message
from connectors.teams.adaptive import adaptive
from engine.cards import Card, CardKind, CardTable, Fact, Severity, to_json
from tests.browser.conftest import CHROMIUM, QUIET
from tests.connectors.rendering.cards_in_use import everything, main_cards
from tests.connectors.rendering.clients import ROOT, Clients, installed
from tests.connectors.rendering.hostile import NASTY

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no chromium at {CHROMIUM}"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm to install clients"),
]

PICTURES = ROOT / "docs" / "screenshots"
LARGEST = 200 * 1024
PINGED_ON_SLACK = ":is(.slack_broadcast, [class*=_mention], .slack_user, .slack_channel)"
FORMATTED_ON_TEAMS = ".ac-adaptiveCard :is(a, at, b, em, strong, script, li, code)"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clients(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clients]:
    """The clients, installed from the lock of tests/npm."""
    folder = await installed(tmp_path_factory.mktemp("npm"))
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield Clients(folder, chromium)
        await chromium.close()


def a_hostile_card() -> Card:
    text = "\n".join(NASTY)
    return Card(
        CardKind.ALERT,
        Severity.CRITICAL,
        NASTY[0],
        text,
        (Fact(NASTY[2], text), *(Fact("x", each) for each in NASTY)),
        CardTable(("a", "b"), tuple((each, each) for each in NASTY)),
    )


def with_pictures(card: Card) -> list[dict[str, object]]:
    """The card's blocks, its diagram as it would be uploaded."""
    if card.picture is None:
        return list(message(card).blocks)
    url = f"data:image/png;base64,{b64encode(png(card.picture)).decode()}"
    blocks = message(card, file="F0PICTURE").blocks
    return [each | {"image_url": url} if "slack_file" in each else each for each in blocks]


def as_drawn(card: Card) -> dict[str, object]:
    """The card on Teams, with the picture of its diagram."""
    return adaptive(card, pictures=(png(card.picture),) if card.picture is not None else ())


async def kept(page: Page, name: str) -> None:
    """A picture of what stands on the page, where pictures are wanted."""
    if os.environ.get("ATLAS_SCREENSHOTS") == "1":
        picture = PICTURES / f"card-{name}.png"
        await page.screenshot(path=picture, full_page=True, animations="disabled")
        assert picture.stat().st_size < LARGEST
    await page.close()


async def test_slack_draws_each_part_of_each_card(clients: Clients) -> None:
    main = await main_cards()
    # the client knows no files of Slack's: the picture is shown as one of the web
    drawn = await clients.slack_html([with_pictures(card) for card in main.values()])

    for (name, card), html in zip(main.items(), drawn, strict=True):
        page = await clients.slack(html)
        seen = " ".join((await page.inner_text("body")).split())
        for each in card.facts:
            assert each.name in seen
        for button in card.buttons:
            assert button.label in seen
        if card.table is not None:
            rows = page.locator("table").first.locator("tr")
            assert await rows.count() == len(card.table.rows) + 1
        if card.picture is not None:
            assert await page.locator("img[alt*='The same stands below']").count() == 1
        if card.chart is not None:
            assert await page.locator("svg[role=img]").count() == 1
        await kept(page, f"slack-{name}")


async def test_slack_draws_nothing_that_pings(clients: Clients) -> None:
    (html,) = await clients.slack_html([list(message(a_hostile_card()).blocks)])

    page = await clients.slack(html)

    assert "channel>" in await page.inner_text("body")
    assert await page.locator(PINGED_ON_SLACK).count() == 0
    await page.close()


async def test_adaptive_cards_are_drawn_without_a_complaint(clients: Clients) -> None:
    page = await clients.teams()
    for card in everything()[::10]:
        complaints = await page.evaluate("(card) => drawCard(card)", adaptive(card))
        assert [each for each in complaints if "Chart." not in each] == []
        seen = " ".join((await page.inner_text("body")).split())
        assert " ".join(card.title.split()) in seen
        for button in card.buttons:
            assert button.label in seen
    await page.close()


async def test_a_chart_that_a_client_does_not_know_is_a_table_of_its_numbers(
    clients: Clients,
) -> None:
    card = (await main_cards())["digest"]
    page = await clients.teams()

    complaints = await page.evaluate("(card) => drawCard(card)", adaptive(card))

    assert card.chart is not None
    assert [each for each in complaints if "Chart.Line" not in each] == []
    assert card.chart.labels[0] in await page.inner_text("body")
    await page.close()


async def test_adaptive_cards_draw_nothing_that_pings(clients: Clients) -> None:
    page = await clients.teams()

    await page.evaluate("(card) => drawCard(card)", adaptive(a_hostile_card()))

    assert "<at>Lea</at>" in await page.inner_text("body")
    assert await page.locator(FORMATTED_ON_TEAMS).count() == 0
    await page.close()


@pytest.mark.skipif(
    os.environ.get("ATLAS_SCREENSHOTS") != "1", reason="pictures are taken on request"
)
async def test_the_docs_get_their_pictures(clients: Clients) -> None:
    for name, card in (await main_cards()).items():
        page = await clients.teams()
        await page.evaluate("(card) => drawCard(card)", as_drawn(card))
        if card.picture is not None:
            alt = await page.locator("img").first.get_attribute("alt")
            assert alt is not None
            assert card.picture.title in alt
        await kept(page, f"teams-{name}")
        await kept(await clients.web(to_json(card)), f"web-{name}")
