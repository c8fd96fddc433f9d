"""Lineage events in OpenLineage's form, held against its schemas and against its own classes."""

import importlib
import json
import pkgutil
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

import attr
import pytest
from openlineage.client import generated
from openlineage.client.generated.base import BaseFacet

from engine.adapters.openlineage import OpenLineageRenderer
from engine.catalog.model import DatasetName, Layer
from engine.lineage.columns import ColumnLineage, ColumnOrigin, ColumnSource, Influence
from engine.lineage.model import (
    Asked,
    Assertion,
    Change,
    Checked,
    DatasetFacts,
    EventType,
    ExternalDataset,
    Field,
    JobFacts,
    JobKind,
    LineageEvent,
    Made,
    Occasion,
    Tag,
    openlineage_run_id,
)
from tests.adapters.builders import NOON, Lab
from tests.lineage.strict import facets, mistakes

BRONZE = DatasetName(Layer.BRONZE, "people")
SILVER = DatasetName(Layer.SILVER, "people")
GOLD = DatasetName(Layer.GOLD, "report")

Rendered = Mapping[str, Mapping[str, Mapping[str, Mapping[str, object]]]]
Named = Mapping[str, object]


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
        "engine_version": "17.5",
        **changes,
    }
    return LineageEvent(**values)  # type: ignore[arg-type]  # built from keywords


RENDER = OpenLineageRenderer("postgres://db.example:5432", "warehouse")

FOUND = ColumnLineage(
    (
        ColumnOrigin("id", (ColumnSource("bronze.people", "id", Influence.IDENTITY),)),
        ColumnOrigin(
            "mail",
            (
                ColumnSource("bronze.people", "mail", Influence.TRANSFORMATION, masking=True),
                ColumnSource("bronze.people", "mail", Influence.CONDITIONAL),
            ),
        ),
    ),
    (ColumnSource("bronze.people", "id", Influence.WINDOW),),
    ("x is not in bronze.people",),
)
CHECKS = (
    Assertion("row_count", True, "row_count > 0", "rows", expected="> 0", actual="5"),
    Assertion("missing_count", False, "missing_count(id) = 0", "ids", "id", blocks=False),
    Assertion("schema", False, "schema:", "columns", skipped=True),
)
ABOUT = DatasetFacts(
    "crm", "People.", (Tag("finance", "true"), Tag("PII", "EMAIL_ADDRESS", "mail"))
)
FULL = an_event(
    schema=(Field("id", "bigint", "The number."), Field("mail", "text")),
    rows=5,
    rows_read=6,
    occasion=Occasion(Asked.SCHEDULE, NOON, NOON),
    work=JobFacts(JobKind.MODEL, "SELECT 1", "crm", "Makes people."),
    about=ABOUT,
    made=Made(Change.CREATE, "7K2M9QXC/1", FOUND, (("mail", 2),)),
)
CHECKED = an_event(
    EventType.FAIL,
    job="medallion.silver.people.check",
    outputs=(),
    inputs=(SILVER,),
    error="silver.people: 1 check failed",
    work=JobFacts(JobKind.CHECK),
    about=ABOUT,
    checked=Checked(CHECKS, 5, (("id", 0),)),
)

EVENTS = {
    "start": an_event(EventType.START),
    "goes on": an_event(EventType.RUNNING),
    "complete": an_event(schema=(Field("größe", "bigint"), Field("name", "text")), rows=0),
    "all that is known": FULL,
    "a check": CHECKED,
    "nothing was checked": an_event(outputs=(), checked=Checked()),
    "fail": an_event(EventType.FAIL, error="silver.people: 1 check failed"),
    "fail without a reason": an_event(EventType.FAIL),
    "abort": an_event(EventType.ABORT),
    "no inputs": an_event(inputs=(), outputs=(BRONZE,), rows=5_210),
    "a file": an_event(
        inputs=(), sources=(ExternalDataset("file", "deliveries/*/people.csv"),), rows_read=2
    ),
    "the run": an_event(job="medallion", inputs=(), outputs=(), work=JobFacts(JobKind.PIPELINE)),
    "until a day": an_event(occasion=Occasion(ends=datetime(2026, 3, 2, tzinfo=UTC))),
}


