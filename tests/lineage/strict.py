"""Holds OpenLineage events to the specification, without mercy: formats, facets, unknown fields."""

import json
from collections.abc import Iterator, Mapping
from functools import cache

import asyncpg
from jsonschema import (  # type: ignore[import-untyped]  # it has no types of its own
    Draft202012Validator,
    FormatChecker,
)
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine.adapters.openlineage_facets import PRODUCER
from tests.world import SHARED

SPEC = SHARED / "contracts" / "openlineage" / "spec"

_RUN_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"

_CORE = {
    "": {"eventType", "eventTime", "run", "job", "inputs", "outputs", "producer", "schemaURL"},
    "run": {"runId", "facets"},
    "job": {"namespace", "name", "facets"},
    "inputs": {"namespace", "name", "facets", "inputFacets"},
    "outputs": {"namespace", "name", "facets", "outputFacets"},
}
_EVERY_FACET = {"_producer", "_schemaURL", "_deleted"}
_OURS = {"ColumnLineageDatasetFacet": {"unresolved"}}
"""What we add to a facet of the specification, which allows that."""


def mistakes(event: Mapping[str, object]) -> list[str]:
    """All that is wrong with an event, in words."""
    return [
        *complaints(event, _RUN_EVENT),
        *([] if event.get("schemaURL") == _RUN_EVENT else ["it names another schema"]),
        *_unknown(event),
        *(wrong for facet in facets(event) for wrong in _facet_mistakes(facet)),
    ]


def complaints(instance: object, schema: str) -> list[str]:
    """What a schema of the specification has to say of a value."""
    return [
        f"{each.json_path}: {each.message}" for each in _validator(schema).iter_errors(instance)
    ]


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


def _facet_mistakes(facet: Mapping[str, object]) -> tuple[str, ...]:
    # most facets of a session are those of another event
    return _known_mistakes(json.dumps(facet, sort_keys=True))


@cache
def _known_mistakes(text: str) -> tuple[str, ...]:
    facet = json.loads(text)
    url = str(facet["_schemaURL"])
    path, _, name = url.partition("#/$defs/")
    if name not in _files().get(path, {}).get("$defs", {}):
        return (f"{url} is no schema of the specification",)
    known = {*_EVERY_FACET, *_OURS.get(name, ()), *_properties(path, name)}
    unknown = [f"{name} has no {each}" for each in facet.keys() - known]
    return (*unknown, *(f"{name}{each}" for each in complaints(facet, url)))


def _properties(path: str, name: str) -> set[str]:
    parts = _files()[path]["$defs"][name]["allOf"]
    return {each for part in parts for each in part.get("properties", {})}


def _unknown(event: Mapping[str, object]) -> Iterator[str]:
    for place, known in _CORE.items():
        part = event if not place else event.get(place, {})
        for each in part if isinstance(part, list) else [part]:
            unknown = each.keys() - known if isinstance(each, dict) else {"value of that kind"}
            yield from (f"the core has no {place} {name}" for name in unknown)


@cache
def _files() -> "dict[str, dict[str, dict[str, dict[str, list[dict[str, set[str]]]]]]]":
    """The schemas of the specification's folder, by the ids they give themselves."""
    paths = [SPEC / "OpenLineage.json", *sorted((SPEC / "facets").glob("*.json"))]
    schemas = [json.loads(path.read_text()) for path in paths]
    return {schema["$id"]: schema for schema in schemas}


@cache
def _validator(schema: str) -> Draft202012Validator:
    registry: Registry[object] = Registry().with_resources(
        (name, DRAFT202012.create_resource(each)) for name, each in _files().items()
    )
    # `uri` has no checker without another package: ours are looked at in a test
    checker = FormatChecker(formats=("date-time", "uuid"))
    return Draft202012Validator({"$ref": schema}, registry=registry, format_checker=checker)


async def mistakes_kept_in(database_url: str) -> list[str]:
    """What is wrong with the events that Atlas left in a database, if it left any."""
    if not SPEC.is_dir():
        return []
    connection = await asyncpg.connect(database_url)
    try:
        if not await connection.fetchval("SELECT to_regclass('atlas.lineage_events') IS NOT NULL"):
            return []
        rows = await connection.fetch(
            "SELECT event FROM atlas.lineage_events WHERE event ->> 'producer' = $1", PRODUCER
        )
    finally:
        await connection.close()
    events = [json.loads(row["event"]) for row in rows]
    return [f"{each['eventType']} {each['job']}: {w}" for each in events for w in mistakes(each)]
