"""What breaks, and who is told: one incident from the first sign of trouble to its end."""

import asyncio
import csv
from pathlib import Path

from engine.cards import Card, Fact, Severity
from engine.runs.model import RunStatus
from tests.world import World, eventually

ALERTS = "#data-alerts"


def value(card: Card, name: str) -> str:
    """A fact of a card."""
    return next(fact.value for fact in card.facts if fact.name == name)


async def incidents(world: World) -> list[str]:
    """The status of each incident, by number."""
    rows = await world.rows("SELECT status FROM atlas.incidents ORDER BY number")
    return [str(row["status"]) for row in rows]


async def message(world: World) -> Card:
    """The message of the first incident."""
    return (await world.posts(ALERTS))[0]


def deliver_corrected(project: Path) -> None:
    """A third delivery: the customers of the second one, with all of their e-mail addresses."""
    deliveries = project / "deliveries"
    with (deliveries / "2026-03-02" / "customers.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [
            {**row, "email": row["email"] or f"customer{number}@example.com"}
            for number, row in enumerate(reader)
        ]
    third = deliveries / "2026-03-03"
    third.mkdir()
    with (third / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or ())
        writer.writeheader()
        writer.writerows(rows)


async def test_the_second_delivery_is_one_incident_that_ends_with_the_corrected_one(
    world: World,
) -> None:
    good = await world.run("run pipeline medallion")
    assert good.status is RunStatus.SUCCEEDED
    assert await world.posts(ALERTS) == []

    broken = await world.run("run pipeline medallion")

    assert broken.status is RunStatus.FAILED
    (alert,) = await world.posts(ALERTS)
    assert alert.severity is Severity.CRITICAL
    assert alert.title.startswith("INC-1 · silver.customers was held back: ")
    assert Fact("Run", broken.id) in alert.facts
    assert value(alert, "Owner") == "Customer relations team (#crm)"
    assert "dataset" in value(alert, "Impact")
    assert "gold.customer_value was not rebuilt" in alert.text
    assert "deliveries/2026-03-02/customers.csv" in alert.text
    assert value(alert, "Last good run").startswith(good.id)
    assert value(alert, "Delivered").startswith("deliveries/2026-03-02/customers.csv (")
    assert await incidents(world) == ["open"]

    deliver_corrected(world.project)
    mended = await world.run("run pipeline medallion")

    assert mended.status is RunStatus.SUCCEEDED
    assert await incidents(world) == ["resolved"]
    live, last = await world.posts(ALERTS)
    assert live.severity is last.severity is Severity.SUCCESS
    assert live.title.startswith("INC-1 is resolved · silver.customers was held back")
    assert f"by run {mended.id}." in live.text
    assert last.title == "INC-1 is resolved"


async def test_the_message_is_edited_in_place_and_never_sent_again(world: World) -> None:
    await world.run("run pipeline medallion")
    await world.run("run pipeline medallion")
    failed = (await world.rows("SELECT id FROM atlas.runs WHERE status = 'failed'"))[0]["id"]

    await world.run(f"retry {failed}")

    (alert,) = await world.posts(ALERTS)
    assert value(alert, "Noted").startswith("2 times")
    rows = await world.rows(
        "SELECT revision FROM atlas.outbox WHERE key = 'incident:1@web:#data-alerts'"
    )
    assert [row["revision"] for row in rows] == [2]


async def test_two_bots_open_one_incident_of_one_cause(world: World) -> None:
    await world.run("run pipeline medallion")
    await world.run("ingest customers")
    await world.rows("UPDATE silver.customers SET email = NULL")

    runs = await asyncio.gather(*(world.run("check quality of silver.customers") for _ in range(3)))

    assert {each.status for each in runs} == {RunStatus.FAILED}
    assert await incidents(world) == ["open"]
    alert = await eventually(lambda: _noted(world, 3))
    assert alert.title.startswith("INC-1 · silver.customers: ")


async def test_all_incidents_are_acknowledged_by_one_sentence(world: World) -> None:
    await world.run("run pipeline medallion")
    await world.run("run pipeline medallion")

    offered = await world.hear("acknowledge all?")
    assert (offered.buttons[0].command, await incidents(world)) == (
        "acknowledge all incidents",
        ["open"],
    )
    done = await world.hear("acknowledge all of silver.customers")

    assert done.title == "1 incident of silver.customers is acknowledged by you"
    assert await incidents(world) == ["acknowledged"]
    (live,) = await world.posts(ALERTS)
    assert "Acknowledged by you" in live.text
    assert "As of " in (await world.hear("show INC-1")).text
    again = await world.hear("acknowledge all incidents")
    assert again.title == "There is no open incident that nobody acknowledged."
    assert [each.command for each in again.buttons] == ["list incidents"]
    hushed = await world.hear("mute orders")
    assert all("+00:00" not in each.command for each in hushed.buttons)
    assert (await world.hear("snooze all until tomorrow")).title.startswith("1 incident is snoozed")
    assert (await world.hear("resolve all incidents")).title.startswith("1 incident is resolved")


async def test_the_buttons_of_an_incident_are_sentences_too(world: World) -> None:
    await world.run("run pipeline medallion")
    await world.run("run pipeline medallion")

    assert (await world.hear("assign INC-1 to me")).title.startswith("INC-1")
    assert "you" in value(await message(world), "Assigned to")
    await world.hear("snooze INC-1 until green")
    assert await incidents(world) == ["snoozed"]
    why = await world.hear("why did this go to #data-alerts?")
    assert "#data-alerts" in why.title
    await world.hear("resolve INC-1")
    assert await incidents(world) == ["resolved"]
    stale = await world.hear("acknowledge INC-1")
    assert "resolved" in f"{stale.title} {stale.text}"
    assert await incidents(world) == ["resolved"]


async def _noted(world: World, times: int) -> Card | None:
    alert = await message(world)
    found = [fact.value for fact in alert.facts if fact.name == "Noted"]
    return alert if found and found[0].startswith(f"{times} times") else None


async def test_rules_that_were_changed_since_the_last_good_run_are_a_likely_cause(
    world: World,
) -> None:
    await world.run("run pipeline medallion for customers")
    await world.hear("mask email in customers")

    await world.run("run pipeline medallion for customers")

    alert = await message(world)
    assert (
        "The privacy rules of silver.customers were changed since the last good run" in alert.text
    )