def run_facets(rendered: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    return cast("Rendered", rendered)["run"]["facets"]


def only(rendered: Mapping[str, object], part: str) -> Named:
    (found,) = cast("Mapping[str, list[Named]]", rendered)[part]
    return found


@pytest.mark.shared
@pytest.mark.parametrize("name", EVENTS)
def test_an_event_and_its_facets_keep_to_the_specification(name: str) -> None:
    _, rendered = RENDER(EVENTS[name])

    assert mistakes(rendered) == []
    assert list(facets(rendered))


@pytest.mark.shared
def test_the_specification_would_refuse_what_is_wrong() -> None:
    _, rendered = RENDER(EVENTS["complete"])
    wrongs: list[dict[str, object]] = [
        {"eventTime": "yesterday"},
        {"eventTime": "2026-03-02T12:00:00"},
        {"run": {"runId": "x"}},
        {"job": {}},
        {"colour": "red"},
        {"run": {"runId": str(openlineage_run_id("x")), "facets": {"x": {"_producer": "urn:x"}}}},
    ]
    for wrong in wrongs:
        assert mistakes({**rendered, **wrong}) != [], wrong
    facet = dict(next(facets(rendered)))
    for change in ({"colour": "red"}, {"_schemaURL": f"{facet['_schemaURL']}x"}):
        facets_ = {"nominalTime": {**facet, **change}}
        run = {"runId": str(openlineage_run_id("x")), "facets": facets_}
        (mistake,) = mistakes({**rendered, "run": run})
        assert "colour" in mistake or "no schema" in mistake


def classes() -> Mapping[str, type[BaseFacet]]:
    """The facets of openlineage-python by the address of their schema."""
    modules = [
        importlib.import_module(f"{generated.__name__}.{found.name}")
        for found in pkgutil.iter_modules(generated.__path__)
    ]
    found = [each for module in modules for each in vars(module).values()]
    facets_ = [each for each in found if isinstance(each, type) and issubclass(each, BaseFacet)]
    return {each._get_schema(): each for each in facets_}  # it has no other name


@pytest.mark.parametrize("name", EVENTS)
def test_each_facet_is_one_that_openlineages_own_classes_know(name: str) -> None:
    known = classes()
    for facet in facets(RENDER(EVENTS[name])[1]):
        # the class is of a version that adds a time; the schema at hand is the one before
        url = str(facet["_schemaURL"]).replace("1-0-0/DataQualityM", "1-0-1/DataQualityM")
        assert url in known
        fields = {each.name for each in attr.fields(known[url])}
        given = facet.keys() - {"unresolved"}
        assert given <= fields, known[url].__name__


def test_the_events_of_one_step_share_a_run_and_other_attempts_do_not() -> None:
    start, _ = RENDER(EVENTS["start"])
    complete, rendered = RENDER(EVENTS["complete"])
    again, _ = RENDER(an_event(attempt=2))

    assert start == complete != again
    whole = {"runId": str(openlineage_run_id("7K2M9QXC", "1"))}
    parent = run_facets(rendered)["parent"]
    assert parent["run"] == whole
    assert parent["root"] == {"run": whole, "job": parent["job"]}


def test_the_run_as_a_whole_is_the_parent_of_its_datasets_and_has_none() -> None:
    run_id, rendered = RENDER(EVENTS["the run"])

    assert run_id == openlineage_run_id("7K2M9QXC", "1")
    assert "parent" not in run_facets(rendered)
    assert cast("Mapping[str, Named]", rendered)["job"]["name"] == "medallion"


def test_datasets_are_named_by_server_database_schema_and_table() -> None:
    _, rendered = RENDER(EVENTS["complete"])

    read, written = only(rendered, "inputs"), only(rendered, "outputs")
    assert (read["namespace"], read["name"]) == (
        "postgres://db.example:5432",
        "warehouse.bronze.people",
    )
    assert written["name"] == "warehouse.silver.people"
    source = cast("Mapping[str, Mapping[str, Named]]", written)["facets"]["dataSource"]
    uri = urlsplit(str(source["uri"]))
    assert (uri.scheme, uri.netloc, uri.path) == ("postgres", "db.example:5432", "/warehouse")


def test_the_number_of_rows_is_told_even_where_it_is_none() -> None:
    _, rendered = RENDER(EVENTS["complete"])

    assert '"rowCount": 0' in json.dumps(rendered)


def test_a_column_is_told_once_with_all_ways_in_which_it_takes_part() -> None:
    written = only(RENDER(FULL)[1], "outputs")

    facet = cast("Mapping[str, Mapping[str, Named]]", written)["facets"]["columnLineage"]
    fields = cast("Mapping[str, Named]", facet["fields"])
    (mail,) = cast("list[Mapping[str, object]]", fields["mail"]["inputFields"])
    assert (mail["name"], mail["field"]) == ("warehouse.bronze.people", "mail")
    assert mail["transformations"] == [
        {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True},
        {"type": "INDIRECT", "subtype": "CONDITIONAL", "masking": False},
    ]
    (key,) = cast("list[Mapping[str, object]]", facet["dataset"])
    assert key["transformations"] == [{"type": "INDIRECT", "subtype": "WINDOW", "masking": False}]
    assert facet["unresolved"] == ["x is not in bronze.people"]


def test_checks_are_told_with_the_dataset_that_they_read_and_with_the_run() -> None:
    _, rendered = RENDER(CHECKED)

    told = cast("Rendered", only(rendered, "inputs"))["inputFacets"]
    checks = cast("list[Mapping[str, object]]", told["dataQualityAssertions"]["assertions"])
    assert [(each["success"], each["severity"]) for each in checks] == [
        (True, "error"),
        (False, "warn"),
        (False, "error"),
    ]
    assert told["dataQualityMetrics"]["columnMetrics"] == {"id": {"nullCount": 0}}
    tests = cast("list[Mapping[str, object]]", run_facets(rendered)["testRun"]["tests"])
    assert [each["status"] for each in tests] == ["pass", "fail", "skip"]


async def test_the_log_keeps_each_event_once_and_notes_only_what_is_new(lab: Lab) -> None:
    start, again, complete = (an_event(t) for t in (EventType.START,) * 2 + (EventType.COMPLETE,))

    async with lab.transactions.begin() as tx:
        await tx.lineage.append(start, complete)
        await tx.lineage.append(again)
        await tx.lineage.append()

    rows = await lab.rows("SELECT event_type, event FROM atlas.lineage_events ORDER BY id")
    assert [row["event_type"] for row in rows] == ["START", "COMPLETE"]
    engine = run_facets(json.loads(str(rows[0]["event"])))["processing_engine"]
    server = await lab.value("SHOW server_version")
    assert str(server).startswith(str(engine["version"]))
