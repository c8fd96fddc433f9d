"""What checks measured, as PostgreSQL keeps it; the fake keeps it in the same way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from math import inf, isnan, nan

import pytest

from engine.adapters.postgres.metrics import PostgresMetrics, PostgresRecall
from engine.catalog.model import DatasetName, Layer
from engine.quality.history import MetricStore, Point
from engine.runs.model import StepKind, staged_table
from engine.testing.metrics import MemoryMetricStore
from engine.testing.state import MemoryState
from tests.adapters.builders import NOON, Lab, a_run

ORDERS = DatasetName(Layer.SILVER, "orders")
REPORT = DatasetName(Layer.GOLD, "orders")
LATER = NOON + timedelta(hours=1)

Begin = Callable[[], AbstractAsyncContextManager[MetricStore]]


@pytest.fixture(params=["postgres", "memory"])
def begin(request: pytest.FixtureRequest, lab: Lab) -> Begin:
    """Opens the store, committing at the end of the block."""
    state = MemoryState()

    @asynccontextmanager
    async def postgres() -> AsyncIterator[MetricStore]:
        async with lab.database.begin() as connection:
            yield PostgresMetrics(connection)

    @asynccontextmanager
    async def memory() -> AsyncIterator[MetricStore]:
        yield MemoryMetricStore(state)

    return postgres if request.param == "postgres" else memory


async def test_what_was_measured_is_read_oldest_first_and_by_its_name(begin: Begin) -> None:
    async with begin() as store:
        for hours, run_id in ((2, "C"), (0, "A"), (1, "B")):
            at, accepted = NOON + timedelta(hours=hours), run_id != "B"
            values = {"row_count": float(hours), "avg(a)": 0.25}
            await store.record(run_id, ORDERS, values, at, accepted)
        await store.record("A", REPORT, {"row_count": 9.0}, NOON, accepted=True)
        await store.record("D", ORDERS, {}, NOON, accepted=True)

    async with begin() as store:
        found = await store.history(ORDERS, "row_count", 10)
        newest = await store.history(ORDERS, "row_count", 2)
        both = await store.histories(ORDERS, ["avg(a)", "row_count", "min(a)"], 10)

    assert found == (
        Point(0, NOON, "A", accepted=True),
        Point(1, LATER, "B", accepted=False),
        Point(2, NOON + timedelta(hours=2), "C", accepted=True),
    )
    assert newest == found[1:]
    assert both["row_count"] == found
    assert {name: len(points) for name, points in both.items()} == {"avg(a)": 3, "row_count": 3}


async def test_a_run_that_measures_again_replaces_what_it_measured(begin: Begin) -> None:
    async with begin() as store:
        await store.record("A", ORDERS, {"row_count": 5}, NOON, accepted=False)
        await store.record("A", ORDERS, {"row_count": 7}, LATER, accepted=True)

        found = await store.history(ORDERS, "row_count", 10)

    assert found == (Point(7, LATER, "A", accepted=True),)


async def test_what_somebody_expected_is_accepted_also_when_it_is_measured_again(
    begin: Begin,
) -> None:
    async with begin() as store:
        await store.record("A", ORDERS, {"row_count": 5}, NOON, accepted=False)
        await store.record("B", ORDERS, {"row_count": 5}, NOON, accepted=False)
        await store.record("A", REPORT, {"row_count": 5}, NOON, accepted=False)

        assert await store.accept("A", ORDERS, "ann", LATER)
        assert await store.accept("A", ORDERS, "bob", LATER)
        assert not await store.accept("C", ORDERS, "ann", LATER)
        assert not await store.accept("B", REPORT, "ann", LATER)
        await store.record("A", ORDERS, {"row_count": 6}, LATER, accepted=False)

        orders = await store.history(ORDERS, "row_count", 10)
        (report,) = await store.history(REPORT, "row_count", 10)

    assert {each.run_id: (each.accepted, each.expected) for each in orders} == {
        "A": (True, True),
        "B": (False, False),
    }
    assert not report.accepted


async def test_numbers_that_are_none_can_be_kept(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        store = PostgresMetrics(connection)
        values = {"a": nan, "b": -inf}
        await store.record("A", ORDERS, values, NOON, accepted=True)

        (a,), (b,) = [await store.history(ORDERS, name, 1) for name in values]
    assert isnan(a.value)
    assert b.value == -inf


async def test_names_may_be_longer_than_an_index_takes(begin: Begin) -> None:
    long = [f"invalid_count(é) [valid values: {'ü' * 5000}{end}]" for end in "ab"]
    async with begin() as store:
        for value, name in enumerate(long):
            await store.record("A", ORDERS, {name: value}, NOON, accepted=True)

        found = await store.histories(ORDERS, long, 5)

    assert [found[name][0].value for name in long] == [0, 1]


async def test_the_past_of_a_staged_table_is_that_of_its_dataset(lab: Lab) -> None:
    run = a_run((StepKind.PUBLISH, ORDERS))
    async with lab.database.begin() as connection:
        store = PostgresMetrics(connection)
        await store.record(run.id, ORDERS, {"row_count": 5}, NOON, accepted=True)
        await store.record(run.id, REPORT, {"row_count": 6}, NOON, accepted=True)
    recall = PostgresRecall(lab.database)

    staged = await recall(Layer.SILVER, staged_table(run, ORDERS), ["row_count"])
    published = await recall(Layer.SILVER, "orders", ["row_count"])
    never = await recall(Layer.SILVER, "orders", [])

    assert staged == published == {"row_count": (Point(5, NOON, run.id, accepted=True),)}
    assert never == {}


async def test_twenty_gates_at_once_keep_and_find_each_their_own(lab: Lab) -> None:
    recall = PostgresRecall(lab.database)

    async def gate(number: int) -> None:
        dataset = replace(ORDERS, table=f"orders_{number}")
        async with lab.database.begin() as connection:
            values = {f"avg(c{column})": float(number) for column in range(20)}
            await PostgresMetrics(connection).record("A", dataset, values, NOON, accepted=True)
        found = await recall(Layer.SILVER, dataset.table, list(values))
        assert {each[0].value for each in found.values()} == {number}
        assert len(found) == 20

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(gate(number))
