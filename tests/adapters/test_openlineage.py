"""Lineage events in OpenLineage's form, held against the schemas of its specification."""

import json
from collections.abc import Iterator, Mapping
from typing import cast

import pytest
from jsonschema import (  # type: ignore[import-untyped]  # it has no types of its own
    Draft202012Validator,
    FormatChecker,
)
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine.adapters.openlineage import OpenLineageRenderer
from engine.catalog.model import DatasetName, Layer
from engine.lineage.model import EventType, Field, LineageEvent, openlineage_run_id
from tests.adapters.builders import NOON
from tests.world import SHARED

SPEC = SHARED / "contracts" / "openlineage" / "spec"

BRONZE = DatasetName(Layer.BRONZE, "people")
SILVER = DatasetName(Layer.SILVER, "people")


def registry() -> "Registry[object]":
    """The schemas of the specification's folder, by the ids they give themselves."""
    paths = [SPEC / "OpenLineage.json", *sorted((SPEC / "facets").glob("*.json"))]
    schemas = [json.loads(path.read_text()) for path in paths]
    return Registry().with_resources(
        (schema["$id"], DRAFT202012.create_resource(schema)) for schema in schemas
    )


def facets(part: object) -> Iterator[Mapping[str, object]]:
    """Everything within an event that names a schema of its own."""
    if isinstance(part, dict):
        if "_schemaURL" in part:
            yield part
        for inner in part.values():
            yield from facets(inner)
    if isinstance(part, list):
        for inner in part:
            yield from facets(inner)


def complaints(instance: object, schema: object) -> list[str]:
    validator = Draft202012Validator(
        {"$ref": schema},
        registry=registry(),
        format_checker=FormatChecker(formats=("date-time", "uuid")),
    )
    return [error.message for error in validator.iter_errors(instance)]


def an_event(type_: EventType = EventType.COMPLETE, **changes: object) -> LineageEvent:
    values: dict[str, object] = {
        "type": type_,
        "at": NOON,
        "run_id": "7K2M9QXC",
        "attempt": 1,
        "pipeline": "medallion",
        "job": "medallion.silver.people",
        "inputs": (BRONZE,),
        "outputs": (SILVER,),
        **changes,
    }
    return LineageEvent(**values)  # type: ignore[arg-type]  # built from keywords


RENDER = OpenLineageRenderer("postgres://db.example:5432", "warehouse")

EVENTS = {
    "start": an_event(EventType.START),
    "complete": an_event(schema=(Field("größe", "bigint"), Field("name", "text")), rows=0),
    "fail": an_event(EventType.FAIL, error="silver.people: 1 check failed"),
    "fail without a reason": an_event(EventType.FAIL),
    "no inputs": an_event(inputs=(), outputs=(BRONZE,), rows=5_210),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", EVENTS)
def test_an_event_and_its_facets_keep_to_the_specification(name: str) -> None:
    _, rendered = RENDER(EVENTS[name])

    assert complaints(rendered, rendered["schemaURL"]) == []
    found = list(facets(rendered))
    assert found
    for facet in found:
        facet_name = str(facet["_schemaURL"]).rpartition("/")[2].removesuffix("Facet")
        assert complaints(facet, facet["_schemaURL"]) == [], facet_name


@pytest.mark.shared
def test_the_specification_would_refuse_what_is_wrong() -> None:
    _, rendered = RENDER(EVENTS["complete"])
    wrongs: list[dict[str, object]] = [
        {"eventTime": "yesterday"},
        {"run": {"runId": "x"}},
        {"job": {}},
    ]
    for wrong in wrongs:
        assert complaints({**rendered, **wrong}, rendered["schemaURL"]) != []


def test_the_events_of_one_step_share_a_run_and_other_attempts_do_not() -> None:
    start, _ = RENDER(EVENTS["start"])
    complete, rendered = RENDER(EVENTS["complete"])
    again, _ = RENDER(an_event(attempt=2))
    parent = cast("dict[str, dict[str, dict[str, dict[str, object]]]]", rendered)

    assert start == complete != again
    assert parent["run"]["facets"]["parent"]["run"] == {
        "runId": str(openlineage_run_id("7K2M9QXC", "1")),
        "facets": {},
    }


def test_datasets_are_named_by_server_database_schema_and_table() -> None:
    _, rendered = RENDER(EVENTS["complete"])

    (read,) = cast("list[Mapping[str, object]]", rendered["inputs"])
    (written,) = cast("list[Mapping[str, object]]", rendered["outputs"])
    assert (read["namespace"], read["name"]) == (
        "postgres://db.example:5432",
        "warehouse.bronze.people",
    )
    assert written["name"] == "warehouse.silver.people"


def test_the_number_of_rows_is_told_even_where_it_is_none() -> None:
    _, rendered = RENDER(EVENTS["complete"])

    assert '"rowCount": 0' in json.dumps(rendered)
