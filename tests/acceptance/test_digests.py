"""Digests by sentence: one at once, one every Monday, one that was due while nobody was there."""

from datetime import UTC, datetime, timedelta

from engine.cards import Card, CardKind
from engine.people import Asker
from engine.recurrence import Cron
from engine.schedules.model import Digest, Schedule
from tests.world import World, eventually

YOU = Asker("web", "you", "you", "#general")


def value(card: Card, name: str) -> str:
    return next(fact.value for fact in card.facts if fact.name == name)


async def test_a_digest_now_tells_what_ran(world: World) -> None:
    empty = await world.hear("digest now")
    await world.run("run ingest for customers")

    card = await world.hear("digest now")

    assert empty.kind is card.kind is CardKind.DIGEST
    assert empty.text == "No run ended in these 7 days, nor in the time before."
    assert value(card, "Runs").startswith("1, 100 % succeeded")
    assert card.table is not None
    assert card.table.rows[0][0] == "ingest for customers"


async def test_a_digest_every_monday_is_a_schedule_like_others(world: World) -> None:
    made = await world.hear("send me a digest every Monday at 9")
    listed = await world.hear("list schedules")

    assert made.title == "SCH-1: digest to #general, every Monday at 09:00 UTC"
    assert value(made, "Next").startswith("Mon ")
    assert listed.table is not None
    assert listed.table.rows[0][1:3] == ("digest to #general", "every Monday at 09:00 UTC")
    assert (await world.hear("pause schedule SCH-1")).text == "It is paused and sends nothing."
    sure = await world.hear("delete schedule SCH-1")
    assert (await world.hear(sure.buttons[0].command)).title == "SCH-1 is deleted"


async def test_a_digest_that_was_due_goes_out_once_and_its_schedule_goes_on(world: World) -> None:
    due = datetime.now(UTC) - timedelta(days=15)
    weekly = Cron.read("0 9 * * 1", "Europe/Berlin")
    async with world.engine.engine.transactions.begin() as tx:
        await tx.schedules.add(
            Schedule(0, "", None, weekly, YOU, due, due, digest=Digest("web:#finance"))
        )

    async def sent() -> list[Card] | None:
        return await world.posts("#finance") or None

    (card,) = await eventually(sent)

    assert card.kind is CardKind.DIGEST
    async with world.engine.engine.transactions.begin() as tx:
        (schedule,) = await tx.schedules.all()
    assert schedule.last_due == due
    assert schedule.next_due > datetime.now(UTC)
