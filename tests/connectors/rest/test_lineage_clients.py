"""Clients that others wrote for OpenLineage and Marquez work with Atlas."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from marquez_client import MarquezClient  # type: ignore[import-untyped]  # it has no types
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import DatasetEvent, Job, Run, RunEvent, RunState, StaticDataset
from openlineage.client.transport.http import (
    ApiKeyTokenProvider,
    HttpConfig,
    HttpTransport,
)

from tests.connectors.rest.lineage_events import CHAIN, HOME, RUN
from tests.connectors.rest.shop import Api, opened_api


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """The API."""
    async with opened_api() as opened:
        yield opened


def address(api: Api) -> str:
    """Where it is."""
    return str(api.client.make_url("")).rstrip("/")


async def test_the_http_transport_of_openlineage_delivers_to_atlas(api: Api) -> None:
    key = ApiKeyTokenProvider({"apiKey": api.secret})
    transport = HttpTransport(HttpConfig(url=address(api), auth=key))
    client = OpenLineageClient(transport=transport)
    at, job = "2026-03-01T12:00:00+00:00", Job("airflow", "load")

    for state in (RunState.START, RunState.COMPLETE):
        event = RunEvent(eventTime=at, run=Run(RUN), job=job, eventType=state)
        await asyncio.to_thread(client.emit, event)
    alone = DatasetEvent(eventTime=at, dataset=StaticDataset(HOME, "alone"))
    await asyncio.to_thread(client.emit, alone)

    assert [each.get("eventType") for each in api.engine.known.told] == ["START", "COMPLETE", None]


async def test_the_python_client_of_marquez_reads_from_atlas(api: Api) -> None:
    for event in CHAIN:
        await api.engine.known.accept(event)
    client = MarquezClient(address(api), api_key=api.secret)
    orders = (HOME, "shop.silver.orders")

    jobs = await asyncio.to_thread(client.list_jobs, "airflow")
    dataset = await asyncio.to_thread(client.get_dataset, *orders)
    columns = await asyncio.to_thread(client.get_column_lineage_by_dataset, *orders)
    run = await asyncio.to_thread(client.get_job_run, RUN)
    namespaces = await asyncio.to_thread(client.list_namespaces)
    versions = await asyncio.to_thread(client.list_dataset_versions, *orders)
    runs = await asyncio.to_thread(client.list_job_runs, "airflow", "load")
    tags = await asyncio.to_thread(client.list_tags)

    assert [each["name"] for each in jobs["jobs"]] == ["beside", "build", "export", "load"]
    assert dataset["name"] == "shop.silver.orders"
    assert len(columns["graph"]) == 3
    assert run["state"] == "COMPLETED"
    assert {each["name"] for each in namespaces["namespaces"]} == {"airflow", HOME, "s3://bucket"}
    assert [each["createdByRun"]["id"] for each in versions["versions"]] == [RUN]
    assert [each["id"] for each in runs["runs"]] == [RUN]
    assert [each["name"] for each in tags["tags"]] == ["GOLDEN", "PII"]
