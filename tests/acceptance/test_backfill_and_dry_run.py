"""A backfill and a dry run through a real bot."""

from datetime import date, timedelta

from engine.cards import Card
from engine.commands import Backfill, RunPipeline
from engine.outcome import Accepted, Answer, Request
from engine.people import Asker
from engine.runs.model import RunStatus
from tests.world import World, eventually

SOMEBODY = Asker("web", "you", "You", "#general")
FIRST = date(2026, 3, 1)


async def test_three_days_of_orders_are_run_one_after_the_other(world: World) -> None:
    await world.run("run pipeline medallion for orders")

    command = Backfill(FIRST, FIRST + timedelta(3), "orders")
    outcome = await world.engine.ask(Request(command, SOMEBODY))
    assert isinstance(outcome, Accepted), outcome
    card = await eventually(lambda: succeeded(world))

    facts = {fact.name: fact.value for fact in card.facts}
    assert card.title == "Backfill of orders, 2026-03-01 to 2026-03-03 — succeeded"
    assert facts["Days"] == "3 of 3 done"
    days = await world.rows(
        "SELECT parameters->>'start' AS day, started_at, finished_at FROM atlas.runs "
        "WHERE backfill IS NOT NULL ORDER BY requested_at"
    )
    assert [row["day"] for row in days] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert days[0]["finished_at"] <= days[1]["started_at"]
    listed = await world.hear("list runs")
    assert listed.table is not None
    first = await world.engine.run(outcome.run_id)
    assert first is not None
    assert first.status is RunStatus.SUCCEEDED
    assert await world.engine.day_after(first) is None
    assert first.id in {row[0] for row in listed.table.rows}


async def succeeded(world: World) -> Card | None:
    """The backfill's card once it says so."""
    cards = [card for card in await world.posts("#general") if "Backfill" in card.title]
    assert len(cards) < 2
    return cards[0] if cards and cards[0].title.endswith("succeeded") else None


async def test_a_dry_run_tells_what_would_happen_and_does_none_of_it(world: World) -> None:
    command = RunPipeline("medallion", "orders", dry_run=True)

    outcome = await world.engine.ask(Request(command, SOMEBODY))

    assert isinstance(outcome, Answer), outcome
    assert outcome.card.title.startswith("medallion for orders would take")
    assert outcome.card.table is not None
    (ingest, refine, *_) = outcome.card.table.rows
    assert ingest[:2] == (
        "ingest bronze.orders",
        "append deliveries/2026-03-01/orders.csv to bronze.orders",
    )
    assert refine[2] == ingest[2] != ""
    assert await world.rows("SELECT FROM atlas.runs") == []
    assert (await world.run("run pipeline medallion for orders")).counts.loaded == int(
        ingest[2].replace(",", "")
    )
