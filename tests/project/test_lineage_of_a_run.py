"""The lineage that the sample leaves in the state tables."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import cast

import pytest

from engine.catalog.model import DatasetName
from engine.runs.model import Run, StepKind, StepStatus
from tests.lineage.strict import mistakes
from tests.project.conftest import Story

Event = Mapping[str, object]


def event_of(row: Event) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(str(row["event"])))


@pytest.mark.shared
def test_every_event_keeps_to_the_specification(story: Story) -> None:
    for row in story.events:
        assert mistakes(event_of(row)) == []


def test_each_dataset_of_a_run_starts_and_ends_under_one_id(story: Story) -> None:
    told: dict[tuple[object, object], list[object]] = defaultdict(list)
    ids: dict[tuple[object, object], set[object]] = defaultdict(set)
    for row in story.events:
        told[row["run_id"], row["job"]].append(row["event_type"])
        ids[row["run_id"], row["job"]].add(row["openlineage_run_id"])

    assert {tuple(types) for types in told.values()} == {("START", "COMPLETE"), ("START", "FAIL")}
    assert all(len(each) == 1 for each in ids.values())
    assert len({min(map(str, each)) for each in ids.values()}) == len(ids)


def test_the_events_tell_what_the_steps_came_to(story: Story) -> None:
    ends = {
        (row["run_id"], row["job"]): row["event_type"]
        for row in story.events
        if row["event_type"] != "START"
    }

    for run in story.runs:
        for dataset in run.targets():
            end = ends.get((run.id, f"{run.pipeline}.{dataset}"))
            assert end == expected_end(run, dataset)


def expected_end(run: Run, dataset: DatasetName) -> str | None:
    steps = [step for step in run.steps if step.dataset == dataset]
    if any(step.status is StepStatus.FAILED for step in steps):
        return "FAIL"
    done = [step for step in steps if step.kind in {StepKind.PUBLISH, StepKind.INGEST}]
    return "COMPLETE" if all(step.status is StepStatus.SUCCEEDED for step in done) else None


def test_a_completed_event_tells_columns_and_rows_and_no_value(story: Story) -> None:
    completed = [
        event_of(row)
        for row in story.events
        if row["event_type"] == "COMPLETE" and row["job"] == "medallion.silver.customers"
    ]

    (event,) = completed
    (output,) = cast("list[dict[str, dict[str, dict[str, object]]]]", event["outputs"])
    fields = cast("list[dict[str, str]]", output["facets"]["schema"]["fields"])
    assert ("email", "text") in {(each["name"], each["type"]) for each in fields}
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == published(story)


def test_silver_tells_which_columns_are_masked_and_what_they_held(story: Story) -> None:
    (event,) = completions(story, "medallion.silver.customers")

    (output,) = cast("list[dict[str, dict[str, dict[str, object]]]]", event["outputs"])
    told = output["facets"]
    origins = cast("dict[str, dict[str, list[dict[str, object]]]]", told["columnLineage"]["fields"])
    (mail,) = origins["email"]["inputFields"]
    assert (mail["name"], mail["field"]) == (f"{database_of(event)}.bronze.customers", "email")
    assert mail["transformations"] == [
        {"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}
    ]
    tags = cast("list[dict[str, str]]", told["tags"]["tags"])
    assert ("PII", "EMAIL_ADDRESS", "email") in {
        (each["key"], each["value"], each.get("field")) for each in tags
    }
    assert told["lifecycleStateChange"]["lifecycleStateChange"] == "CREATE"


def test_a_second_run_overwrites_what_the_first_created(story: Story) -> None:
    first, second = story.runs
    changes = {
        (row["run_id"], output["facets"]["lifecycleStateChange"]["lifecycleStateChange"])
        for row in story.events
        if row["event_type"] == "COMPLETE"
        for output in cast("list[dict[str, dict[str, dict[str, str]]]]", event_of(row)["outputs"])
        if "lifecycleStateChange" in output["facets"]
    }

    assert (first.id, "CREATE") in changes
    assert (first.id, "OVERWRITE") not in changes
    assert (second.id, "CREATE") not in changes
    assert (second.id, "OVERWRITE") in changes


def completions(story: Story, job: str) -> list[dict[str, object]]:
    rows = [row for row in story.events if row["event_type"] == "COMPLETE" and row["job"] == job]
    return [event_of(row) for row in rows]


def database_of(event: Event) -> str:
    (output,) = cast("list[dict[str, str]]", event["outputs"])
    return output["name"].partition(".")[0]


def published(story: Story) -> int | None:
    first, _ = story.runs
    return next(
        step.report.counts.published
        for step in first.steps
        if step.name == "publish silver.customers"
    )
