"""Schedules through a real bot: each sentence, what is due, what was missed, two bots at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.cards import Card, Severity
from engine.commands import RunPipeline
from engine.data_folder import DataFolder
from engine.demo import free_port, install_sample
from engine.host import running_bot
from engine.outcome import Accepted, Request
from engine.people import Asker
from engine.recurrence import Cron, Once, Recurrence
from engine.schedules.model import Schedule
from tests.world import TEST_KEY, World, eventually, world_configuration

YOU = Asker("web", "you", "you", "#general")
DAILY = Cron.read("0 9 * * *", "Europe/Berlin")
HOURS = timedelta(hours=5)


@asynccontextmanager
async def a_bot(
    database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: object
) -> AsyncIterator[World]:
    """A bot that works no runs, so that what was ordered can be counted."""
    data = DataFolder(folder)
    if not data.project.exists():
        install_sample(data)
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)
    monkeypatch.setenv("ATLAS_PROJECT", str(data.project))
    monkeypatch.setenv("ATLAS_SECRET_KEY", TEST_KEY)
    port = free_port()
    plain = world_configuration(port, {})
    async with running_bot(plain.with_engine(runs_at_once=0, **settings), folder) as bot:
        yield World(bot, data.project, database_url, port)


def value(card: Card, name: str) -> str:
    return next(fact.value for fact in card.facts if fact.name == name)


def offers(card: Card) -> list[str]:
    return [button.command for button in card.buttons]


def a_schedule(
    next_due: datetime,
    recurrence: Recurrence = DAILY,
    table: str | None = "products",
    asker: Asker = YOU,
) -> Schedule:
    return Schedule(0, "ingest", table, recurrence, asker, next_due, next_due)


async def keep(world: World, *schedules: Schedule) -> list[Schedule]:
    async with world.engine.engine.transactions.begin() as tx:
        return [await tx.schedules.add(each) for each in schedules]


async def ordered(world: World) -> list[str]:
    """The keys of the runs that schedules ordered."""
    rows = await world.rows("SELECT key FROM atlas.runs WHERE key LIKE 'schedule:%' ORDER BY key")
    return [str(row["key"]) for row in rows]


async def until_settled(world: World) -> None:
    """Wait until nothing that is not paused is due."""

    async def look() -> bool | None:
        (row,) = await world.rows(
            "SELECT count(*) FROM atlas.schedules WHERE NOT paused AND next_due <= now()"
        )
        return True if row[0] == 0 else None

    await eventually(look)


async def test_a_schedule_from_its_sentence_to_its_end(world: World) -> None:
    assert (await world.hear("what is scheduled?")).title == "No schedules"

    made = await world.hear("run bronze_to_silver for orders every weekday at 9am Berlin time")
    assert made.title == (
        "SCH-1: bronze_to_silver for orders, every weekday at 09:00 Europe/Berlin"
    )
    for name in ("Next", "Then", "After that"):
        assert " 09:00 CE" in value(made, name)
        assert value(made, name)[:3] not in ("Sat", "Sun")
    assert offers(made) == ["pause schedule SCH-1", "delete schedule SCH-1"]
    assert made.buttons[1].confirm

    await world.hear("schedule medallion every 2 hours")
    listed = await world.hear("list schedules")
    assert listed.table is not None
    assert [row[0] for row in listed.table.rows] == ["SCH-1", "SCH-2"]
    assert listed.table.rows[1][1:3] == ("medallion", "every 2 hours UTC")

    paused = await world.hear("pause the orders schedule")
    assert paused.text == "It is paused and starts nothing."
    assert (await world.hear(offers(paused)[0])) == made

    assert (await world.hear("show schedule 1")) == made
    sure = await world.hear("delete schedule 1")
    assert (await world.hear(sure.buttons[0].command)).title == "SCH-1 is deleted"
    gone = await world.hear("pause schedule SCH-1")
    assert gone.severity is Severity.WARNING
    assert gone.title == "There is no schedule 'SCH-1'."
    assert offers(gone) == ["pause schedule SCH-2"]
    assert await world.rows("SELECT id FROM atlas.runs") == []


async def test_what_can_not_be_scheduled_is_refused_or_asked_about(world: World) -> None:
    for sentence, said in (
        ("run medallion today at 00:00", "That time has passed: on "),
        ("run medallion every 30 seconds", "Every 30 seconds is too often."),
        ("run medallion every day at 9am Berln time", "Did you mean this?"),
        ("run medallion tomorrow", "Did you mean this?"),
        ("run ingest for revenue every day", "ingest does nothing for revenue."),
        ("run nothing_like_it every day", "Did you mean this?"),
        ("pause schedule SCH-9", "There is no schedule 'SCH-9'."),
        ("delete the orders schedule", "There is no schedule of orders."),
        ("pause the unicorns schedule", "Did you mean this?"),
    ):
        card = await world.hear(sentence)
        assert card.title.startswith(said), card
        assert card.buttons

    refused = await world.hear("run medallion every day", person="lea")
    assert refused.title == "Your role here is viewer; schedule_pipeline needs operator."
    assert await world.rows("SELECT number FROM atlas.schedules") == []


async def test_two_schedules_of_a_table_are_told_apart(world: World) -> None:
    await world.hear("run ingest for orders every day at 6")
    await world.hear("run bronze_to_silver for orders every day at 7")

    which = await world.hear("delete the orders schedule")

    assert which.title == "Which schedule?"
    assert "SCH-1 is ingest for orders, every day at 06:00 UTC" in which.text
    sure = await world.hear("delete the ingest schedule")
    assert (await world.hear(sure.buttons[0].command)).title == "SCH-1 is deleted"


async def test_a_moment_that_comes_starts_its_run_and_ends_the_schedule(world: World) -> None:
    made = await world.hear("run ingest for products in 1 second")
    assert made.title.startswith("SCH-1: ingest for products, on ")

    async def look() -> str | None:
        rows = await world.rows("SELECT id FROM atlas.runs WHERE status = 'succeeded'")
        return str(rows[0]["id"]) if rows else None

    await eventually(look)

    assert len(await ordered(world)) == 1
    assert (await world.hear("list schedules")).title == "No schedules"


async def test_two_bots_start_fifty_due_times_exactly_once_each(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        a_bot(database_url, tmp_path / "one", monkeypatch) as one,
        a_bot(database_url, tmp_path / "two", monkeypatch) as two,
    ):
        soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
        moments = [soon + timedelta(milliseconds=20 * number) for number in range(50)]
        await keep(one, *(a_schedule(moment) for moment in moments[:25]))
        await keep(two, *(a_schedule(moment, Once(moment, "UTC")) for moment in moments[25:]))
        await asyncio.sleep((moments[-1] - datetime.now(UTC)).total_seconds())
        await until_settled(one)

        keys = await ordered(one)
        rows = await one.rows("SELECT next_due, last_due, last_run_id FROM atlas.schedules")
        (runs,) = await one.rows("SELECT count(*) FROM atlas.runs")

    assert len(keys) == len(set(keys)) == runs[0] == 50
    assert sorted(row["last_due"] for row in rows) == moments[:25]
    assert all(row["next_due"] > moments[-1] and row["last_run_id"] for row in rows)


@pytest.mark.parametrize(("missed", "runs"), [("catch_up", 1), ("skip", 0)])
async def test_what_was_missed_is_caught_up_on_once_or_skipped(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    missed: str,
    runs: int,
) -> None:
    hourly = Cron.read("0 * * * *", "UTC")
    async with a_bot(database_url, tmp_path, monkeypatch) as world:
        await keep(world, a_schedule(datetime.now(UTC) + HOURS, hourly))
    await world.rows("UPDATE atlas.schedules SET next_due = next_due - interval '10 hours'")

    async with a_bot(database_url, tmp_path, monkeypatch, missed_schedules=missed) as world:
        await until_settled(world)
        posts = [card.title for card in await world.posts("#general")]

        assert len(await ordered(world)) == runs
        assert ("SCH-1 skipped ingest for products" in posts) == (runs == 0)


async def test_a_run_that_a_dead_bot_ordered_is_not_ordered_again(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_bot(database_url, tmp_path, monkeypatch) as world:
        (made,) = await keep(world, a_schedule(datetime.now(UTC) + timedelta(seconds=1)))
        request = Request(RunPipeline("ingest", "products"), YOU, made.key, urgent=False)
        first = await world.engine.ask(request)  # and here it died, before the schedule moved on
        await asyncio.sleep((made.next_due - datetime.now(UTC)).total_seconds())
        await until_settled(world)
        rows = await world.rows("SELECT last_run_id FROM atlas.schedules")

        assert isinstance(first, Accepted)
        assert rows[0]["last_run_id"] == first.run_id
        assert await ordered(world) == [made.key]


async def test_who_lost_the_role_hears_why_nothing_was_started(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lea = Asker("web", "lea", "Lea", "#general")
    async with a_bot(database_url, tmp_path, monkeypatch) as world:
        await keep(world, a_schedule(datetime.now(UTC), asker=lea))
        await until_settled(world)

        (card,) = await world.posts("#general")
        shown = await world.hear("show schedule SCH-1")

        assert card.title == "SCH-1 could not start ingest for products"
        assert "Your role here is viewer; run_pipeline needs operator." in card.text
        assert "(not started)" in value(shown, "Last")
        assert await ordered(world) == []
