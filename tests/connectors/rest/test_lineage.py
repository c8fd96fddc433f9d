"""The lineage API answers as Marquez does, and takes what OpenLineage allows."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from engine.errors import DatabaseUnreachable
from engine.people import Role
from tests.connectors.rest.lineage_events import (
    A_JOB,
    AN_ORPHAN,
    CHAIN,
    HOME,
    RAW,
    RUN,
    an_event,
    faults,
)
from tests.connectors.rest.shop import Api, opened_api, problem

Json = dict[str, Any]

HERE = f"/api/v1/namespaces/{quote(HOME, safe='')}"
ORDERS_NODE = f"dataset:{HOME}:shop.silver.orders"


@pytest.fixture
async def told() -> AsyncIterator[Api]:
    """An API that was told of a chain of datasets."""
    async with opened_api() as api:
        for event in (*CHAIN, AN_ORPHAN, A_JOB):
            assert (await api.send("POST", "/api/v1/lineage", json=event)).status == 201
        yield api


async def read(api: Api, path: str, **query: str) -> Json:
    """What is answered to a viewer."""
    secret = await api.token(Role.VIEWER)
    answer = await api.send("GET", path, secret=secret, params=query)
    assert answer.status == 200, await answer.text()
    found: Json = await answer.json()
    return found


def names(graph: Json) -> set[str]:
    """The names of the nodes of a graph."""
    return {node["data"]["name"] for node in graph["graph"]}


async def test_an_event_is_taken_once_and_says_so(api: Api) -> None:
    first = await api.send("POST", "/api/v1/lineage", json=CHAIN[0])
    again = await api.send("POST", "/api/v1/lineage", json=CHAIN[0])

    assert (first.status, again.status) == (201, 201)
    assert (await first.json(), await again.json()) == ({"new": True}, {"new": False})
    assert api.engine.known.told == [CHAIN[0]]


async def test_telling_needs_an_operator(api: Api) -> None:
    secret = await api.token(Role.VIEWER)

    answer = await api.send("POST", "/api/v1/lineage", secret=secret, json=CHAIN[0])

    await problem(answer, 403)
    assert api.engine.known.told == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"run": {"runId": "x"}}, "run.runId"),
        ({"run": {}}, "run.runId"),
        ({"eventTime": "yesterday"}, "eventTime"),
        ({"eventTime": "2026-03-01T12:00:00"}, "eventTime"),
        ({"eventTime": 1772366400}, "eventTime"),
        ({"job": {"name": "x"}}, "job.namespace"),
        ({"job": {"namespace": "x", "name": ""}}, "job.name"),
        ({"eventType": "DONE"}, "eventType"),
        ({"inputs": [{"name": "x"}]}, "inputs.0.namespace"),
        ({"inputs": {}}, "inputs"),
        ({"producer": None}, "producer"),
    ],
)
async def test_an_event_with_a_wrong_core_is_malformed_and_the_field_is_named(
    api: Api, wrong: Json, field: str
) -> None:
    answer = await api.send("POST", "/api/v1/lineage", json={**CHAIN[0], **wrong})

    found = await problem(answer, 400)
    assert field in [each["field"] for each in found["errors"]]
    assert api.engine.known.told == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"eventTime": "2026-02-30T12:00:00Z"},
        {"eventTime": "0001-01-01T00:00:00+23:00"},
        {"job": None},
        {"job": None, "run": None},
        {"inputs": [{"namespace": "x" * 600, "name": "y" * 600}]},
        {"inputs": [{"namespace": "x", "name": "y", "facets": {"f": {"a": "\x00"}}}]},
    ],
)
async def test_an_event_that_can_not_be_kept_is_refused(api: Api, wrong: Json) -> None:
    answer = await api.send("POST", "/api/v1/lineage", json={**CHAIN[0], **wrong})

    await problem(answer, 422)
    assert api.engine.known.told == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"a": NaN}', b"[" * 5000, b'{"eventTime": "\\ud800"}']
)
async def test_what_is_no_event_is_malformed(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await api.send("POST", "/api/v1/lineage", data=body, headers=headers)

    await problem(answer, 400)
    assert api.engine.known.told == []


async def test_an_event_may_be_larger_than_another_body_but_not_without_end() -> None:
    async with opened_api(body_limit=100, event_limit=5000) as api:
        fits = await api.send("POST", "/api/v1/lineage", json=CHAIN[0])
        large = an_event(inputs=tuple(RAW for _ in range(50)))
        beyond = await api.send("POST", "/api/v1/lineage", json=large)

    assert fits.status == 201
    await problem(beyond, 413)


async def test_the_graph_is_walked_in_both_directions_job_by_job(told: Api) -> None:
    near = await read(told, "/api/v1/lineage", nodeId=ORDERS_NODE, depth="0")
    far = await read(told, "/api/v1/lineage", nodeId=ORDERS_NODE)
    back = await read(told, "/api/v1/lineage", nodeId="job:airflow:export", depth="1")

    assert names(near) == {
        "shop.raw.orders", "shop.silver.orders", "shop.gold.revenue", "shop.gold.other",
        "load", "build", "beside",
    }  # fmt: skip
    assert names(far) == names(near) | {"export", "exports/revenue.csv"}
    assert names(back) == {
        "export", "exports/revenue.csv", "shop.gold.revenue", "build", "shop.silver.orders",
    }  # fmt: skip


async def test_a_node_has_its_edges_on_both_sides(told: Api) -> None:
    graph = await read(told, "/api/v1/lineage", nodeId=ORDERS_NODE)

    (orders,) = [node for node in graph["graph"] if node["id"] == ORDERS_NODE]
    assert orders["type"] == "DATASET"
    assert orders["inEdges"] == [{"origin": "job:airflow:load", "destination": ORDERS_NODE}]
    assert [edge["destination"] for edge in orders["outEdges"]] == [
        "job:airflow:beside",
        "job:airflow:build",
    ]


async def test_a_dataset_without_a_job_is_a_graph_of_its_own(told: Api) -> None:
    graph = await read(told, "/api/v1/lineage", nodeId=f"dataset:{HOME}:alone")

    assert [node["id"] for node in graph["graph"]] == [f"dataset:{HOME}:alone"]
    assert graph["graph"][0]["inEdges"] == graph["graph"][0]["outEdges"] == []


@pytest.mark.parametrize("version", ["", "#0190a0c4-6a3b-7c55-8f0e-3b1d2c4e5f60"])
async def test_columns_lead_back_to_what_they_are_made_from(told: Api, version: str) -> None:
    node = f"datasetField:{HOME}:shop.silver.orders:who{version}"
    graph = await read(told, "/api/v1/column-lineage", nodeId=node)

    who, mail = sorted(graph["graph"], key=lambda each: -len(each["inEdges"]))
    assert mail["id"] == f"datasetField:{HOME}:shop.raw.orders:mail"
    assert who["data"]["inputFields"] == [
        {
            "namespace": HOME,
            "dataset": "shop.raw.orders",
            "field": "mail",
            "transformationDescription": None,
            "transformationType": "TRANSFORMATION",
        }
    ]
    assert who["inEdges"] == mail["outEdges"] == [{"origin": mail["id"], "destination": who["id"]}]


async def test_downstream_columns_are_told_where_asked_for(told: Api) -> None:
    node = f"datasetField:{HOME}:shop.raw.orders:mail"

    alone = await read(told, "/api/v1/column-lineage", nodeId=node)
    both = await read(told, "/api/v1/column-lineage", nodeId=node, withDownstream="true")

    assert len(alone["graph"]) == 1
    assert len(both["graph"]) == 2


async def test_what_is_known_of_a_dataset_is_told(told: Api) -> None:
    found = await read(told, f"{HERE}/datasets/shop.silver.orders")

    assert found["description"] == "All orders."
    assert found["sourceName"] == "the shop"
    assert found["tags"] == ["GOLDEN"]
    assert found["lastLifecycleState"] == "OVERWRITE"
    assert found["lastModifiedAt"] == "2026-03-01T12:00:00Z"
    assert [(each["name"], each["type"], each["tags"]) for each in found["fields"]] == [
        ("id", "int", []),
        ("who", "text", ["PII"]),
    ]


async def test_a_run_is_folded_from_its_events(told: Api) -> None:
    run = await read(told, f"/api/v1/jobs/runs/{RUN}")
    facets = await read(told, f"/api/v1/jobs/runs/{RUN}/facets", type="run")
    job = await read(told, "/api/v1/namespaces/airflow/jobs/beside")

    assert (run["state"], run["durationMs"]) == ("COMPLETED", 2000)
    assert facets["runId"] == RUN
    assert facets["facets"]["custom"]["anything"] == [1, None, "x"]
    assert (job["latestRun"]["state"], len(job["latestRuns"])) == ("FAILED", 1)


async def test_events_come_back_as_they_were_told(told: Api) -> None:
    newest = await read(told, "/api/v1/events/lineage", limit="1")
    some = await read(
        told, "/api/v1/events/lineage", after="2026-03-01T11:00:00Z", before="2026-03-01T12:00:00Z"
    )
    oldest = await read(told, "/api/v1/events/lineage", sortDirection="asc", limit="1")

    assert newest == {"events": [CHAIN[-1]], "totalCount": 7}
    assert some["events"] == oldest["events"] == [CHAIN[0]]


async def test_names_are_found_by_a_part_of_them(told: Api) -> None:
    both = await read(told, "/api/v1/search", q="ORDERS")
    jobs = await read(told, "/api/v1/search", q="o", filter="job", namespace="airflow")

    assert [each["nodeId"] for each in both["results"]] == [
        f"dataset:{HOME}:shop.raw.orders",
        ORDERS_NODE,
    ]
    assert {each["type"] for each in jobs["results"]} == {"JOB"}


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("/api/v1/lineage?nodeId=dataset:nowhere:nothing", "node"),
        ("/api/v1/lineage?nodeId=job:airflow:nothing", "node"),
        ("/api/v1/column-lineage?nodeId=datasetField:a:b:c", "node"),
        ("/api/v1/namespaces/nowhere", "namespace"),
        ("/api/v1/namespaces/nowhere/datasets/x", "dataset"),
        ("/api/v1/namespaces/nowhere/datasets/x/versions", "dataset"),
        ("/api/v1/namespaces/airflow/jobs/x", "job"),
        ("/api/v1/namespaces/airflow/jobs/x/runs", "job"),
        ("/api/v1/namespaces/a%00b", "namespace"),
        ("/api/v1/jobs/runs/x", "run"),
        ("/api/v1/jobs/runs/0190a0c4-6a3b-7c55-8f0e-3b1d2c4e5fff", "run"),
        ("/api/v1/jobs/runs/0190a0c4-6a3b-7c55-8f0e-3b1d2c4e5fff/facets?type=job", "run"),
        ("/api/v1/nothing", "thing"),
    ],
)
async def test_what_is_not_known_is_not_found(told: Api, path: str, missing: str) -> None:
    found = await problem(await told.send("GET", path), 404)

    assert found["detail"].startswith(f"There is no such {missing}.")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("", "nodeId"),
        ("?nodeId=orders", "nodeId"),
        ("?nodeId=run:a:b", "nodeId"),
        (f"?nodeId={ORDERS_NODE}&depth=x", "depth"),
        ("?depth=1", "nodeId"),
    ],
)
async def test_a_question_that_can_not_be_meant_is_malformed(
    told: Api, query: str, wrong: str
) -> None:
    found = await problem(await told.send("GET", f"/api/v1/lineage{query}"), 400)

    assert [each["field"] for each in found["errors"]] == [wrong]


async def test_a_database_that_is_away_loses_no_event_silently(api: Api) -> None:
    api.engine.known.faults.plan("accept", DatabaseUnreachable("PostgreSQL can't be reached."))

    answer = await api.send("POST", "/api/v1/lineage", json=CHAIN[0])

    await problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0


ANSWERS = [
    ("/api/v1/namespaces", "NamespaceList"),
    (HERE, "Namespace"),
    (f"{HERE}/datasets", "DatasetList"),
    (f"{HERE}/datasets/shop.silver.orders", "Dataset"),
    (f"{HERE}/datasets/alone", "Dataset"),
    (f"{HERE}/datasets/shop.silver.orders/versions", "DatasetVersionList"),
    ("/api/v1/namespaces/airflow/jobs", "JobList"),
    ("/api/v1/namespaces/airflow/jobs/load", "Job"),
    ("/api/v1/namespaces/airflow/jobs/declared", "Job"),
    ("/api/v1/namespaces/airflow/jobs/load/runs", "RunList"),
    (f"/api/v1/jobs/runs/{RUN}", "Run"),
    (f"/api/v1/jobs/runs/{RUN}", "IncompleteRun"),
    ("/api/v1/events/lineage", "LineageEventList"),
    ("/api/v1/search?q=a", "SearchResultList"),
    ("/api/v1/tags", "TagList"),
    ("/api/v1/sources", "SourceList"),
]


@pytest.mark.shared
@pytest.mark.parametrize(("path", "schema"), ANSWERS)
async def test_answers_are_as_marquez_documents_them(told: Api, path: str, schema: str) -> None:
    found = await read(told, path)

    assert faults(found, schema) == []
    assert any(found.values())


@pytest.mark.shared
async def test_the_nodes_of_a_graph_are_as_marquez_documents_them(told: Api) -> None:
    found = await read(told, "/api/v1/lineage", nodeId=ORDERS_NODE)

    assert len(found["graph"]) == 9
    for node in found["graph"]:
        assert faults(node["data"], "Job" if node["type"] == "JOB" else "Dataset") == []
        assert [faults(edge, "GraphEdge") for edge in node["inEdges"]] == [[]] * len(
            node["inEdges"]
        )


@pytest.mark.shared
def test_an_answer_of_another_form_is_found_out() -> None:
    assert faults({"namespaces": [{"name": 1, "createdAt": "now"}]}, "NamespaceList")
    assert faults({"id": RUN, "state": "DONE"}, "IncompleteRun")
