"""What people hear about runs of one table."""

from engine.cards import Severity
from engine.commands import CheckQuality, ExplainRun
from engine.outcome import Accepted, Answer
from engine.quality.model import Outcome
from tests.workshop import Workshop

CHECK = "row_count > 0"


async def explained(shop: Workshop) -> Answer:
    outcome = await shop.ask(ExplainRun(table="customers"))
    assert isinstance(outcome, Answer)
    return outcome


async def looked(shop: Workshop) -> None:
    outcome = await shop.ask(CheckQuality("silver.customers"))
    assert isinstance(outcome, Accepted)
    shop.clock.advance(60)
    await shop.taken(outcome.run_id)


async def test_a_later_look_does_not_hide_the_version_that_was_held_back() -> None:
    shop = Workshop()
    shop.quality.outcomes = {CHECK: Outcome.FAILED}
    held = await shop.run("medallion", "customers")
    await looked(shop)

    card = (await explained(shop)).card

    assert ("Run", held.id) in [(each.name, each.value) for each in card.facts]
    assert card.severity is Severity.CRITICAL


async def test_a_failure_that_was_made_good_is_told_as_past() -> None:
    shop = Workshop()
    shop.quality.outcomes = {CHECK: Outcome.FAILED}
    await shop.run("medallion", "customers")
    shop.quality.outcomes = {}
    shop.clock.advance(60)
    good = await shop.run("bronze_to_silver", "customers", "9M2N4PQR")

    card = (await explained(shop)).card

    assert card.text.startswith(f"This is over: {good.title} ({good.id}) went well for customers")
    assert (card.severity, [each.command for each in card.buttons]) == (
        Severity.INFO,
        ["status for table customers"],
    )


async def test_the_last_failure_of_all_is_told_as_past_once_the_same_went_well() -> None:
    shop = Workshop()
    await shop.run("ingest", "customers", "3T5V7WXY")
    shop.quality.outcomes = {CHECK: Outcome.FAILED}
    failed = await shop.run("bronze_to_silver", "customers")
    standing = await shop.ask(ExplainRun())
    shop.quality.outcomes = {}
    shop.clock.advance(60)
    good = await shop.run("bronze_to_silver", "customers", "9M2N4PQR")

    for command in (ExplainRun(), ExplainRun(failed.id)):
        over = await shop.ask(command)

        assert isinstance(over, Answer)
        assert over.card.text.startswith(f"This is over: {good.title} ({good.id}) went well since.")
        assert "A version from before stays in place, if there was one." in over.card.text
        assert [each.command for each in over.card.buttons] == [f"status {good.id}"]
    assert isinstance(standing, Answer)
    assert standing.card.severity is Severity.CRITICAL
