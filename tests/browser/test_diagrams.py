"""Diagrams on the page: boxes from left to right, told to those who can't see them."""

import pytest
from opsdroid.connector import Connector
from playwright.async_api import Locator, expect

from engine.cards import Card, CardKind, Diagram, DiagramEdge, DiagramNode, Severity
from engine.host import CardMessage
from tests.browser.reader import Reader
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="package")

HOSTILE = "<b>gold.revenue</b>"
DIAGRAM = Diagram(
    "What feeds gold.revenue",
    (
        DiagramNode("a", "bronze.orders", "bronze", 0),
        DiagramNode("b", "silver.orders", "silver", 1),
        DiagramNode("c", "silver.customers_with_a_name_of_some_length", "silver", 1),
        DiagramNode("d", HOSTILE, "gold", 2, "this"),
    ),
    (DiagramEdge("a", "b"), DiagramEdge("b", "d"), DiagramEdge("c", "d"), DiagramEdge("d", "b")),
    left_out=7,
)


async def shown(shop: World, reader: Reader, title: str, picture: Diagram = DIAGRAM) -> Locator:
    """The diagram of a card that the page just got."""
    connector: Connector = shop.bot.get_connector("web")
    card = Card(CardKind.REPLY, Severity.INFO, title, picture=picture)
    await connector.send(CardMessage(card, target="#general", connector=connector))
    return (await reader.hears(title)).locator(".diagram")


async def test_what_feeds_stands_left_of_what_is_fed(reader: Reader, shop: World) -> None:
    diagram = await shown(shop, reader, "Drawn")

    lefts = [
        await box.evaluate("(each) => Number(each.getAttribute('x'))")
        for box in await diagram.locator("rect").all()
    ]

    bronze, orders, customers, gold = lefts
    assert bronze < orders == customers < gold
    assert await diagram.locator(".diagram-edge").count() == 4
    assert await diagram.locator(".leads-back").count() == 1
    assert await diagram.locator(".diagram-more").inner_text() == "and 7 more"
    assert await reader.overflow() == 0


SIX = Diagram(
    "Six columns and a way back",
    tuple(DiagramNode(each, f"gold.t{each}", "gold", int(each)) for each in "012345"),
    tuple(DiagramEdge(*each) for each in ("01", "12", "23", "34", "45", "52", "55")),
)

CUT = """(picture) => {
    const whole = picture.getBoundingClientRect();
    return [...picture.querySelectorAll("rect, path")].filter((each) => {
        const part = each.getBoundingClientRect();
        return part.left < whole.left || part.right > whole.right + 0.5;
    }).length;
}"""
UNSEEN = "(each) => each.scrollWidth - each.clientWidth"


@pytest.mark.parametrize("width", [1180, 1440])
async def test_six_columns_are_seen_whole_on_a_small_screen(
    reader: Reader, shop: World, width: int
) -> None:
    await reader.page.set_viewport_size({"width": width, "height": 820})

    diagram = await shown(shop, reader, f"Six at {width}", SIX)

    assert await diagram.locator(".diagram-scroll").evaluate(UNSEEN) == 0
    assert await diagram.get_by_role("img").evaluate(CUT) == 0
    assert await reader.overflow() == 0


async def test_a_picture_that_goes_on_fades_until_it_was_scrolled_to_its_end(
    reader: Reader, shop: World
) -> None:
    await reader.page.set_viewport_size({"width": 600, "height": 820})

    scroll = (await shown(shop, reader, "Narrow", SIX)).locator(".diagram-scroll")

    await expect(scroll).to_have_class("diagram-scroll is-cut")
    await scroll.evaluate("(each) => each.scrollTo(each.scrollWidth, 0)")
    await expect(scroll).to_have_class("diagram-scroll")
    assert await reader.overflow() == 0


async def test_rows_are_those_that_the_engine_chose(reader: Reader, shop: World) -> None:
    upside_down = tuple(
        DiagramNode(str(each), f"t{each}", "gold", 0, row=2 - each) for each in range(3)
    )

    diagram = await shown(shop, reader, "Rows", Diagram("Rows", upside_down))

    names = await diagram.locator(".diagram-name").all()
    tops = [float(await each.get_attribute("y") or 0) for each in names]
    assert tops == sorted(tops, reverse=True)
    assert len(set(tops)) == 3


async def test_nothing_but_text_comes_in(reader: Reader, shop: World) -> None:
    diagram = await shown(shop, reader, "Hostile")

    assert await diagram.locator("b").count() == 0
    names = await diagram.locator(".diagram-name").all_text_contents()
    assert HOSTILE in names
    assert "silver.customers_w…" in names


async def test_who_sees_no_diagram_gets_its_arrows(reader: Reader, shop: World) -> None:
    diagram = await shown(shop, reader, "Told")

    assert await diagram.get_by_role("img").get_attribute("aria-label") == (
        "What feeds gold.revenue: 4 boxes, 4 arrows; a list of them follows."
    )
    assert await diagram.get_by_role("listitem").all_text_contents() == [
        "bronze.orders feeds silver.orders",
        f"silver.orders feeds {HOSTILE}",
        f"silver.customers_with_a_name_of_some_length feeds {HOSTILE}",
        f"{HOSTILE} feeds silver.orders",
    ]
