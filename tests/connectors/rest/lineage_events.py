"""Events of other producers for tests of the lineage API, and what is right of its answers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import (  # type: ignore[import-untyped]  # it has no types of its own
    Draft202012Validator,
    FormatChecker,
)
from ruamel.yaml import YAML

from tests.world import SHARED

Json = dict[str, Any]

HOME = "postgres://db.example.com:5432"
RUN = "0190a0c4-6a3b-7c55-8f0e-3b1d2c4e5f60"
PRODUCER = "https://example.com/airflow"

MARQUEZ = SHARED / "contracts" / "marquez_openapi.yml"


def a_facet(**fields: object) -> Json:
    """A facet as OpenLineage wants them."""
    about = {"_producer": PRODUCER, "_schemaURL": "https://openlineage.io/spec/facets/1-0-0/x.json"}
    return {**about, **fields}


def a_dataset(name: str, namespace: str = HOME, **facets: Json) -> Json:
    """A dataset of an event."""
    return {"namespace": namespace, "name": name, "facets": facets}


def an_event(
    kind: str = "COMPLETE",
    *,
    job: str = "load",
    run: str = RUN,
    at: str = "2026-03-01T12:00:00Z",
    inputs: tuple[Json, ...] = (),
    outputs: tuple[Json, ...] = (),
    **more: object,
) -> Json:
    """A RunEvent."""
    return {
        "eventType": kind,
        "eventTime": at,
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": {"custom": a_facet(anything=[1, None, "x"])}},
        "job": {"namespace": "airflow", "name": job},
        "inputs": list(inputs),
        "outputs": list(outputs),
        **more,
    }


RAW = a_dataset(
    "shop.raw.orders",
    schema=a_facet(fields=[{"name": "id", "type": "int"}, {"name": "mail", "type": "text"}]),
)
ORDERS = a_dataset(
    "shop.silver.orders",
    schema=a_facet(
        fields=[
            {"name": "id", "type": "int", "description": "The number."},
            {"name": "who", "type": "text"},
        ]
    ),
    documentation=a_facet(description="All orders."),
    dataSource=a_facet(name="the shop", uri="postgres://db.example.com:5432"),
    tags=a_facet(
        tags=[
            {"key": "GOLDEN", "value": "true"},
            {"key": "PII", "value": "EMAIL", "field": "who"},
        ]
    ),
    columnLineage=a_facet(
        fields={
            "who": {
                "inputFields": [
                    {
                        "namespace": HOME,
                        "name": "shop.raw.orders",
                        "field": "mail",
                        "transformations": [
                            {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}
                        ],
                    }
                ]
            }
        }
    ),
    lifecycleStateChange=a_facet(lifecycleStateChange="OVERWRITE"),
)
REVENUE = a_dataset("shop.gold.revenue")
BESIDE = a_dataset("shop.gold.other")
EXPORT = a_dataset("exports/revenue.csv", "s3://bucket")

CHAIN = (
    an_event("START", inputs=(RAW,), at="2026-03-01T11:59:58Z"),
    an_event(inputs=(RAW,), outputs=(ORDERS,)),
    an_event(
        job="build",
        run="0190a0c4-0000-7000-8000-000000000002",
        inputs=(ORDERS,),
        outputs=(REVENUE,),
    ),
    an_event(
        "FAIL",
        job="beside",
        run="0190a0c4-0000-7000-8000-000000000003",
        inputs=(ORDERS,),
        outputs=(BESIDE,),
    ),
    an_event(
        job="export",
        run="0190a0c4-0000-7000-8000-000000000004",
        inputs=(REVENUE,),
        outputs=(EXPORT,),
        at="2026-03-02T12:00:00+02:00",
    ),
)
"""raw → orders → revenue → a file, and beside it another table made of orders."""

AN_ORPHAN = {
    "eventTime": "2026-03-01T12:00:00Z",
    "producer": PRODUCER,
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
    "dataset": a_dataset("alone"),
}
A_JOB = {
    "eventTime": "2026-03-01T12:00:00Z",
    "producer": PRODUCER,
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent",
    "job": {"namespace": "airflow", "name": "declared"},
    "inputs": [a_dataset("declared.in")],
    "outputs": [a_dataset("declared.out")],
}


def faults(answer: object, schema: str) -> list[str]:
    """What Marquez's OpenAPI document finds wrong with an answer."""
    document = _loaded(MARQUEZ)
    validator = Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": document["components"]},
        format_checker=FormatChecker(),
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


def _loaded(path: Path) -> Mapping[str, Any]:
    document: Mapping[str, Any] = YAML(typ="safe").load(path)
    _nullable(document["components"]["schemas"])
    return document


_EMPTY_IN_ITS_EXAMPLES = (
    "nominalStartTime",
    "nominalEndTime",
    "startedAt",
    "endedAt",
    "durationMs",
    "lastModifiedAt",
    "latestRun",
    "location",
    "currentVersion",
    "parentJobName",
)


def _nullable(found: object) -> None:
    """Let be null what is null in the document's own examples, or where Marquez has nothing."""
    if isinstance(found, dict):
        for name, each in found.items():
            if name == "properties":
                _mended(each)
            _nullable(each)
    elif isinstance(found, list):
        for each in found:
            _nullable(each)


def _mended(properties: dict[str, Any]) -> None:
    for name, schema in properties.items():
        if name in _EMPTY_IN_ITS_EXAMPLES:
            properties[name] = {"anyOf": [schema, {"type": "null"}]}
        elif name == "tags" and schema.get("type") == "string":
            # a list everywhere else, also in the example of this very schema
            properties[name] = {"type": "array", "items": {"type": "string"}}
        elif "type" in schema and schema["type"] is None:
            del schema["type"]
