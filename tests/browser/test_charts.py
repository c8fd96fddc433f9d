"""Charts on the page: drawn, told to those who can't see them, in both colour schemes."""

import pytest
from opsdroid.connector import Connector
from playwright.async_api import Locator

from engine.cards import Card, CardKind, Chart, ChartKind, Series, Severity
from engine.host import CardMessage
from tests.browser.reader import Reader
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="package")

HOSTILE = "<b>Score</b>"
LINES = Chart(
    ChartKind.LINE,
    HOSTILE,
    ("Mon", "Tue", "Wed", "Thu"),
    (
        Series("This week", (100, 80, None, 90)),
        Series("Last week", (None, 85.25, None, None)),
        Series("Nothing", (None, None, None, None)),
    ),
)
BARS = Chart(ChartKind.BAR, "Rows", ("a", "b", "c"), (Series("in", (12_500, -5, 0)),))


async def shown(shop: World, reader: Reader, title: str, chart: Chart) -> Locator:
    """The chart of a card that the page just got."""
    connector: Connector = shop.bot.get_connector("web")
    card = Card(CardKind.REPLY, Severity.INFO, title, chart=chart)
    await connector.send(CardMessage(card, target="#general", connector=connector))
    return (await reader.hears(title)).locator(".chart")


async def test_lines_are_drawn_with_their_gaps_and_nothing_but_text_comes_in(
    reader: Reader, shop: World
) -> None:
    chart = await shown(shop, reader, "Lines", LINES)

    paths = await chart.locator(".chart-picture .chart-line").evaluate_all(
        "(all) => all.map((each) => each.getAttribute('d'))"
    )
    assert paths == [
        "M0.00 0.00h0L33.33 100.00M100.00 50.00h0",
        "M33.33 73.75h0",
        "",
    ]
    box = await chart.locator(".chart-picture").bounding_box()
    assert box is not None
    assert box["width"] > 300
    assert await chart.locator("b").count() == 0
    assert HOSTILE in await chart.inner_text()
    assert await reader.overflow() == 0


async def test_bars_stand_on_zero(reader: Reader, shop: World) -> None:
    chart = await shown(shop, reader, "Bars", BARS)

    boxes = await chart.locator("rect").evaluate_all(
        "(all) => all.map((each) => [each.getAttribute('y'), each.getAttribute('height')])"
    )

    assert boxes == [["0.00", "99.96"], ["99.96", "0.30"], ["99.96", "0.30"]]


async def test_who_sees_no_chart_gets_its_sense_and_its_numbers(
    reader: Reader, shop: World
) -> None:
    chart = await shown(shop, reader, "Told", LINES)

    picture = chart.get_by_role("img")
    assert await picture.get_attribute("aria-label") == (
        "Line chart: <b>Score</b>, Mon to Thu. This week: 90, from 80 to 100. "
        "Last week: 85.25, from 85.25 to 85.25. Nothing: nothing known."
    )
    rows = await chart.get_by_role("row").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["", "This week", "Last week", "Nothing"],
        ["Mon", "100", "–", "–"],
        ["Tue", "80", "85.25", "–"],
        ["Wed", "–", "–", "–"],
        ["Thu", "90", "–", "–"],
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_lines_stand_out_from_the_card_in_both_schemes(
    reader: Reader, shop: World, scheme: str
) -> None:
    await reader.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its two words
    chart = await shown(shop, reader, f"In the {scheme}", LINES)

    for place in range(3):
        line = chart.locator(".chart-picture .chart-line").nth(place)
        assert await line.evaluate(STANDS_OUT) >= 3, place


STANDS_OUT = """(node) => {
    const light = (colour) => {
        const part = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        const [red, green, blue] = colour.match(/[\\d.]+/g).map((each) => part(each / 255));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const card = node.closest(".card");
    const pair = [getComputedStyle(node).stroke, getComputedStyle(card).backgroundColor].map(light);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""
