"""Checks that Atlas suggests, in a chat: seen with their evidence, and added once accepted."""

from engine.catalog.reader import read_project
from engine.quality.suggestions import check_id
from tests.world import World


async def test_a_suggested_check_is_added_to_the_file_and_everything_else_stays(
    world: World,
) -> None:
    await world.run("ingest orders")
    await world.run("run bronze_to_silver for orders")
    file = world.project / "tables" / "orders.yaml"
    before = file.read_text().splitlines()

    card = await world.hear("suggest checks for orders")
    assert card.table is not None
    assert len(card.table.rows) > 1
    assert file.read_text().splitlines() == before, "nothing is added unasked"
    button = card.buttons[0].command
    added = await world.hear(button)

    after = file.read_text().splitlines()
    assert [line for line in after if line in before] == before
    assert len(after) > len(before)
    silver = next(each for each in read_project(world.project).tables if each.name == "orders")
    ids = {check_id(silver.silver, check.text) for check in silver.checks}
    assert any(f" {each} " in button for each in ids)
    assert "restart" in f"{added.text} {added.facts}".lower()
    again = await world.hear("suggest checks for orders")
    assert button not in [each.command for each in again.buttons]


async def test_a_viewer_sees_suggestions_and_adds_none(world: World) -> None:
    await world.run("ingest orders")
    await world.run("run bronze_to_silver for orders")

    card = await world.hear("what should I check in silver.orders?", "viewer")
    refused = await world.hear(card.buttons[0].command, "viewer")

    assert "needs operator" in refused.title


async def test_an_id_that_nobody_was_shown_adds_nothing(world: World) -> None:
    await world.run("ingest orders")
    await world.run("run bronze_to_silver for orders")
    before = (world.project / "tables" / "orders.yaml").read_bytes()

    refused = await world.hear("accept check k0000 for silver.orders")

    assert "k0000" in refused.title
    assert (world.project / "tables" / "orders.yaml").read_bytes() == before
