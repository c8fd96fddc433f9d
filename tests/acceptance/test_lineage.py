"""What feeds what and what a mishap breaks, asked in plain words."""

import pytest

from engine.cards import Card, Severity
from tests.world import World


def cells(card: Card) -> set[str]:
    """Every cell of a card's table."""
    return {cell for row in (card.table.rows if card.table else ()) for cell in row}


async def test_the_lineage_of_a_report_is_drawn_before_anything_ran(world: World) -> None:
    card = await world.hear("show lineage of gold.revenue")

    assert card.title == "gold.revenue: made from 6 datasets, feeds 1 dataset and 1 consumer"
    assert {"silver.orders", "silver.products", "bronze.orders", "CFO dashboard"} <= cells(card)
    assert card.picture is not None
    arrows = {(edge.source, edge.target) for edge in card.picture.edges}
    labels = {node.label: node for node in card.picture.nodes}
    assert labels["gold.revenue"].mark == "this"
    assert (labels["silver.orders"].id, labels["gold.revenue"].id) in arrows


async def test_a_column_is_followed_back_to_where_it_begins(world: World) -> None:
    card = await world.hear("where does gold.revenue.total come from?")

    assert card.title.startswith("gold.revenue.total")
    told = cells(card)
    assert any(cell.endswith("silver.orders.unit_price") for cell in told)
    assert any(cell.endswith("bronze.orders.unit_price") for cell in told)
    assert not any("orders.note" in cell for cell in told)


async def test_a_late_dataset_tells_what_waits_for_it_and_who_answers(world: World) -> None:
    card = await world.hear("what breaks if silver.customers is late?")

    assert card.severity is Severity.WARNING
    assert card.title.startswith("If silver.customers is late: 1 dataset, the Newsletter export")
    assert "gold.customer_value" in cells(card)
    assert any("Customer relations team" in fact.value for fact in card.facts)


@pytest.mark.parametrize(
    ("sentence", "breaks"),
    [
        ("what breaks if I drop customers.phone?", False),
        ("what breaks if I drop orders.unit_price?", True),
    ],
)
async def test_a_dropped_column_breaks_just_what_is_made_from_it(
    world: World, sentence: str, breaks: bool
) -> None:
    card = await world.hear(sentence)

    assert ("nothing downstream" in card.title) == (not breaks)
    assert any("gold.revenue.total" in cell for cell in cells(card)) == breaks


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("show lineage of gold.revenu", "gold.revenue"),
        ("where does gold.revenue.totl come from?", "total"),
        ("what breaks if silver.customer is late?", "customers"),
    ],
)
async def test_a_wrong_name_is_answered_with_the_nearest(
    world: World, sentence: str, said: str
) -> None:
    card = await world.hear(sentence)

    offered = " ".join((card.title, card.text, *(button.command for button in card.buttons)))
    assert said in offered


async def test_a_misspelt_column_is_offered_in_its_place(world: World) -> None:
    card = await world.hear("where does gold.revenue.totl come from?")

    (offer,) = (button.command for button in card.buttons)
    assert "gold.revenue.total" in (await world.hear(offer)).title
