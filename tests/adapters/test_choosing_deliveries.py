"""Which delivery is next, and that a refused one leaves nothing behind."""

import asyncio

import pytest

from engine.errors import SourceUnreadable
from engine.runs.model import StepKind
from tests.adapters.builders import Lab, a_run, a_table

PEOPLE = a_table("name")


async def test_the_oldest_delivery_that_is_not_loaded_comes_next(lab: Lab) -> None:
    for day in ("03", "01", "02"):
        lab.deliver(f"id,name\n{day},Ada\n", f"2026-03-{day}.csv")

    for _ in range(3):
        await lab.ingest(PEOPLE)

    assert [row["id"] for row in await lab.bronze(PEOPLE)] == ["01", "02", "03"]
    assert await lab.ingest(PEOPLE) is None


async def test_a_changed_file_is_loaded_again_and_an_untouched_one_is_not(lab: Lab) -> None:
    lab.deliver("id,name\n1,Ada\n", "1.csv")
    lab.deliver("id,name\n2,Grace\n", "2.csv")
    await lab.ingest(PEOPLE)
    await lab.ingest(PEOPLE)

    lab.deliver("id,name\n1,Augusta\n", "1.csv")

    assert await lab.ingest(PEOPLE) is not None
    assert await lab.ingest(PEOPLE) is None
    assert [row["name"] for row in await lab.bronze(PEOPLE)] == ["Ada", "Grace", "Augusta"]


async def test_a_file_that_changes_back_is_loaded_once_more(lab: Lab) -> None:
    for name in ("Ada", "Augusta", "Ada"):
        lab.deliver(f"id,name\n1,{name}\n")
        await lab.ingest(PEOPLE)

    assert [row["name"] for row in await lab.bronze(PEOPLE)] == ["Ada", "Augusta", "Ada"]
    assert await lab.ingest(PEOPLE) is None


async def test_no_file_at_all_is_told_with_the_path(lab: Lab) -> None:
    with pytest.raises(SourceUnreadable, match=r"\*\.csv"):
        await lab.ingest(PEOPLE)


async def test_nothing_of_a_refused_delivery_stays_and_it_can_be_mended(lab: Lab) -> None:
    lab.deliver("id,name\n1,Ada\n", "1.csv")
    await lab.ingest(PEOPLE)
    rows = "".join(f"{number},Grace\n" for number in range(5_000))
    lab.deliver(f"id,name,extra\n{rows}9,too,many,values\n", "2.csv")

    with pytest.raises(SourceUnreadable):
        await lab.ingest(PEOPLE)

    assert await lab.bronze(PEOPLE) == [{"id": "1", "name": "Ada"}]
    assert await lab.value("SELECT count(*) FROM atlas.deliveries") == 1
    lab.deliver("id,name\n2,Grace\n", "2.csv")
    assert await lab.ingest(PEOPLE) is not None


async def test_rows_and_the_note_of_the_delivery_are_committed_together(lab: Lab) -> None:
    lab.deliver("id,name\n1,Ada\n")
    run = a_run((StepKind.INGEST, PEOPLE.bronze))

    await lab.ingest(PEOPLE, run)

    rows = await lab.rows("SELECT * FROM atlas.deliveries")
    assert [(row["table_name"], row["name"], row["rows"], row["run_id"]) for row in rows] == [
        ("people", "1.csv", 1, run.id)
    ]
    assert await lab.rows("SELECT _run_id, _source FROM bronze.people") == [
        {"_run_id": run.id, "_source": "1.csv"}
    ]


async def test_two_loads_of_one_file_at_once_load_it_once(lab: Lab) -> None:
    lab.deliver("id,name\n1,Ada\n")

    results = await asyncio.gather(lab.ingest(PEOPLE), lab.ingest(PEOPLE), return_exceptions=True)

    assert sum(isinstance(result, Exception) for result in results) <= 1
    assert len(await lab.bronze(PEOPLE)) == 1


async def test_columns_that_come_later_are_empty_in_earlier_rows(lab: Lab) -> None:
    lab.deliver("id,name\n1,Ada\n", "1.csv")
    lab.deliver("id,name,phone\n2,Grace,5\n", "2.csv")

    await lab.ingest(PEOPLE)
    await lab.ingest(PEOPLE)

    assert [row["phone"] for row in await lab.bronze(PEOPLE)] == [None, "5"]
