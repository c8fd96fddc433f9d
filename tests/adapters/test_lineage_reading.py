"""What other producers told is kept in PostgreSQL, and read as other tools ask for it."""

from uuid import UUID

import pytest

from engine.adapters.postgres.lineage_reading import PostgresLineageMetadata
from engine.lineage.graph import ColumnId, DatasetId, JobId
from engine.lineage.metadata import RunState, Span, Wanted, Window
from engine.lineage.nodes import around, column_edges
from tests.adapters.builders import Lab
from tests.connectors.rest.lineage_events import A_JOB, AN_ORPHAN, CHAIN, HOME, RUN

EVENTS = (*CHAIN, AN_ORPHAN, A_JOB)
ORDERS = DatasetId(HOME, "shop.silver.orders")


@pytest.fixture
async def known(lab: Lab) -> PostgresLineageMetadata:
    """The metadata of a chain of datasets."""
    metadata = PostgresLineageMetadata(lab.database)
    for event in EVENTS:
        assert await metadata.accept(event)
    return metadata


async def test_an_event_is_kept_once_however_often_it_comes(
    lab: Lab, known: PostgresLineageMetadata
) -> None:
    again = [await known.accept(event) for event in EVENTS]

    assert not any(again)
    assert await lab.value("SELECT count(*) FROM atlas.lineage_events") == len(EVENTS)


async def test_the_graph_is_walked_in_both_directions(known: PostgresLineageMetadata) -> None:
    near = await around(ORDERS, 0, known.flows)
    far = await around(ORDERS, 20, known.flows)

    assert {job.name for job in near.jobs} == {"load", "build", "beside"}
    assert {job.name for job in far.jobs} == {"load", "build", "beside", "export"}
    assert len(far.datasets) == 5


async def test_columns_are_walked_in_either_direction(known: PostgresLineageMetadata) -> None:
    who, mail = ColumnId(ORDERS, "who"), ColumnId(DatasetId(HOME, "shop.raw.orders"), "mail")

    back = await column_edges([who], 20, known.columns, downstream=False)
    forward = await column_edges([mail], 20, known.columns, downstream=True)

    assert [(edge.source, edge.made) for edge in back] == [(mail, who)]
    assert forward == back


async def test_runs_jobs_and_datasets_are_read(known: PostgresLineageMetadata) -> None:
    run = await known.run(UUID(RUN))
    (job,) = await known.jobs_of([JobId("airflow", "load")])
    (runs, writers) = (await known.runs(job.id, Window()), await known.writers(ORDERS, Window()))
    datasets, total = await known.datasets(HOME, Window(2))

    assert run is not None
    assert (run.state, run.outputs) == (RunState.COMPLETED, (ORDERS,))
    assert (job.outputs, job.runs[0].id) == ((ORDERS,), UUID(RUN))
    assert [each.id for each in runs] == [each.id for each in writers] == [UUID(RUN)]
    assert (len(datasets), total) == (2, 7)
    assert (await known.jobs("airflow", Window()))[1] == 5


async def test_lists_are_read(known: PostgresLineageMetadata) -> None:
    events, total = await known.events(Span(oldest_first=True), Window(1))
    found, count = await known.search(Wanted("ORDERS"), Window())

    assert (events, total) == ([CHAIN[0]], 7)
    assert (len(found), count) == (2, 2)
    assert [each.name for each in await known.namespaces(Window())] == [
        "airflow", HOME, "s3://bucket",
    ]  # fmt: skip
    assert await known.namespace("nowhere") is None
    assert await known.tags(Window()) == ["GOLDEN", "PII"]
    assert [each.name for each in await known.sources(Window())] == ["the shop"]
