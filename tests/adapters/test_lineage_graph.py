"""The graph of what feeds what in PostgreSQL, and in the memories of several processes."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.lineage_graph import PostgresLineageGraph
from engine.adapters.postgres.lineage_memory import FollowedLineage, RememberedLineage, remembering
from engine.catalog.model import DatasetName, PrivacyPolicy, Project, Routes
from engine.clock import SystemClock
from engine.lineage.columns import Influence
from engine.lineage.declared import Declared
from engine.lineage.graph import ColumnFrom, ColumnId, JobId, Naming
from engine.lineage.memory import LineageMemory, News
from engine.lineage.model import EventType, Field, LineageEvent
from engine.lineage.told import OURS
from engine.testing.clock import EPOCH
from tests.adapters.builders import Lab, execute
from tests.lineage.events import (
    DATABASE,
    a_dataset,
    a_field,
    an_event,
    at,
    direct,
    lake,
    own,
    schema,
)

PROJECT = Project("Shop", Path(), (), (), (), (), Routes(), PrivacyPolicy({}))
NAMING = Naming(DATABASE, "shop")
TABLES = "atlas.lineage_datasets, atlas.lineage_jobs, atlas.lineage_job_io, atlas.lineage_columns"


@pytest.fixture(autouse=True)
async def empty(lab: Lab) -> None:
    await execute(lab.url, f"TRUNCATE {TABLES}")


async def record(lab: Lab, *events: Mapping[str, object]) -> None:
    """Each in a transaction of its own."""
    for event in events:
        async with lab.database.begin() as connection:
            await PostgresLineageGraph(connection).record(event)


async def io(lab: Lab, job: str = "load") -> list[tuple[str, str]]:
    rows = await lab.rows(
        "SELECT role, dataset_name FROM atlas.lineage_job_io WHERE job_name = $1 ORDER BY 1, 2", job
    )
    return [(str(row["role"]), str(row["dataset_name"])) for row in rows]


def a_memory() -> LineageMemory:
    return LineageMemory(Declared(PROJECT, NAMING))


async def loaded(lab: Lab) -> LineageMemory:
    memory = a_memory()
    await FollowedLineage(lab.database, memory).look()
    return memory


async def test_a_run_of_anybody_is_in_the_graph(lab: Lab) -> None:
    await record(
        lab,
        an_event(kind="START", inputs=[lake("raw")]),
        an_event(minutes=1, outputs=[a_dataset(own("bronze.orders"), schema=schema("id"))]),
    )

    graph = (await loaded(lab)).graph

    assert await io(lab) == [("input", "raw"), ("output", "shop.bronze.orders")]
    assert graph.downstream(lake("raw")).datasets == (own("bronze.orders"),)
    assert graph.columns(own("bronze.orders")).fields == ("id",)


async def test_a_newer_run_takes_the_place_of_what_a_job_read(lab: Lab) -> None:
    await record(
        lab,
        an_event(run="1", inputs=[lake("old")], outputs=[lake("made")]),
        an_event(run="2", minutes=2, inputs=[lake("new")], outputs=[lake("made")]),
        an_event(run="0", minutes=-9, inputs=[lake("oldest")], outputs=[lake("made")]),
    )

    assert await io(lab) == [("input", "new"), ("output", "made")]


async def test_an_older_word_never_overwrites_a_newer_one_but_adds_what_is_new(lab: Lab) -> None:
    newer = an_event(minutes=5, outputs=[a_dataset(lake("x"), schema=schema("new"))])
    older = an_event(
        run="0",
        minutes=1,
        outputs=[
            a_dataset(lake("x"), schema=schema("old"), ownership={"owners": [{"name": "lea"}]})
        ],
    )
    await record(lab, newer, older)

    memory = await loaded(lab)

    assert memory.graph.columns(lake("x")).fields == ("new",)
    assert memory.graph.owners(lake("x")) == ("lea",)


async def test_the_same_event_again_changes_and_tells_nothing(lab: Lab) -> None:
    event = an_event(inputs=[lake("a")], outputs=[a_dataset(lake("b"), schema=schema("id"))])
    everything = (
        "SELECT * FROM atlas.lineage_jobs NATURAL FULL JOIN atlas.lineage_datasets "
        "NATURAL FULL JOIN atlas.lineage_job_io"
    )
    await record(lab, event)
    before = await lab.text(everything)

    await record(lab, event)

    assert await lab.text(everything) == before


async def test_columns_are_kept_with_how_they_were_made(lab: Lab) -> None:
    facet = {
        "fields": {"total": {"inputFields": [a_field(lake("a"), "amount", transformations=[
            direct("AGGREGATION")])]}},
        "dataset": [a_field(lake("a"), "state", transformations=[
            {"type": "INDIRECT", "subtype": "FILTER"}])],
    }  # fmt: skip
    event = an_event(inputs=[lake("a")], outputs=[a_dataset(lake("b"), columnLineage=facet)])
    await record(lab, event)

    rows = await lab.rows(
        "SELECT column_name, source_column, influence, masking FROM atlas.lineage_columns "
        "ORDER BY column_name"
    )
    known = (await loaded(lab)).graph.columns(lake("b"))

    assert [tuple(row.values()) for row in rows] == [
        ("", "state", "FILTER", False),
        ("total", "amount", "AGGREGATION", False),
    ]
    source = ColumnFrom(ColumnId(lake("a"), "amount"), Influence.AGGREGATION)
    assert known.origins == {"total": (source,)}

    await record(lab, an_event(run="2", minutes=2, outputs=[a_dataset(lake("b"), columnLineage={
        "fields": {}})]))  # fmt: skip
    assert await lab.rows("SELECT * FROM atlas.lineage_columns") == []


async def test_atlas_s_own_events_are_recorded_as_they_are_rendered(lab: Lab) -> None:
    silver, bronze = DatasetName.parse("silver.orders"), DatasetName.parse("bronze.orders")
    render = OpenLineageRenderer(DATABASE, "shop")

    def event(kind: EventType) -> Mapping[str, object]:
        told = LineageEvent(
            type=kind,
            at=EPOCH,
            run_id="7K3F9QTZ",
            attempt=1,
            pipeline="medallion",
            job="medallion.silver.orders",
            inputs=(bronze,),
            outputs=(silver,),
            schema=(Field("id", "text"),),
        )
        return render(told)[1]

    assert event(EventType.START)["producer"] == OURS
    await record(lab, event(EventType.START), event(EventType.COMPLETE))

    assert await io(lab, "medallion.silver.orders") == [
        ("input", "shop.bronze.orders"),
        ("output", "shop.silver.orders"),
    ]


async def test_a_start_of_a_job_of_atlas_that_is_known_costs_no_query(lab: Lab) -> None:
    known = {JobId("airflow", "load")}
    async with lab.database.begin() as connection:
        graph = PostgresLineageGraph(connection, known)
        await graph.record(an_event(kind="START", inputs=[lake("a")], producer=OURS))
    assert await lab.rows("SELECT * FROM atlas.lineage_jobs") == []

    async with lab.database.begin() as connection:
        graph = PostgresLineageGraph(connection, known)
        await graph.record(an_event(inputs=[lake("a")], producer=OURS))
    assert await io(lab) == [("input", "a")]


async def test_when_a_dataset_was_written_is_when_a_job_of_it_completed(lab: Lab) -> None:
    await record(
        lab,
        an_event("one", minutes=3, outputs=[lake("a")]),
        an_event("other", minutes=5, outputs=[lake("a")]),
        an_event("other", run="2", kind="FAIL", minutes=9, outputs=[lake("a")]),
        an_event("begun", kind="START", minutes=7, outputs=[lake("b")]),
    )

    lineage = RememberedLineage(lab.database, a_memory())

    assert await lineage.written([lake("a"), lake("b"), lake("c")]) == {lake("a"): at(5)}


async def test_what_postgresql_can_not_hold_is_left_out(lab: Lab) -> None:
    odd = a_dataset(lake("a\0b"), documentation={"description": "x\0y\ud800"})

    await record(lab, an_event(job="j\0", outputs=[odd, a_dataset(lake("n" * 5000))]))

    assert await io(lab, "j") == [("output", "ab")]
    assert await lab.value("SELECT facets->'documentation'->>'description' "
                           "FROM atlas.lineage_datasets") == "xy"  # fmt: skip


async def test_many_at_once_lose_nothing(lab: Lab) -> None:
    events = [
        an_event(f"job{number}", inputs=[lake("a")], outputs=[a_dataset(
            lake("z"), **{f"facet{number}": {"is": number}})])
        for number in range(8)
    ]  # fmt: skip

    await asyncio.gather(*(record(lab, event) for event in events))

    facets = await lab.value(
        "SELECT array_agg(key ORDER BY key) FROM atlas.lineage_datasets, jsonb_object_keys(facets) "
        "AS key WHERE name = 'z'"
    )
    assert facets == [f"facet{number}" for number in range(8)]
    assert len((await loaded(lab)).graph.jobs) == 8


async def test_an_event_that_is_rolled_back_leaves_nothing(lab: Lab) -> None:
    with suppress(RuntimeError):
        async with lab.database.begin() as connection:
            await PostgresLineageGraph(connection).record(an_event(outputs=[lake("a")]))
            raise RuntimeError

    assert await lab.rows("SELECT * FROM atlas.lineage_datasets") == []


@pytest.fixture
async def other(lab: Lab) -> AsyncIterator[Database]:
    """The pool of another process."""
    opened = Database(lab.url, DatabaseLimits())
    yield opened
    await opened.close()


async def until(what: object, memory: LineageMemory) -> None:
    """Wait until a memory has heard of a job."""
    begun = time.monotonic()
    while what not in memory.graph.jobs:
        assert time.monotonic() - begun < 10, f"{what} never came"
        await asyncio.sleep(0.01)


async def test_the_memories_of_two_processes_get_in_step(lab: Lab, other: Database) -> None:
    one, two = a_memory(), a_memory()
    clock = SystemClock()
    async with remembering(lab.url, lab.database, one, clock), remembering(
        lab.url, other, two, clock
    ):  # fmt: skip
        await record(lab, an_event("first", inputs=[lake("a")], outputs=[lake("b")]))
        await until(JobId("airflow", "first"), one)
        await until(JobId("airflow", "first"), two)
        await record(lab, an_event("first", run="2", minutes=1, outputs=[lake("c")]))
        await record(lab, an_event("second", outputs=[lake("d")]))
        await until(JobId("airflow", "second"), two)

    assert two.graph.outputs(JobId("airflow", "first")) == (lake("c"),)
    assert two.graph.inputs(JobId("airflow", "first")) == ()


async def test_a_memory_whose_connection_was_cut_catches_up(lab: Lab) -> None:
    memory = a_memory()
    async with remembering(lab.url, lab.database, memory, SystemClock()):
        await record(lab, an_event("before"))
        await until(JobId("airflow", "before"), memory)
        cut = await lab.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        await record(lab, an_event("meanwhile"))
        await until(JobId("airflow", "meanwhile"), memory)

        assert cut, "it listened on a connection"
        assert {job.name for job in memory.graph.jobs} == {"before", "meanwhile"}


async def test_what_is_committed_late_is_not_missed(lab: Lab) -> None:
    memory = a_memory()
    followed = FollowedLineage(lab.database, memory)
    await followed.look()
    async with lab.database.begin() as slow:
        await PostgresLineageGraph(slow).record(an_event("slow", outputs=[lake("a")]))
        await record(lab, an_event("quick", outputs=[lake("b")]))
        await followed.look()
        assert [job.name for job in memory.graph.jobs] == ["quick"]

    await followed.look()

    assert [job.name for job in memory.graph.jobs] == ["quick", "slow"]


class Hearing(LineageMemory):
    """A memory that notes what it is told."""

    def __init__(self, declared: Declared) -> None:
        super().__init__(declared)
        self.heard: list[News] = []

    @override
    def hear(self, news: News) -> None:
        self.heard.append(news)


async def test_a_look_reads_only_what_changed_since_the_last_one(lab: Lab) -> None:
    memory = Hearing(Declared(PROJECT, NAMING))
    followed = FollowedLineage(lab.database, memory)
    await record(lab, an_event("one", outputs=[lake("a")]))
    await followed.look()

    await record(lab, an_event("two", outputs=[lake("b")]))
    await followed.look()
    await followed.look()

    assert [[job.id.name for job in news.jobs] for news in memory.heard] == [["two"], []]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("pq"),
        st.sampled_from(["START", "COMPLETE"]),
        st.integers(0, 20),
        st.sampled_from("abc"),
        st.sampled_from("xyz"),
    ),
    max_size=5,
    unique_by=lambda each: each[2],
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
async def test_a_memory_that_follows_equals_one_that_loads(
    events: list[tuple[str, str, int, str, str]], lab: Lab
) -> None:
    await execute(lab.url, f"TRUNCATE {TABLES}")
    memory = a_memory()
    followed = FollowedLineage(lab.database, memory)
    await followed.look()
    for job, kind, minute, source, target in events:
        outputs = [a_dataset(lake(target), schema=schema(f"c{minute}"))]
        event = an_event(job, kind=kind, minutes=minute, inputs=[lake(source)], outputs=outputs)
        await record(lab, event)
        await followed.look()

    fresh = (await loaded(lab)).graph

    assert set(memory.graph.jobs) == set(fresh.jobs)
    for each in fresh.jobs:
        assert set(memory.graph.inputs(each)) == set(fresh.inputs(each))
        assert set(memory.graph.outputs(each)) == set(fresh.outputs(each))
    assert {each: fresh.columns(each) for each in fresh} == {
        each: memory.graph.columns(each) for each in fresh
    }
