"""Impact read from a Marquez elsewhere: a small server that speaks its form."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from engine.adapters.marquez import MarquezAway, MarquezLineage
from engine.lineage.columns import Influence
from engine.lineage.declared import Declared
from engine.lineage.graph import ColumnFrom, ColumnId, DatasetId, Graph, Naming
from engine.testing.known_lineage import FixedLineage
from tests.builders import a_project
from tests.lineage.events import DATABASE, a_field, direct, lake, own

NAMING = Naming(DATABASE, "shop")

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def node_id(dataset: DatasetId) -> str:
    return f"dataset:{dataset.namespace}:{dataset.name}"


def edge(origin: str, destination: str) -> dict[str, str]:
    return {"origin": origin, "destination": destination}


def nodes(
    *flows: tuple[str, Sequence[DatasetId], Sequence[DatasetId]],
    facets: Mapping[DatasetId, object] | None = None,
) -> dict[str, object]:
    """A graph as Marquez gives it: each node with the edges that come in and go out."""
    found: dict[str, dict[str, object]] = {}
    edges = []
    for job, inputs, outputs in flows:
        job_id = f"job:airflow:{job}"
        found[job_id] = {"type": "JOB", "data": {"id": {"namespace": "airflow", "name": job}}}
        for each in (*inputs, *outputs):
            data = {"namespace": each.namespace, "name": each.name}
            told = {**data, "facets": (facets or {}).get(each, {})}
            found[node_id(each)] = {"type": "DATASET", "data": told}
        edges += [edge(node_id(each), job_id) for each in inputs]
        edges += [edge(job_id, node_id(each)) for each in outputs]
    for key, node in found.items():
        node["id"] = key
        node["inEdges"] = [each for each in edges if each["destination"] == key]
        node["outEdges"] = [each for each in edges if each["origin"] == key]
    return {"graph": list(found.values())}


@asynccontextmanager
async def marquez(answer: Answer) -> AsyncIterator[str]:
    """Its address."""
    app = web.Application()
    app.router.add_get("/api/v1/lineage", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()


def a_reader(url: str, patience: float = 5.0) -> MarquezLineage:
    declared = Declared(a_project(), NAMING)
    return MarquezLineage(url, FixedLineage(Graph()), declared, "secret", patience)


async def test_what_marquez_knows_is_added_to_what_the_project_declares() -> None:
    asked = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append((dict(request.query), request.headers["Authorization"]))
        sibling = ("other", [own("gold.revenue")], [lake("board")])
        return web.json_response(nodes(("export", [own("gold.revenue")], [lake("x")]), sibling))

    async with marquez(answer) as url:
        graph = await a_reader(url).around(own("silver.orders"))

    assert asked == [
        (
            {"nodeId": "dataset:postgres://localhost:5432:shop.silver.orders", "depth": "100"},
            "Bearer secret",
        )
    ]
    assert graph.downstream(own("silver.orders")).rings == (
        (own("gold.revenue"),),
        (lake("board"), lake("x")),
    )
    assert graph.upstream(lake("x")).distances[own("bronze.orders")] == 3


async def test_columns_and_owners_are_read_from_its_facets() -> None:
    field = a_field(own("gold.revenue"), "total", transformations=[direct("IDENTITY")])
    told = {
        "columnLineage": {"fields": {"sum": {"inputFields": [field]}}},
        "ownership": {"owners": [{"name": "team:lake"}]},
    }
    facets = {lake("x"): told}

    async def answer(_: web.Request) -> web.StreamResponse:
        flow = ("export", [own("gold.revenue")], [lake("x")])
        return web.json_response(nodes(flow, facets=facets))

    async with marquez(answer) as url:
        graph = await a_reader(url).around(own("gold.revenue"))

    source = ColumnFrom(ColumnId(own("gold.revenue"), "total"), Influence.IDENTITY)
    assert graph.columns(lake("x")).origins == {"sum": (source,)}
    assert graph.owners(lake("x")) == ("team:lake",)


async def test_a_dataset_that_marquez_does_not_know_is_known_from_the_project_alone() -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response({"code": 404}, status=404)

    async with marquez(answer) as url:
        graph = await a_reader(url).around(own("silver.orders"))

    assert graph.downstream(own("silver.orders")).datasets == (own("gold.revenue"),)


async def _broken(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def _no_json(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>")


async def _something_else(_: web.Request) -> web.StreamResponse:
    return web.json_response({"hello": "world"})


async def _odd_nodes(_: web.Request) -> web.StreamResponse:
    return web.json_response({"graph": [1, {"id": "x", "type": "JOB", "data": 5, "outEdges": [3]}]})


async def _silent(_: web.Request) -> web.StreamResponse:
    # ends by itself, so that the server does too
    await asyncio.sleep(0.5)
    return web.Response()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (_broken, "status 500"),
        (_no_json, "can't be asked"),
        (_something_else, "is no Marquez"),
        (_silent, r"no answer in 0\.2 s"),
    ],
)
async def test_trouble_with_marquez_is_said(answer: Answer, message: str) -> None:
    async with marquez(answer) as url:
        with pytest.raises(MarquezAway, match=message) as caught:
            await a_reader(url, patience=0.2).around(own("silver.orders"))

    assert "MARQUEZ_URL" in caught.value.hint


async def test_odd_nodes_are_left_out() -> None:
    async with marquez(_odd_nodes) as url:
        graph = await a_reader(url).around(own("silver.orders"))

    assert graph.downstream(own("silver.orders")).datasets == (own("gold.revenue"),)


async def test_where_nobody_listens_that_is_said_without_the_address() -> None:
    with pytest.raises(MarquezAway) as caught:
        await a_reader("http://user:secret@127.0.0.1:9").around(own("silver.orders"))

    assert "secret" not in str(caught.value)
