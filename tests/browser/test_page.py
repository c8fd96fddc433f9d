"""The page as people use it, from the first sentence to the alert."""

import re

import pytest
from opsdroid.connector import Connector
from playwright.async_api import Browser, expect

from engine.cards import Card, CardKind, CardTable, Severity
from engine.host import CardMessage
from tests.browser.reader import Reader
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="package")

HOSTILE = '<script>document.title="taken"</script><img src=x onerror="document.title=1"> {{7*7}}'


async def test_a_run_becomes_its_result_and_its_alerts_appear_by_themselves(reader: Reader) -> None:
    page = reader.page
    assert "token" not in page.url
    await reader.say("run pipeline medallion")
    card = await reader.hears("medallion — ")
    await expect(card.locator(".card-title")).to_contain_text("running")
    await expect(card.locator(".progress")).to_be_visible()
    cards = await page.locator("article.message").count()
    await expect(card.locator(".card-title")).to_contain_text("medallion — failed")
    assert await page.locator("article.message").count() == cards
    await expect(card).not_to_contain_text("queued")
    await expect(card.locator(".message-text")).to_have_count(0)
    facts = await card.locator(".fact dt").all_text_contents()
    assert {"Run", "Rows in", "Published", "Quarantined", "Checks failed"} <= set(facts)

    await expect(reader.channel("#data-alerts").locator(".badge")).to_have_text("1 unread")
    await expect(reader.channel("#privacy").locator(".badge")).to_have_text("1 unread")
    await expect(page).to_have_title("(2) #general · Atlas")

    await reader.channel("#data-alerts").click()
    alert = await reader.hears("silver.customers was held back")
    await expect(reader.channel("#data-alerts").locator(".badge")).to_have_count(0)
    await _facts_stay_on_one_line(reader)
    await alert.get_by_role("button", name="Why?").click()
    why = await reader.hears("Why medallion failed")
    await expect(why.locator(".card-text")).to_contain_text("missing_percent(email) < 5: failed")

    await reader.channel("#privacy").click()
    await reader.hears("Personal data in orders.gift_contact")
    await expect(page).to_have_title("#privacy · Atlas")


async def _facts_stay_on_one_line(reader: Reader) -> None:
    """Ordinary values of facts are not broken into lines."""
    broken = await reader.page.evaluate(
        """() => [...document.querySelectorAll(".fact dd")]
            .filter((each) => each.textContent.length < 40 && each.getClientRects().length > 0
                && each.offsetHeight > 1.6 * parseFloat(getComputedStyle(each).lineHeight))
            .map((each) => each.textContent)"""
    )
    assert broken == []


async def test_a_suggestion_is_a_sentence_that_is_said(reader: Reader) -> None:
    await reader.page.get_by_role("button", name="What pipelines are there?").last.click()

    answer = await reader.hears("4 pipelines in Harbour & Pine")

    await expect(answer.get_by_role("cell", name="medallion", exact=True)).to_be_visible()
    await _facts_stay_on_one_line(reader)
    await answer.get_by_role("button", name="Describe medallion").click()
    await reader.hears("medallion")


async def test_hostile_text_is_shown_as_the_text_that_it_is(reader: Reader) -> None:
    page = reader.page
    await reader.say(HOSTILE)
    await expect(reader.last).to_have_attribute("data-author", "atlas")

    said = page.locator('article[data-author="you"]').last
    await expect(said.locator(".message-text")).to_have_text(HOSTILE)
    assert await page.locator(".log script, .log img[src='x']").count() == 0
    assert "Atlas" in await page.title()


async def test_the_policy_stops_what_would_be_smuggled_in(reader: Reader) -> None:
    ran = await reader.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.smuggled = true";
            document.body.append(script);
            return window.smuggled === true;
        }"""
    )

    assert ran is False
    assert any("Content Security Policy" in line for line in reader.complaints)
    reader.complaints.clear()


async def test_everything_can_be_done_with_the_keyboard(reader: Reader) -> None:
    page = reader.page
    await expect(reader.box).to_be_focused()
    await page.locator("#skip").focus()
    await page.keyboard.press("Enter")
    await expect(reader.box).to_be_focused()

    await page.keyboard.type("describe ingest")
    await page.keyboard.press("Enter")
    await reader.hears("ingest")
    await page.keyboard.press("ArrowUp")
    await expect(reader.box).to_have_value("describe ingest")
    await page.keyboard.press("ArrowDown")
    await expect(reader.box).to_have_value("")

    await reader.channel("#digest").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#channel-title")).to_have_text("#digest")
    await expect(reader.channel("#digest")).to_have_attribute("aria-current", "page")
    outline = await reader.channel("#digest").evaluate(
        "(each) => getComputedStyle(each).outlineStyle"
    )
    assert outline == "solid"


async def test_a_screen_reader_finds_its_way(reader: Reader) -> None:
    page = reader.page
    await reader.say("what pipelines are there?")
    answer = await reader.hears("4 pipelines")

    await expect(page.get_by_role("navigation", name="Channels")).to_be_visible()
    await expect(page.get_by_role("log", name="Messages in #general")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_be_visible()
    await expect(answer.get_by_role("region", name="Table: 4 pipelines")).to_be_visible()
    await expect(answer.get_by_role("columnheader", name="Stages")).to_be_visible()
    assert await answer.get_attribute("aria-label")
    unnamed = await page.evaluate(
        """() => [...document.querySelectorAll("button, a, textarea, img")]
            .filter((each) => !each.closest("dialog:not([open])"))
            .filter((each) => !(each.textContent.trim() || each.ariaLabel || each.labels?.length
                || each.hasAttribute("alt"))).map((each) => each.outerHTML)"""
    )
    assert unnamed == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_can_be_read_in_both_schemes(reader: Reader, scheme: str) -> None:
    page = reader.page
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its two words
    await reader.say("run pipeline bronze_to_silver for products")
    card = await reader.hears("bronze_to_silver for products — succeeded")
    await _facts_stay_on_one_line(reader)

    for text in (".card-title", ".fact dt", ".fact dd", ".message-head time"):
        assert await card.locator(text).first.evaluate(CONTRAST) >= 4.5, text


CONTRAST = """(node) => {
    const light = (colour) => {
        const part = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        const [red, green, blue] = colour.match(/[\\d.]+/g).map((each) => part(each / 255));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = (each) => getComputedStyle(each).backgroundColor;
    let behind = node;
    while (ground(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    const pair = [getComputedStyle(node).color, ground(behind)].map(light);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""


async def test_a_phone_is_wide_enough(chromium: Browser, shop: World) -> None:
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    reader = Reader(await context.new_page(), [])
    await reader.open(shop.port)

    for sentence in ("describe medallion", "run pipeline bronze_to_silver for products"):
        await reader.say(sentence)
        await expect(reader.last.locator(".card-title")).to_contain_text(
            re.compile("^.*(medallion|succeeded)$")
        )
        assert await reader.overflow() == 0
    await _facts_stay_on_one_line(reader)
    await expect(reader.channel("#privacy")).to_be_attached()

    connector: Connector = shop.bot.get_connector("web")
    verdicts = CardTable(
        ("Check", "Verdict", "Measured"), (("missing_percent(email) < 5", "failed", "16.02 %"),)
    )
    card = Card(CardKind.ALERT, Severity.CRITICAL, "Held back", table=verdicts)
    await connector.send(CardMessage(card, target="#general", connector=connector))
    region = (await reader.hears("Held back")).locator(".table-region")
    assert await region.evaluate("(each) => each.scrollWidth - each.clientWidth") == 0
    await context.close()
