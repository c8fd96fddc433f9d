"""A run as people watch it: one card that changes, beside others, while the bot goes on talking."""

import asyncio

import asyncpg

from engine.cards import Card, CardKind
from engine.runs.model import RunStatus
from tests.acceptance.scenes import ended, held, started
from tests.world import World, eventually


def cards_of(world: World, run_id: str) -> list[tuple[str, Card]]:
    """The messages about a run, as the terminal shows them now."""
    return [(key, card) for key, card in world.terminal.heard.items() if _is_of(card, run_id)]


def _is_of(card: Card, run_id: str) -> bool:
    return card.kind is CardKind.PROGRESS and any(fact.value == run_id for fact in card.facts)


async def test_a_run_is_one_card_that_changes_until_it_is_the_result(world: World) -> None:
    await world.run("ingest products")
    async with held(world, "bronze.products"):
        run_id = await started(world, "run pipeline bronze_to_silver for products")

        async def underway() -> list[tuple[str, Card]] | None:
            cards = cards_of(world, run_id)
            return cards if cards and cards[0][1].title.endswith("— running") else None

        (before,) = await eventually(underway)
        (early,) = await _outbox(world, run_id)
        assert "Step 1 of 3" in before[1].text
    await ended(world, run_id)

    async def told() -> list[tuple[str, Card]] | None:
        cards = cards_of(world, run_id)
        return cards if cards[0][1].title.endswith("— succeeded") else None

    (after,) = await eventually(told)
    (late,) = await _outbox(world, run_id)

    assert before[0] == after[0] == early["receipt"] == late["receipt"]
    assert late["revision"] > early["revision"]
    assert late["place"] == "terminal:#general"
    assert [fact.name for fact in after[1].facts][:2] == ["Run", "Rows in"]


async def _outbox(world: World, run_id: str) -> list[asyncpg.Record]:
    rows = await world.rows("SELECT * FROM atlas.outbox WHERE key = $1", f"run:{run_id}")
    return list(rows)


async def test_two_runs_of_one_table_take_turns_and_others_do_not_wait(world: World) -> None:
    await world.run("run pipeline ingest")
    sentence = "run pipeline bronze_to_silver for {}"
    async with held(world, "bronze.customers"):
        first = await started(world, sentence.format("customers"))
        products = await started(world, sentence.format("products"))
        other = await ended(world, products)
        second = await started(world, sentence.format("customers"))
        waiting = await world.hear(f"status {first}")
        assert waiting.title.endswith("— running")
        assert (await world.engine.run(second) or other).status is RunStatus.QUEUED

    one, two = await ended(world, first), await ended(world, second)

    assert {one.status, two.status, other.status} == {RunStatus.SUCCEEDED}
    assert one.finished_at is not None
    assert two.started_at is not None
    assert one.finished_at <= two.started_at
    assert other.finished_at is not None
    assert other.finished_at < one.finished_at


async def test_a_question_is_answered_at_once_while_everything_runs(world: World) -> None:
    loop = asyncio.get_running_loop()
    run_id = await started(world, "run pipeline medallion")
    waits: list[float] = []

    while not (run := await world.engine.run(run_id)) or not run.done:
        began = loop.time()
        await world.say("help")
        waits.append(loop.time() - began)
        await asyncio.sleep(0.05)

    helped = [card for card in world.terminal.heard.values() if card.title == "What you can say"]
    assert len(helped) == len(waits) > 5
    assert max(waits) < 2.0
    assert run.status is RunStatus.SUCCEEDED
