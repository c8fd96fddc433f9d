"""Runs as people speak of them: stop it, why did it fail, once more, day by day, only to look."""

from engine.cards import Severity
from engine.outcome import Accepted
from engine.quality.examples import MOST_EXAMPLES
from engine.runs.model import RunStatus
from tests.acceptance.scenes import at_work, ended, held, started
from tests.world import World, eventually

ORDERS = "run pipeline bronze_to_silver for orders"


def offers(card: object) -> list[str]:
    """The sentences behind a card's buttons."""
    return [button.command for button in getattr(card, "buttons", ())]


async def test_a_run_is_watched_stopped_and_taken_up_again(world: World) -> None:
    await world.run("ingest orders")
    async with held(world, "bronze.orders"):
        first = await started(world, ORDERS)
        assert offers(await at_work(world, first)) == [f"cancel {first}", f"status {first}"]
        assert (await world.hear("how is the orders run going?")).title.endswith("— running")
        assert (await world.hear("status")).title.endswith("— running")
        second = await started(world, ORDERS)
        await _waits_and_is_cancelled(world, first, second)

        stopping = await world.hear("stop the orders run")
        assert stopping.title == "bronze_to_silver for orders is being stopped"
        stopped = await ended(world, first)
    assert (stopped.status, stopped.error) == (RunStatus.CANCELLED, "Cancelled by you.")
    assert "nothing to cancel" in (await world.hear("cancel")).title
    tables = await world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'silver'")
    assert tables == []

    assert await started(world, f"retry {first} and accept the change") == first
    again = await ended(world, first)
    assert (again.status, again.attempt) == (RunStatus.SUCCEEDED, 2)
    assert again.parameters.accept_drift
    refused = await world.hear("retry the orders run")
    assert refused.text == f"If you mean that one, say «retry {second}»."


async def _waits_and_is_cancelled(world: World, first: str, second: str) -> None:
    waiting = await world.hear(f"status {second}")
    assert waiting.text == (
        f"Waits for {first} (bronze_to_silver for orders), which writes silver.orders."
    )
    several = await world.hear("cancel")
    assert several.title.startswith("Several runs are not done")
    assert first in several.title
    assert (await world.hear(f"cancel {second.lower()}")).title.endswith("is cancelled")


async def test_a_failure_is_found_explained_and_made_good_from_the_gate(world: World) -> None:
    await world.run("ingest customers")
    await world.run("run bronze_to_silver for customers")
    await world.run("ingest customers")
    run = await world.run("run bronze_to_silver for customers")
    assert run.status is RunStatus.FAILED
    await world.rows(
        "UPDATE atlas.runs SET requested_at = date_trunc('day', now()) + interval '3 hours' "
        "WHERE id = $1",
        run.id,
    )

    listed = await world.hear("what failed last night?")
    why = await world.hear("why did the customers run fail?")

    assert listed.table is not None
    assert [row[0] for row in listed.table.rows] == [run.id]
    assert why.severity is Severity.CRITICAL
    lines = why.text.splitlines()
    assert lines[0] == "silver.customers: 1 check failed"
    assert lines[1].startswith("missing_percent(email) < 5: failed")
    assert "tables/customers.yaml" in lines[2]
    assert lines[3] == "Rows that break «missing_percent(email) < 5»:"
    shown = [line for line in lines if line.startswith("• customer_id: ")]
    assert len(shown) == MOST_EXAMPLES
    assert all("email: missing" in line for line in shown)
    rest = lines[4 + len(shown) :]
    assert rest[0].startswith("Not published: silver.customers. The version from before stays")
    assert offers(why)[:2] == [f"retry {run.id}", f"retry {run.id} from the quality gate"]

    once_more = await world.run("retry the customers run from the quality gate")
    assert (once_more.id, once_more.status, once_more.attempt) == (run.id, RunStatus.FAILED, 2)
    staged = f'silver."customers__{run.id.lower()}"'
    await world.rows(f"UPDATE {staged} SET email = 'mended' WHERE email IS NULL")  # noqa: S608  # an id of ours

    good = await world.run(f"retry {run.id} from the quality gate")

    assert good.status is RunStatus.SUCCEEDED
    (mended,) = await world.rows("SELECT count(*) FROM silver.customers WHERE email = 'mended'")
    assert mended[0] > 0


async def test_a_dry_run_answers_and_touches_nothing(world: World) -> None:
    for sentence in (
        "dry run medallion for orders",
        "what would medallion for orders do?",
        "run bronze_to_silver for orders as a dry run",
    ):
        card = await world.hear(sentence)
        assert "would take" in card.title, sentence
        assert "silver.orders" in str(card)

    assert await world.rows("SELECT id FROM atlas.runs") == []
    assert await world.rows("SELECT FROM pg_tables WHERE schemaname = 'silver'") == []


async def test_a_full_refresh_is_asked_for_in_several_ways(world: World) -> None:
    await world.run("ingest orders")
    for sentence in (
        "run bronze_to_silver for orders with full refresh",
        "fully refresh orders",
        "rebuild silver.orders from scratch",
    ):
        run = await world.run(sentence)
        assert (run.title, run.status) == ("bronze_to_silver for orders", RunStatus.SUCCEEDED)
        assert run.parameters.full_refresh


async def test_a_backfill_is_one_run_a_day_told_on_one_card(world: World) -> None:
    await world.run("ingest orders")
    await world.run(ORDERS)

    for sentence, days in (
        ("backfill orders from 1 March to 3 March", 3),
        ("backfill bronze_to_silver for orders from 2026-03-01 to 2026-03-02, 2 at a time", 2),
    ):
        before = len(world.terminal.heard)
        outcome = (await world.say(sentence)).raw_parses["outcome"]
        assert isinstance(outcome, Accepted), outcome

        async def over(before: int = before) -> str | None:
            titles = [card.title for card in list(world.terminal.heard.values())[before:]]
            assert len(titles) < 2, titles
            return titles[0] if titles and titles[0].endswith("— succeeded") else None

        title = await eventually(over)
        assert title.startswith("Backfill of orders")
        runs = await world.rows(
            "SELECT status FROM atlas.runs WHERE backfill = "
            "(SELECT backfill FROM atlas.runs WHERE id = $1)",
            outcome.run_id,
        )
        assert [row["status"] for row in runs] == ["succeeded"] * days
        asked = await world.hear("how is the backfill of orders going?")
        facts = {fact.name: fact.value for fact in asked.facts}
        assert asked.title == title
        assert facts["Days"] == f"{days} of {days} done"
        assert facts["Cut by the day of"].startswith("orders.")


async def test_what_is_not_clear_stops_and_starts_nothing(world: World) -> None:
    await world.run("ingest orders")
    async with held(world, "bronze.orders"):
        run_id = await started(world, ORDERS)
        await at_work(world, run_id)
        for sentence in (
            f"don't cancel {run_id}",
            f"cancel {run_id}?",
            "stop everything",
            "should I stop the orders run?",
            "retry",
            "backfill orders",
            "rebuild orders",
        ):
            answer = await world.hear(sentence)
            assert answer.title == "Did you mean this?", sentence
        run = await world.engine.run(run_id)
        assert run is not None
        assert run.cancelled_by is None
    assert (await ended(world, run_id)).status is RunStatus.SUCCEEDED
    assert len(await world.rows("SELECT id FROM atlas.runs")) == 2
